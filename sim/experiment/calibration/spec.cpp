// SPDX-License-Identifier: Apache-2.0
// A calibration as it is written: its keys, and what may be wrong with how they fit each other.
#include "experiment/calibration/spec.hpp"

#include <algorithm>
#include <cmath>

#include "experiment/calibration/field_values.hpp"
#include "experiment/calibration/profile.hpp"
#include "experiment/calibration/search.hpp"

namespace shardsim {
namespace {

using Wrong = std::optional<Complaint>;

std::vector<std::string> names_of(const ByName<MeasuredSystem>& configurations) {
  std::vector<std::string> out;
  for (const auto& [name, _] : configurations) out.push_back(name);
  return out;
}

Wrong unknown_configuration(const CalibrationSpec& s, const std::string& name, const std::string& key) {
  const std::vector<std::string> known = names_of(s.configurations);
  if (std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
  return Complaint{key, fmt::format("there is no configuration {}{}", in_quotes(name), suggestion(name, known))};
}

Wrong wrong_figure(const CalibrationSpec& s, const FigureOf& of, const std::string& key) {
  if (Wrong wrong = unknown_configuration(s, of.configuration, key + "/configuration")) return wrong;
  if (!find_figure(of.figure)) return Complaint{key + "/figure", no_such_figure(of.figure)};
  if (of.over.empty()) return std::nullopt;
  if (of.over == of.configuration) return Complaint{key + "/over", "is the configuration itself"};
  return unknown_configuration(s, of.over, key + "/over");
}

std::string unit_of(const FigureOf& of) { return of.over.empty() ? find_figure(of.figure)->unit : ""; }

double value_of(const CalibrationTarget& t) { return measured_value(t.measured, unit_of(t.measured_figure())).value; }

// A saturated run is as slow as it is long, so that its latency says nothing of the system.
Wrong latency_of_saturated_run(const CalibrationTarget& t, const std::string& key) {
  if (!find_figure(t.figure)->tells_of_latency()) return std::nullopt;
  const std::string why =
      "a latency then says how long the run lasted, not what the system does; give a figure such as cpu_us_per_query "
      "or completed_per_s, or measure at a lower rate";
  if (t.measured_saturated)
    return Complaint{
        key + "/measured_saturated",
        fmt::format("the measured run was saturated, and {} was taken in it: {}", in_quotes(t.figure), why)};
  if (t.measured_drift && *t.measured_drift > *t.spread)
    return Complaint{key + "/measured_drift",
                     fmt::format("the latency drifted by {} while it was measured, more than its spread of {}: {}",
                                 to_text(*t.measured_drift), to_text(*t.spread), why)};
  return std::nullopt;
}

Wrong wrong_value(const CalibrationSpec& s, const CalibrationTarget& t, const std::string& key) {
  const FigureOf of = t.measured_figure();
  if (Wrong wrong = wrong_figure(s, of, key)) return wrong;
  if (const MeasuredValue m = measured_value(t.measured, unit_of(of)); !m.error.empty())
    return Complaint{key + "/measured", m.error};
  return latency_of_saturated_run(t, key);
}

bool same_figure(const FigureOf& a, const FigureOf& b) {
  return a.configuration == b.configuration && a.over == b.over &&
         find_figure(a.figure)->name == find_figure(b.figure)->name;
}

Wrong wrong_order(const CalibrationSpec& s, const CalibrationTarget& t, const std::string& key) {
  if (Wrong wrong = wrong_figure(s, *t.left, key + "/left")) return wrong;
  if (Wrong wrong = wrong_figure(s, *t.right, key + "/right")) return wrong;
  if (same_figure(*t.left, *t.right)) return Complaint{key + "/right", "is the figure of 'left' itself"};
  if (const std::string left = unit_of(*t.left), right = unit_of(*t.right); left != right) {
    const auto text = [](const std::string& unit) { return unit.empty() ? "none" : in_quotes(unit); };
    return Complaint{
        key + "/right/figure",
        fmt::format("the unit of 'left' is {}, that of 'right' {}; expected one unit", text(left), text(right))};
  }
  if (!ratio_wanted(t))
    return Complaint{key + "/by", (t.by.is_null() ? "'within' needs it" : found(t.by)) +
                                      "; expected a factor from 1 on, or a share such as \"20 %\""};
  return std::nullopt;
}

Wrong wrong_targets(const CalibrationSpec& s) {
  for (std::size_t i = 0; i < s.targets.size(); ++i) {
    const CalibrationTarget& t = s.targets[i];
    const std::string key = fmt::format("targets/{}", i);
    if (Wrong wrong = t.is_order() ? wrong_order(s, t, key) : wrong_value(s, t, key)) return wrong;
  }
  return std::nullopt;
}

// The same figure, measured as two values that cannot both be.
bool values_contradict(const CalibrationTarget& a, const CalibrationTarget& b) {
  if (a.is_order() || b.is_order() || !same_figure(a.measured_figure(), b.measured_figure())) return false;
  return std::abs(std::log(value_of(a) / value_of(b))) > a.spread->of_one + b.spread->of_one;
}

bool orders_contradict(const CalibrationTarget& a, const CalibrationTarget& b) {
  if (!a.is_order() || !b.is_order()) return false;
  if (a.relation == Relation::within || b.relation == Relation::within) return false;
  if (same_figure(*a.left, *b.left) && same_figure(*a.right, *b.right)) return a.relation != b.relation;
  return same_figure(*a.left, *b.right) && same_figure(*a.right, *b.left) && a.relation == b.relation;
}

Wrong contradictions(const CalibrationSpec& s) {
  for (std::size_t i = 0; i < s.targets.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (values_contradict(s.targets[j], s.targets[i]))
        return Complaint{fmt::format("targets/{}/measured", i),
                         fmt::format("contradicts target {}: {} was {} there, and the spreads do not explain the "
                                     "difference; keep one, or give the larger spread that it shows",
                                     j, in_quotes(s.targets[i].figure), s.targets[j].measured.dump())};
      if (orders_contradict(s.targets[j], s.targets[i]))
        return Complaint{fmt::format("targets/{}/relation", i),
                         fmt::format("contradicts target {}, which wants the opposite; keep one", j)};
    }
  return std::nullopt;
}

Wrong same_files(const CalibrationSpec& s) {
  const std::vector<std::string> names = names_of(s.configurations);
  for (auto name = names.begin(); name != names.end(); ++name) {
    const auto is_same = [&](const std::string& before) { return fitted_file(before) == fitted_file(*name); };
    if (const auto same = std::find_if(names.begin(), name, is_same); same != name)
      return Complaint{"configurations", fmt::format("{} and {} would both be written to {}; give one another name",
                                                     in_quotes(*same), in_quotes(*name), fitted_file(*name))};
  }
  return std::nullopt;
}

Wrong wrong_places(const CalibrationSpec& s) {
  for (std::size_t i = 0; i < s.free.size(); ++i)
    for (std::size_t k = 0; k < s.free[i].in.size(); ++k)
      if (Wrong wrong = unknown_configuration(s, s.free[i].in[k], fmt::format("free/{}/in/{}", i, k))) return wrong;
  return std::nullopt;
}

std::int64_t fewest_evaluations(std::size_t fields) {
  return evaluations_of_profile(fields) + fewest_evaluations_of_search(fields);
}

Wrong wrong_sizes(const CalibrationSpec& s) {
  if (s.configurations.empty()) return Complaint{"configurations", "expected at least one scenario"};
  if (s.free.empty()) return Complaint{"free", "expected at least one field that is to be fitted"};
  if (s.targets.empty()) return Complaint{"targets", "expected at least one figure that was measured"};
  if (const std::int64_t fewest = fewest_evaluations(s.free.size()); s.budget.evaluations < fewest)
    return Complaint{"budget/evaluations",
                     fmt::format("found {}; expected at least {} for {} free field{}", s.budget.evaluations, fewest,
                                 s.free.size(), s.free.size() == 1 ? "" : "s")};
  return std::nullopt;
}

Wrong wrong_keys(const CalibrationTarget& t) {
  const bool value = !t.configuration.empty() || !t.figure.empty() || !t.over.empty() || !t.measured.is_null();
  const bool order = t.left || t.relation || t.right || !t.by.is_null();
  if (value == order)
    return Complaint{"",
                     "expected either a value ('configuration', 'figure', 'measured', 'spread') or an order "
                     "('left', 'relation', 'right')"};
  if (value && (t.configuration.empty() || t.figure.empty() || t.measured.is_null() || !t.spread))
    return Complaint{"",
                     "a value needs 'configuration', 'figure', 'measured' and 'spread', the share by which "
                     "measurements of it differ"};
  if (order && !(t.left && t.relation && t.right))
    return Complaint{"", "an order needs 'left', 'relation' and 'right'"};
  if (order && (t.measured_saturated || t.measured_drift))
    return Complaint{"", "'measured_saturated' and 'measured_drift' are said of a value that was measured"};
  return std::nullopt;
}

}  // namespace

std::string fitted_file(const std::string& configuration) {
  std::string name = configuration;
  for (char& c : name)
    if (c == '/' || c == '\0') c = '_';
  return "scenarios/" + name + ".json";
}

std::optional<double> ratio_wanted(const CalibrationTarget& order) {
  const bool below = order.relation == Relation::below;
  if (order.by.is_null()) return order.relation == Relation::within ? std::nullopt : std::optional(1.0);
  if (order.by.is_number()) {
    const double factor = order.by.get<double>();
    if (!(factor >= 1) || !std::isfinite(factor)) return std::nullopt;
    return below ? 1 / factor : factor;
  }
  if (!order.by.is_string()) return std::nullopt;
  const ParsedQuantity share = parse_quantity(order.by.get<std::string>(), QuantityTraits<Share>::units());
  if (!share.error.empty() || (below && share.base >= 1)) return std::nullopt;
  return below ? 1 - share.base : 1 + share.base;
}

std::string target_text(const CalibrationTarget& t) {
  const auto text = [](const FigureOf& of) {
    return fmt::format("{} {}{}", of.configuration, of.figure, of.over.empty() ? "" : " over " + of.over);
  };
  if (!t.is_order()) return text(t.measured_figure());
  const std::string by = t.by.is_string() ? t.by.get<std::string>() : t.by.is_null() ? "" : t.by.dump();
  if (t.relation == Relation::within) return fmt::format("{} within {} of {}", text(*t.left), by, text(*t.right));
  return fmt::format("{} {} {}{}", text(*t.left), name_of(*t.relation), text(*t.right), by.empty() ? "" : " by " + by);
}

template <>
void describe(Describe<MeasuredSystem>& d) {
  d.object("measured_system", "a scenario whose figures were measured");
  d.required("base", &MeasuredSystem::base, "the scenario, or the path of its file");
  d.optional("set", &MeasuredSystem::set, "{path: value, ...}: fields that are different in it");
  d.check([](const MeasuredSystem& m) -> Wrong {
    if (!m.set.is_null() && !m.set.is_object()) return Complaint{"set", found(m.set) + "; expected {path: value, ...}"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<FreeField>& d) {
  d.object("free_field", "a field whose value is looked for");
  d.required("path", &FreeField::path, "the field, as --set names it, also inside a platform or a model");
  d.optional("also", &FreeField::also, "further fields that are always given the same value");
  d.required("from", &FreeField::from, "the least value, with its unit where it has one");
  d.required("to", &FreeField::to, "the largest");
  d.optional("scale", &FreeField::scale, "in which values of the range are as likely as others");
  d.required("prior", &FreeField::prior, "where the range comes from");
  d.optional("in", &FreeField::in, "configurations it is set in; left out: all that have the field");
  d.check([](const FreeField& f) -> Wrong {
    if (f.prior.empty()) return Complaint{"prior", "expected a text that says where the range comes from"};
    return wrong_range(f);
  });
}

template <>
void describe(Describe<FigureOf>& d) {
  d.object("figure_of", "a figure of a configuration");
  d.required("configuration", &FigureOf::configuration, "by its name");
  d.required("figure", &FigureOf::figure, "its name in result.json, or p99, mean, cpu and so on");
  d.optional("over", &FigureOf::over, "a second configuration: how many times its figure this one is");
}

template <>
void describe(Describe<CalibrationTarget>& d) {
  using T = CalibrationTarget;
  d.object("calibration_target", "what is to come out: a value, or an order of two figures");
  d.optional("configuration", &T::configuration, "a value: the configuration that was measured");
  d.optional("figure", &T::figure,
             "its name in result.json, such as latency_us.p99 or spans_us.network.mean, or p99, mean, cpu and so on");
  d.optional("over", &T::over, "a second configuration: how many times its figure this one is");
  d.optional("measured", &T::measured, "the value, with its unit where it has one");
  d.optional("spread", &T::spread, "by how much measurements of it differ, of its value").more_than(Share{0});
  d.optional("measured_saturated", &T::measured_saturated,
             "whether the measured run was offered more than it could do");
  d.optional("measured_drift", &T::measured_drift, "by how much the latency changed while it was measured");
  d.optional("left", &T::left,
             "an order: the figure that is to be above or below the other, or within some distance of it");
  d.optional("relation", &T::relation, "which of these");
  d.optional("right", &T::right, "the other figure");
  d.optional("by", &T::by, "by how much: a factor such as 1.5, or a share such as \"20 %\"");
  d.optional("weight", &T::weight, "how many times its error counts").more_than(0).at_most(1e6);
  d.optional("source", &T::source, "where the measurement comes from");
  d.check(wrong_keys);
}

template <>
void describe(Describe<CalibrationBudget>& d) {
  d.object("calibration_budget", "how much may be simulated");
  d.required("evaluations", &CalibrationBudget::evaluations,
             "sets of values that are tried, each in every configuration")
      .at_most(1'000'000);
  d.optional("queries", &CalibrationBudget::queries, "of each run, instead of the scenario's 'traffic.queries'")
      .at_least(1);
}

template <>
void describe(Describe<CalibrationSpec>& d) {
  using S = CalibrationSpec;
  d.object("calibration", "fields of scenarios to be fitted to what was measured");
  d.optional("description", &S::description, "what it is for");
  d.required("configurations", &S::configurations, "the systems that were measured, by name");
  d.required("free", &S::free, "the fields that are looked for");
  d.required("targets", &S::targets, "what was measured");
  d.optional("least_spread", &S::least_spread, "smaller spreads count as this: what the simulation leaves out")
      .at_least(Share{1e-4});
  d.required("budget", &S::budget, "how much may be simulated");
  d.optional("seed", &S::seed, "of all random numbers of all runs, instead of the scenarios'");
  for (const auto& rule : {wrong_sizes, same_files, wrong_places, wrong_targets, contradictions}) d.check(rule);
}

}  // namespace shardsim
