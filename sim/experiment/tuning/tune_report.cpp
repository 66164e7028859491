// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/tune_report.hpp"

#include "experiment/interval_json.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

std::string name_of_figure(const TuneObjective& o) {
  if (o.goal == TuneGoal::capacity) return "rate";
  return o.has_limit() ? "share within the limit" : std::string(name_of(o.slo.measure));
}

// As the figure of samples, and of what is found at full precision.
std::string unit_of_figure(const TuneProblem& p) {
  if (p.objective.goal == TuneGoal::capacity) return p.whole_rates ? "" : "/s";
  return p.objective.has_limit() ? "of one" : "us";
}

Json settings_json(const TuneProblem& p, std::size_t setting) {
  Json out = Json::object();
  for (std::size_t a = 0; a < p.axes.size(); ++a) out[p.axes[a].name] = p.label(setting, a);
  return out;
}

Json tried_json(const TuneProblem& p, const TriedSetting& t) {
  Json out{{"settings", settings_json(p, t.setting)},
           {"figure", interval_json(t.figure)},
           {"queries", t.queries},
           {"full", t.full.has_value()}};
  if (!p.costs.empty() && std::isfinite(p.cost(t.setting))) out["cost"] = p.cost(t.setting);
  if (t.full && p.objective.has_limit()) out["answer"] = std::string(name_of(t.full->answer));
  if (t.full && t.full->unstable) out["unstable"] = true;
  if (!t.dropped.empty()) out["dropped"] = t.dropped;
  return out;
}

// "12.3 (11.9 .. 12.8) ms"
std::string figure_text(const TuneProblem& p, const Estimate& figure) {
  if (p.objective.goal == TuneGoal::capacity) {
    const std::string unit = p.whole_rates ? "" : " /s";
    if (std::isnan(figure.value)) {
      const std::string below = std::isnan(figure.high) ? "" : fmt::format("{:.5g}", figure.high);
      return fmt::format("{:.5g} .. {}{}", figure.low, below, unit);
    }
    const std::string above = std::isnan(figure.high) ? "" : fmt::format(" (not shown at {:.5g})", figure.high);
    return fmt::format("{:.5g}{}{}", figure.value, unit, above);
  }
  if (std::isnan(figure.value)) return "";
  const bool share = p.objective.has_limit();
  Estimate e = figure;
  for (double* x : {&e.value, &e.low, &e.high}) *x *= share ? 100 : 1e-3;
  return interval_text(e, share ? 2 : 3) + (share ? " %" : " ms");
}

std::string cost_text(const TuneProblem& p, std::size_t setting) {
  if (p.costs.empty()) return "";
  return fmt::format(", cost {:.5g} {}", p.cost(setting), p.cost_unit);
}

std::string percent(double share) { return fmt::format("{:+.1f} %", 100 * share); }

std::string first_text(const TuneProblem& p, const TuneOutcome& o) {
  const TriedSetting* first = o.find(0);
  if (first == nullptr || !o.best) return "";
  std::string out = fmt::format("first guess: {}", setting_text(p, 0));
  if (*o.best == 0) return out + ", which is the best\n";
  if (!o.first_off) return out + (first->dropped.empty() ? "\n" : fmt::format(" ({})\n", first->dropped));
  const Estimate& off = *o.first_off;
  const std::string what = p.objective.goal == TuneGoal::cost ? "cost" : name_of_figure(p.objective);
  const std::string between =
      off.has_interval() && off.low < off.high ? fmt::format("{} to {}", percent(off.low), percent(off.high)) : "";
  if (std::isnan(off.value))
    out += fmt::format(": {} {} of the best", what, between.empty() ? percent(off.low) : between);
  else
    out += fmt::format(": {} {} of the best{}", what, percent(off.value), between.empty() ? "" : " (" + between + ")");
  return out + "\n";
}

std::string winner_text(const TuneProblem& p, const TuneOutcome& o) {
  if (p.objective.goal == TuneGoal::front) {
    std::string out = fmt::format("no other setting has less {} and less cost:\n", name_of_figure(p.objective));
    for (const std::size_t s : o.front)
      out += fmt::format("  {}: {}{}\n", setting_text(p, s), figure_text(p, o.find(s)->figure), cost_text(p, s));
    return out;
  }
  if (!o.best) return fmt::format("no setting is shown to do: {}\n", to_text(p.objective));
  const TriedSetting& best = *o.find(*o.best);
  return fmt::format("best: {}: {} {}{}{}{}\n", setting_text(p, *o.best), name_of_figure(p.objective),
                     figure_text(p, best.figure), cost_text(p, *o.best),
                     best.full && best.full->unstable ? "; saturated or failing, as all are" : "",
                     best.full ? "" : " (leads where the budget ended; not run to full precision)");
}

std::string table(const TuneProblem& p, const TuneOutcome& o) {
  std::size_t width = 9;
  for (const TriedSetting& t : o.tried) width = std::max(width, setting_text(p, t.setting).size() + 2);
  std::string out =
      fmt::format("{:<{}}{:<34}{:>10}  {}\n", "setting", width, name_of_figure(p.objective), "queries", "");
  for (const TriedSetting& t : o.tried) {
    const std::string cost = p.costs.empty() ? "" : fmt::format("cost {:.5g}; ", p.cost(t.setting));
    const std::string unstable = t.full && t.full->unstable ? "saturated or failing; " : "";
    const std::string answer =
        t.full && p.objective.has_limit() ? fmt::format("{}; ", name_of(t.full->answer)) : std::string();
    std::string row = fmt::format("{:<{}}{:<34}{:>10}  {}{}{}{}", setting_text(p, t.setting), width,
                                  figure_text(p, t.figure), t.queries, cost, unstable, answer, t.dropped);
    while (row.ends_with(' ') || row.ends_with(';')) row.pop_back();
    out += row + "\n";
  }
  return out;
}

}  // namespace

Json tune_json(const TuneProblem& p, const TuneHeading& heading, const TuneOutcome& o) {
  Json axes = Json::object();
  for (const TuneAxis& axis : p.axes) axes[axis.name] = axis.values;
  Json out{{"schema_version", kSchemaVersion},
           {"program", program_json()},
           {"objective", to_text(p.objective)},
           {"figure", name_of_figure(p.objective)},
           {"unit", unit_of_figure(p)},
           {"method", heading.method},
           {"confidence", heading.confidence},
           {"tolerance", p.tolerance},
           {"axes", axes},
           {"settings", p.size()},
           {"best", nullptr},
           {"queries", o.queries},
           {"tried", Json::array()}};
  if (!p.costs.empty()) out["cost_unit"] = p.cost_unit;
  if (heading.budget) out["budget"] = *heading.budget;
  out["budget_spent"] = o.budget_spent;
  for (const TriedSetting& t : o.tried) out["tried"].push_back(tried_json(p, t));
  if (p.objective.goal == TuneGoal::front) {
    out["front"] = Json::array();
    for (const std::size_t s : o.front) out["front"].push_back(tried_json(p, *o.find(s)));
  }
  if (o.best) out["best"] = tried_json(p, *o.find(*o.best));
  if (const TriedSetting* first = o.find(0)) {
    out["first"] = tried_json(p, *first);
    if (o.first_off) out["first"]["off"] = interval_json(*o.first_off);
  }
  return out;
}

std::string tune_text(const TuneProblem& p, const TuneHeading& heading, const TuneOutcome& o) {
  std::string out = table(p, o) + "\n" + winner_text(p, o) + first_text(p, o);
  out += fmt::format("{}, {}: {} of {} settings tried, {} queries", to_text(p.objective), heading.method,
                     o.tried.size(), p.size(), o.queries);
  if (heading.budget) out += fmt::format(" of at most {}", *heading.budget);
  if (o.budget_spent) out += "; the budget ended the search";
  return out + fmt::format("; intervals of {:g} %\n", 100 * heading.confidence);
}

}  // namespace shardsim
