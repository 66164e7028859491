// SPDX-License-Identifier: Apache-2.0
#include "validation/validation_report.hpp"

#include <algorithm>

#include "experiment/report.hpp"

namespace shardsim {
namespace {

std::size_t count(const std::vector<Finding>& findings, Judgement judgement) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.judgement == judgement; }));
}

std::string measure_of(const Finding& f) {
  return f.expected.unit.empty() ? f.expected.measure : fmt::format("{}, {}", f.expected.measure, f.expected.unit);
}

// Standard errors between measured and expected; the sign is the deviation's.
double standard_errors(const Finding& f) {
  return f.standard_error > 0 ? (f.measured - f.expected.value) / f.standard_error : 0;
}

std::string interval_of(const Finding& f) {
  return f.expected.exact ? "exact" : fmt::format("+-{:.2f} %", 100 * f.half_width / std::abs(f.expected.value));
}

std::string deviation_of(const Finding& f) {
  if (f.expected.exact) return f.measured == f.expected.value ? "0" : fmt::format("{:.2g}", f.deviation());
  return fmt::format("{:+.2f} % ({:+.1f} se)", 100 * f.deviation(), standard_errors(f));
}

// Capitals stand out in a long table.
std::string_view word_for(Judgement j) {
  if (j == Judgement::pass) return "pass";
  return j == Judgement::fail ? "FAIL" : "TOO WIDE";
}

std::string summary(const ValidationPlan& plan, const std::vector<Finding>& findings) {
  const auto laws = static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.expected.exact; }));
  std::string out = fmt::format("{} of {} checks pass (seed {}{}): ", count(findings, Judgement::pass), findings.size(),
                                plan.seed, plan.quick ? ", quick" : "");
  out +=
      fmt::format("{} figures within {:g} % intervals, each less than {:g} % wide to either side, and {} exact laws\n",
                  findings.size() - laws, 100 * kConfidence, 100 * plan.widest(), laws);
  if (const std::size_t n = count(findings, Judgement::fail); n > 0) out += fmt::format("{} FAIL\n", n);
  if (const std::size_t n = count(findings, Judgement::too_wide); n > 0)
    out += fmt::format("{} prove nothing: the interval is too wide\n", n);
  return out;
}

// A word of a shell's command line.
std::string shell_word(const std::string& text) {
  const bool plain = text.find_first_of(" \"'{}[]*?$&|;<>()") == std::string::npos;
  return plain ? text : "'" + text + "'";
}

std::string command_of(const ValidationPlan& plan, const Case& c) {
  std::string out = "shardsim run " + shell_word((plan.folder / c.file).string());
  for (const auto& [path, value] : c.changes) out += " --set " + shell_word(path + "=" + value);
  return out;
}

// Fields hold no commas but in the names of measures.
std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::string validation_text(const ValidationPlan& plan, const std::vector<Finding>& findings) {
  std::size_t name_width = 4;
  std::size_t measure_width = 7;
  for (const Finding& f : findings) {
    name_width = std::max(name_width, f.name.size());
    measure_width = std::max(measure_width, measure_of(f).size());
  }
  std::string out;
  const auto row = [&](const std::string& name, const std::string& measure, const std::string& expected,
                       const std::string& measured, const std::string& interval, const std::string& deviation,
                       std::string_view judgement) {
    out += fmt::format("{:<{}}  {:<{}}  {:>10}  {:>10}  {:>9}  {:>18}{}{}\n", name, name_width, measure, measure_width,
                       expected, measured, interval, deviation, judgement.empty() ? "" : "  ", judgement);
  };
  row("case", "measure", "expected", "measured", "interval", "deviation", "");
  for (const Finding& f : findings)
    row(f.name, measure_of(f), fmt::format("{:.6g}", f.expected.value), fmt::format("{:.6g}", f.measured),
        interval_of(f), deviation_of(f), word_for(f.judgement));
  return out + summary(plan, findings);
}

Json validation_json(const ValidationPlan& plan, const std::vector<Finding>& findings) {
  Json checks = Json::array();
  for (const Finding& f : findings) {
    Json check{{"family", f.family},
               {"case", f.name},
               {"measure", f.expected.measure},
               {"unit", f.expected.unit},
               {"exact", f.expected.exact},
               {"expected", f.expected.value},
               {"measured", f.measured},
               {"deviation", f.deviation()},
               {"runs", f.runs},
               {"judgement", std::string(name_of(f.judgement))}};
    if (!f.expected.exact) {
      check["interval"] = {f.measured - f.half_width, f.measured + f.half_width};
      check["standard_errors"] = standard_errors(f);
    }
    checks.push_back(std::move(check));
  }
  return {{"schema_version", kSchemaVersion},
          {"program", program_json()},
          {"seed", plan.seed},
          {"quick", plan.quick},
          {"confidence", kConfidence},
          {"widest_half_interval", plan.widest()},
          {"passed", count(findings, Judgement::pass)},
          {"failed", findings.size() - count(findings, Judgement::pass)},
          {"checks", checks}};
}

std::string validation_csv(const std::vector<Finding>& findings) {
  std::string out =
      "family,case,measure,unit,expected,measured,interval_low,interval_high,deviation,standard_errors,runs,"
      "judgement\n";
  for (const Finding& f : findings) {
    const std::string interval =
        f.expected.exact ? "," : fmt::format("{},{}", f.measured - f.half_width, f.measured + f.half_width);
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", f.family, f.name, quoted(f.expected.measure),
                       f.expected.unit, f.expected.value, f.measured, interval, f.deviation(),
                       f.expected.exact ? "" : fmt::format("{}", standard_errors(f)), f.runs, name_of(f.judgement));
  }
  return out;
}

std::string validation_list(const ValidationPlan& plan) {
  std::string out;
  std::string family;
  for (const ValidationPlan::Entry& e : plan.entries) {
    if (e.family != family) {
      family = e.family;
      out += fmt::format("{}: {}\n", family, family_registry().find(family)->doc);
    }
    out += fmt::format("  {}\n    {}\n", e.subject.name, command_of(plan, e.subject));
  }
  return out;
}

}  // namespace shardsim
