// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/calibration_report.hpp"

#include <cmath>

#include "experiment/interval_json.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string percent(double ratio) { return fmt::format("{:+.1f} %", 100 * (ratio - 1)); }

// "12.34 (11.9 .. 12.8)", "~12.34" where there is no interval, "none" where there is no value.
std::string figure_text(const Estimate& e) {
  if (!std::isfinite(e.value)) return "none";
  if (!e.has_interval()) return fmt::format("~{:.4g}", e.value);
  return fmt::format("{:.4g} ({:.4g} .. {:.4g})", e.value, e.low, e.high);
}

Json range_json(const CalibrationProblem& problem, std::size_t field, const FieldRange& range) {
  return Json::array(
      {problem.value(field, std::clamp(range.low, 0.0, 1.0)), problem.value(field, std::clamp(range.high, 0.0, 1.0))});
}

std::string range_text(const CalibrationProblem& problem, std::size_t field, const FieldRange& range) {
  const Json ends = range_json(problem, field, range);
  return fmt::format("{} .. {}", plain(ends[0]), plain(ends[1]));
}

// The path; of a field that is asked for in some configurations only, also which, as others may have one of that path.
std::string field_key(const CalibrationProblem& problem, std::size_t field) {
  const FreeField& f = problem.spec().free[field];
  return f.in.empty() ? f.path : fmt::format("{} in {}", f.path, fmt::join(f.in, ", "));
}

std::vector<std::string> set_in(const CalibrationProblem& problem, std::size_t field) {
  std::vector<std::string> out;
  for (std::size_t c = 0; c < problem.configurations(); ++c)
    if (problem.sets(field, c)) out.push_back(problem.name_of_configuration(c));
  return out;
}

std::string answer_text(const CalibrationProblem& problem, const CalibrationResult& result, std::size_t i) {
  const CalibrationTarget& t = problem.spec().targets[i];
  const TargetOutcome& outcome = result.best.targets[i];
  if (t.is_order()) return std::string(name_of(answer_of(outcome, limits_of(t, problem.targets()[i]))));
  return std::abs(outcome.residual) <= 1 ? "within" : "missed";
}

Json target_json(const CalibrationProblem& problem, const CalibrationResult& result, std::size_t i) {
  const CalibrationTarget& t = problem.spec().targets[i];
  const TargetParts& parts = problem.targets()[i];
  const TargetOutcome& outcome = result.best.targets[i];
  Json out{{"target", target_text(t)},
           {"kind", t.is_order() ? "order" : "value"},
           {"unit", t.is_order() ? "" : parts.left.unit()},
           {t.is_order() ? "ratio" : "measured", parts.wanted},
           {"spread", parts.spread},
           {"weight", t.weight},
           {"simulated", interval_json(outcome.simulated)},
           {"residual", outcome.residual},
           {"answer", answer_text(problem, result, i)}};
  if (!t.source.empty()) out["source"] = t.source;
  return out;
}

Json field_json(const CalibrationProblem& problem, const CalibrationResult& result, std::size_t j) {
  const FreeField& f = problem.spec().free[j];
  Json out{{"path", f.path},
           {"also", f.also},
           {"in", set_in(problem, j)},
           {"value", result.best.values[j]},
           {"from", f.from},
           {"to", f.to},
           {"scale", std::string(name_of(f.scale))},
           {"prior", f.prior},
           {"alone", range_json(problem, j, result.alone[j])},
           {"together", range_json(problem, j, result.together[j])},
           {"share_of_range", result.together[j].high - result.together[j].low},
           {"determined", std::string(name_of(result.determined(j)))},
           {"at_end", result.at_low_end(j)    ? Json("from")
                      : result.at_high_end(j) ? Json("to")
                                              : Json()}};
  return out;
}

std::string limits_text(const CalibrationTarget& order, const TargetParts& parts) {
  const LimitsOfRatio limits = limits_of(order, parts);
  if (order.relation == Relation::within) return fmt::format("{:.4g} .. {:.4g}", limits.least, limits.most);
  return fmt::format("{} {:.4g}", order.relation == Relation::above ? ">=" : "<=", parts.wanted);
}

std::string targets_table(const CalibrationProblem& problem, const CalibrationResult& result) {
  std::string out = "| target | measured | spread | simulated | off by | residual | |\n|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < problem.targets().size(); ++i) {
    const CalibrationTarget& t = problem.spec().targets[i];
    const TargetParts& parts = problem.targets()[i];
    const TargetOutcome& o = result.best.targets[i];
    const std::string unit = t.is_order() || parts.left.unit().empty() ? "" : " " + parts.left.unit();
    const std::string wanted = t.is_order() ? limits_text(t, parts) : plain(t.measured);
    out += fmt::format("| {} | {} | {} | {}{} | {} | {:+.2f} | {} |\n", target_text(t), wanted,
                       t.is_order() && !t.spread ? "" : percent_text(parts.spread), figure_text(o.simulated), unit,
                       t.is_order() ? "" : percent(o.simulated.value / parts.wanted), o.residual,
                       answer_text(problem, result, i));
  }
  return out;
}

std::string fields_table(const CalibrationProblem& problem, const CalibrationResult& result) {
  std::string out =
      "| field | value | looked for in | determined to | with the others as they are | |\n|---|---|---|---|---|---|\n";
  for (std::size_t j = 0; j < problem.fields(); ++j) {
    const FreeField& f = problem.spec().free[j];
    std::string remark(name_of(result.determined(j)));
    const bool tells = result.determined(j) != Determined::not_identified;  // else it is there by chance
    if (tells && result.at_low_end(j)) remark += ", at the low end of the range";
    if (tells && result.at_high_end(j)) remark += ", at the high end of the range";
    out += fmt::format("| {} | {} | {} .. {} | {} | {} | {} |\n", field_key(problem, j), plain(result.best.values[j]),
                       plain(f.from), plain(f.to), range_text(problem, j, result.together[j]),
                       range_text(problem, j, result.alone[j]), remark);
  }
  return out;
}

std::string conflicts_text(const CalibrationProblem& problem, const CalibrationResult& result) {
  std::string out;
  for (const TargetConflict& c : result.conflicts)
    out += fmt::format("conflict: what improves '{}' spoils '{}' (cosine {:.2f})\n",
                       target_text(problem.spec().targets[c.first]), target_text(problem.spec().targets[c.second]),
                       c.cosine);
  return out;
}

// Where a run of more queries would say more.
std::string noise_text(const CalibrationProblem& problem, const CalibrationResult& result) {
  std::string out;
  for (std::size_t i = 0; i < problem.targets().size(); ++i) {
    const Estimate& e = result.best.targets[i].simulated;
    if (problem.spec().targets[i].is_order() || !e.has_interval()) continue;
    if (const double share = e.half_width() / e.value; share > problem.targets()[i].spread)
      out += fmt::format("'{}' is simulated to within {} only, more than its spread: give more 'budget.queries'\n",
                         target_text(problem.spec().targets[i]), percent_text(share));
  }
  return out;
}

// Ranges are worked out as if the targets were met but for their spreads.
std::string misfit_text(const CalibrationProblem& problem, const CalibrationResult& result) {
  double weights = 0;
  for (const double w : problem.weights()) weights += w;
  if (result.best.error <= weights) return "";
  return "on the whole the targets are missed by more than their spreads, so the true ranges of the fields are "
         "longer\n";
}

std::string verdicts_text(const CalibrationProblem& problem, const CalibrationResult& result) {
  std::string out;
  for (std::size_t c = 0; c < problem.configurations(); ++c)
    if (const Verdict v = result.best.verdicts[c]; v != Verdict::stable)
      out += fmt::format("'{}' is {} with these values: {}\n", problem.name_of_configuration(c), name_of(v),
                         v == Verdict::saturated ? "its latencies grow for as long as it runs" : "see docs/metrics.md");
  return out;
}

}  // namespace

std::string source_text(const CalibrationProblem& problem, std::size_t field) {
  const FreeField& f = problem.spec().free[field];
  std::string targets;
  for (std::size_t i = 0; i < problem.targets().size(); ++i) {
    const auto touches = [&](const FigureParts& of) {
      return problem.sets(field, of.configuration) || (of.over && problem.sets(field, *of.over));
    };
    const TargetParts& t = problem.targets()[i];
    if (!touches(t.left) && !(t.right && touches(*t.right))) continue;
    targets += (targets.empty() ? "" : "; ") + target_text(problem.spec().targets[i]);
  }
  return fmt::format("calibrated to {} by shardsim calibrate, range {} to {}, prior: {}", targets, plain(f.from),
                     plain(f.to), f.prior);
}

Json calibrated_json(const CalibrationProblem& problem, const CalibrationResult& result) {
  Json values = Json::object();
  Json sources = Json::object();
  for (std::size_t j = 0; j < problem.fields(); ++j) {
    values[field_key(problem, j)] = result.best.values[j];
    sources[field_key(problem, j)] = source_text(problem, j);
  }
  return {{"schema_version", kSchemaVersion}, {"program", program_json()}, {"values", values}, {"sources", sources}};
}

Json calibration_json(const CalibrationProblem& problem, const CalibrationResult& result) {
  Json targets = Json::array();
  for (std::size_t i = 0; i < problem.targets().size(); ++i) targets.push_back(target_json(problem, result, i));
  Json fields = Json::array();
  for (std::size_t j = 0; j < problem.fields(); ++j) fields.push_back(field_json(problem, result, j));
  Json conflicts = Json::array();
  for (const TargetConflict& c : result.conflicts)
    conflicts.push_back({{"targets", {c.first, c.second}}, {"cosine", c.cosine}});
  Json verdicts = Json::object();
  for (std::size_t c = 0; c < problem.configurations(); ++c)
    verdicts[problem.name_of_configuration(c)] = std::string(name_of(result.best.verdicts[c]));
  return {{"schema_version", kSchemaVersion},
          {"program", program_json()},
          {"calibration", problem.id()},
          {"evaluations", result.evaluations},
          {"error", result.best.error},
          {"error_in_the_middle", result.middle.error},
          {"error_rise", kErrorRise},
          {"targets", targets},
          {"fields", fields},
          {"conflicts", conflicts},
          {"verdicts", verdicts}};
}

std::string calibration_text(const CalibrationProblem& problem, const CalibrationResult& result) {
  const std::size_t n = problem.targets().size();
  return fmt::format(
             "error {:.4g} after {} evaluations ({:.4g} in the middle of the ranges); {} target{}, {} free "
             "field{}\n\n",
             result.best.error, result.evaluations, result.middle.error, n, n == 1 ? "" : "s", problem.fields(),
             problem.fields() == 1 ? "" : "s") +
         targets_table(problem, result) + "\n" + fields_table(problem, result) + "\n" +
         conflicts_text(problem, result) + misfit_text(problem, result) + noise_text(problem, result) +
         verdicts_text(problem, result);
}

}  // namespace shardsim
