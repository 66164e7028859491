// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/calibration/problem.hpp"
#include "experiment/calibration/profile.hpp"
#include "experiment/results/verdict.hpp"

namespace shardsim {

/// What a target came to.
struct TargetOutcome {
  Estimate simulated;   ///< the figure in its unit; of an order, left / right. Without pulls
  double residual = 0;  ///< (log(simulated) - log(wanted)) / spread; of an order, 0 where its interval holds it
};

/// Between what an order's left / right is to be.
struct LimitsOfRatio {
  double least = 0;
  double most = 0;
};
LimitsOfRatio limits_of(const CalibrationTarget& order, const TargetParts& parts);

/// What a set of values came to.
struct Evaluation {
  CubePoint point;
  std::vector<Json> values;  ///< by free field
  std::vector<TargetOutcome> targets;
  std::vector<Verdict> verdicts;  ///< by configuration
  double error = 0;               ///< sum of weight x residual^2
  double seconds = 0;             ///< that its runs took, added up

  ErrorSample sample() const;
};

/// What the runs of all configurations say of the targets. A run without a result, such as of tables that fit no
/// server, misses all its targets by far. Throws InputError where a figure is of a host or a shard that is not in the
/// run.
std::vector<TargetOutcome> outcomes_of(const CalibrationProblem& problem, const std::vector<Scenario>& scenarios,
                                       const std::vector<std::optional<RunResult>>& results);
double error_of(const CalibrationProblem& problem, const std::vector<TargetOutcome>& targets);

/// A line of the journal, and back; nothing: it is of another form.
Json evaluation_json(const Evaluation& evaluation);
std::optional<Evaluation> read_evaluation(const Json& entry);

}  // namespace shardsim
