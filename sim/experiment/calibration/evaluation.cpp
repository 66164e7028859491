// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/evaluation.hpp"

#include <cmath>

#include "experiment/compare.hpp"
#include "experiment/interval_json.hpp"

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
double miss_of_order(const Estimate& ratio, const LimitsOfRatio& wanted) {
  if (!(ratio.value > 0)) return std::log(kFarthest);
  const double low = ratio.has_interval() ? ratio.low : ratio.value;
  const double high = ratio.has_interval() ? ratio.high : ratio.value;
  return std::max({0.0, -log_of(low / wanted.least), log_of(high / wanted.most)});
}

// What runs say of figures.
class FiguresOfRuns {
 public:
  FiguresOfRuns(const CalibrationProblem& problem, const std::vector<Scenario>& scenarios,
                const std::vector<std::optional<RunResult>>& results)
      : problem_(problem), scenarios_(scenarios), results_(results), readers_(results.size()) {
    for (std::size_t c = 0; c < results.size(); ++c)
      if (results[c] && results[c]->recorder.count() > 0) readers_[c].emplace(*results[c]);
  }

  // `target`: its number, for errors.
  Estimate operator()(const FigureParts& of, std::size_t target) {
    const Estimate own = read(of.configuration, of, target);
    return of.over ? ratio(own, read(*of.over, of, target), of.configuration, *of.over) : own;
  }
  // left / right; of figures that are ratios themselves, as of independent ones.
  Estimate ratio(const Estimate& left, const Estimate& right, std::size_t of_left, std::size_t of_right) const {
    const auto& a = results_[of_left];
    const auto& b = results_[of_right];
    const bool paired = a && b && sees_same_queries(scenarios_[of_left], scenarios_[of_right], *a, *b);
    return ratio_of(left, right, a ? a->confidence : 0, paired);
  }

 private:
  Estimate read(std::size_t c, const FigureParts& of, std::size_t target) {
    Estimate none;
    none.value = Estimate::kNone;
    if (!readers_[c]) return none;
    if (const std::string wrong = readers_[c]->complaint(of.figure); !wrong.empty())
      throw InputError(problem_.place_in_file(fmt::format("/targets/{}/{}figure", target, of.key)), "", wrong);
    return (*readers_[c])(of.figure);
  }

  const CalibrationProblem& problem_;
  const std::vector<Scenario>& scenarios_;
  const std::vector<std::optional<RunResult>>& results_;
  std::vector<std::optional<FigureReader>> readers_;
};

}  // namespace

LimitsOfRatio limits_of(const CalibrationTarget& order, const TargetParts& parts) {
  switch (*order.relation) {
    case Relation::above:
      return {parts.wanted, std::numeric_limits<double>::infinity()};
    case Relation::below:
      return {0, parts.wanted};
    case Relation::within:
      return {1 / parts.wanted, parts.wanted};
  }
  return {};
}

ErrorSample Evaluation::sample() const {
  ErrorSample out{error, {}};
  for (const TargetOutcome& t : targets) out.residuals.push_back(t.residual);
  return out;
}

std::vector<TargetOutcome> outcomes_of(const CalibrationProblem& problem, const std::vector<Scenario>& scenarios,
                                       const std::vector<std::optional<RunResult>>& results) {
  FiguresOfRuns figures(problem, scenarios, results);
  std::vector<TargetOutcome> out;
  for (std::size_t i = 0; i < problem.targets().size(); ++i) {
    const TargetParts& t = problem.targets()[i];
    const Estimate left = figures(t.left, i);
    TargetOutcome outcome;
    if (t.right) {
      outcome.simulated = figures.ratio(left, figures(*t.right, i), t.left.configuration, t.right->configuration);
      outcome.residual = miss_of_order(outcome.simulated, limits_of(problem.spec().targets[i], t)) / t.spread;
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
  for (const TargetOutcome& t : e.targets) {
    targets.push_back(interval_json(t.simulated));
    targets.back()["residual"] = t.residual;
  }
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
    for (const Json& t : entry.at("targets")) e.targets.push_back({read_interval(t), t.at("residual").get<double>()});
    for (const Json& v : entry.at("verdicts")) e.verdicts.push_back(value_named<Verdict>(v.get<std::string>()).value());
    return e;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::bad_optional_access&) {
    return std::nullopt;
  }
}

}  // namespace shardsim
