// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/evaluation.hpp"

#include <cmath>

#include "experiment/compare.hpp"

namespace shardsim {
namespace {

// Further off than this factor is no better than not there at all: nothing, infinite, or a run that could not be.
constexpr double kFarthest = 1000;

double log_of(double value) {
  const double most = std::log(kFarthest);
  return value > 0 ? std::clamp(std::log(value), -most, most) : -most;
}

Estimate without_pulls(Estimate e) {
  e.pulls = {};
  return e;
}

double miss_of_value(const Estimate& simulated, double wanted) { return log_of(simulated.value / wanted); }

// How far the end of the interval at which the order is least true is from what is wanted; 0 where even that is right.
double miss_of_order(const Estimate& ratio, double wanted, bool above) {
  if (!(ratio.value > 0)) return std::log(kFarthest);
  const double low = ratio.has_interval() ? ratio.low : ratio.value;
  const double high = ratio.has_interval() ? ratio.high : ratio.value;
  return std::max(0.0, above ? -log_of(low / wanted) : log_of(high / wanted));
}

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }
double read_finite(const Json& value) { return value.is_number() ? value.get<double>() : Estimate::kNone; }

template <class E>
E value_named(const Json& name) {
  for (const auto& [value, its_name] : EnumNames<E>::names)
    if (name == Json(its_name)) return value;
  throw std::invalid_argument("no such name");
}

}  // namespace

ErrorSample Evaluation::sample() const {
  ErrorSample out{error, {}};
  for (const TargetOutcome& t : targets) out.residuals.push_back(t.residual);
  return out;
}

std::vector<TargetOutcome> outcomes_of(const CalibrationProblem& problem, const std::vector<Scenario>& scenarios,
                                       const std::vector<std::optional<RunResult>>& results) {
  std::vector<std::optional<FigureReader>> readers(results.size());
  for (std::size_t c = 0; c < results.size(); ++c)
    if (results[c] && results[c]->recorder.count() > 0) readers[c].emplace(*results[c]);
  const auto read = [&](std::size_t c, const ResultFigure& figure, const std::string& key) {
    Estimate none;
    none.value = Estimate::kNone;
    if (!readers[c]) return none;
    if (const std::string wrong = readers[c]->complaint(figure); !wrong.empty())
      throw InputError(problem.place_in_file("/targets/" + key), "", wrong);
    return (*readers[c])(figure);
  };
  std::vector<TargetOutcome> out;
  for (std::size_t i = 0; i < problem.targets().size(); ++i) {
    const TargetParts& t = problem.targets()[i];
    const CalibrationTarget& spec = problem.spec().targets[i];
    const Estimate left =
        read(t.configuration, t.figure, fmt::format("{}/{}figure", i, spec.is_order() ? "left/" : ""));
    TargetOutcome outcome;
    if (spec.is_order()) {
      const Estimate right = read(t.right_configuration, t.right_figure, fmt::format("{}/right/figure", i));
      const std::size_t a = t.configuration;
      const std::size_t b = t.right_configuration;
      const bool both = results[a] && results[b];
      const bool paired = both && sees_same_queries(scenarios[a], scenarios[b], *results[a], *results[b]);
      outcome.simulated = ratio_of(left, right, both ? results[a]->confidence : 0, paired);
      outcome.residual = miss_of_order(outcome.simulated, t.wanted, spec.relation == Relation::above) / t.spread;
    } else {
      outcome.simulated = without_pulls(left);
      outcome.residual = miss_of_value(left, t.wanted) / t.spread;
    }
    out.push_back(std::move(outcome));
  }
  return out;
}

double error_of(const CalibrationProblem& problem, const std::vector<TargetOutcome>& targets) {
  double error = 0;
  for (std::size_t i = 0; i < targets.size(); ++i)
    error += problem.spec().targets[i].weight * targets[i].residual * targets[i].residual;
  return error;
}

Json evaluation_json(const Evaluation& e) {
  Json targets = Json::array();
  for (const TargetOutcome& t : e.targets)
    targets.push_back({{"value", number_json(t.simulated.value)},
                       {"low", number_json(t.simulated.low)},
                       {"high", number_json(t.simulated.high)},
                       {"trust", std::string(name_of(t.simulated.trust))},
                       {"residual", t.residual}});
  Json verdicts = Json::array();
  for (const Verdict v : e.verdicts) verdicts.push_back(std::string(name_of(v)));
  return {{"values", e.values}, {"point", e.point},     {"error", e.error},
          {"targets", targets}, {"verdicts", verdicts}, {"seconds", e.seconds}};
}

std::optional<Evaluation> read_evaluation(const Json& entry) {
  try {
    Evaluation e;
    e.values = entry.at("values").get<std::vector<Json>>();
    e.point = entry.at("point").get<CubePoint>();
    e.error = entry.at("error").get<double>();
    e.seconds = entry.at("seconds").get<double>();
    for (const Json& t : entry.at("targets")) {
      TargetOutcome outcome;
      outcome.simulated.value = read_finite(t.at("value"));
      outcome.simulated.low = read_finite(t.at("low"));
      outcome.simulated.high = read_finite(t.at("high"));
      outcome.simulated.trust = value_named<Trust>(t.at("trust"));
      outcome.residual = t.at("residual").get<double>();
      e.targets.push_back(std::move(outcome));
    }
    for (const Json& v : entry.at("verdicts")) e.verdicts.push_back(value_named<Verdict>(v));
    return e;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace shardsim
