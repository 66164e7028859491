// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/calibrate.hpp"

namespace shardsim {
namespace {

// A look around that finds an error less by this moves the best there. What is between is no better: such a difference
// is far within the range of every field.
constexpr double kBetter = kErrorRise / 4;

// What was seen on the way counts too: a place where the error has not risen is in the range.
void widen(std::vector<FieldRange>& ranges, const std::vector<Evaluation>& seen, double least_error) {
  for (const Evaluation& e : seen) {
    if (e.error > least_error + kErrorRise) continue;
    for (std::size_t j = 0; j < ranges.size(); ++j) ranges[j].include(e.point[j]);
  }
}

}  // namespace

Determined CalibrationResult::determined(std::size_t field) const {
  constexpr double kMost = 0.75;  // of a range: whoever gave it knew nearly as much
  const FieldRange& range = together[field];
  const bool low_open = range.low < kAtEnd;
  const bool high_open = range.high > 1 - kAtEnd;
  if (range.high - range.low >= kMost) return Determined::not_identified;
  return low_open || high_open ? Determined::one_sided : Determined::determined;
}

bool CalibrationResult::at_low_end(std::size_t field) const { return best.point[field] < kAtEnd; }
bool CalibrationResult::at_high_end(std::size_t field) const { return best.point[field] > 1 - kAtEnd; }

OrderAnswer answer_of(const TargetOutcome& outcome, const LimitsOfRatio& wanted) {
  const Estimate& ratio = outcome.simulated;
  if (!ratio.has_interval()) return OrderAnswer::undecided;
  if (ratio.low >= wanted.least && ratio.high <= wanted.most) return OrderAnswer::holds;
  return ratio.high < wanted.least || ratio.low > wanted.most ? OrderAnswer::violated : OrderAnswer::undecided;
}

CalibrationResult calibrate(const CalibrationProblem& problem, Evaluator& evaluator) {
  const std::int64_t for_profile = evaluations_of_profile(problem.fields());
  const SamplesAt samples_at = [&](const std::vector<CubePoint>& points) {
    std::vector<ErrorSample> out;
    for (const Evaluation& e : evaluator.at(points)) out.push_back(e.sample());
    return out;
  };
  const std::vector<double> weights = problem.weights();
  CalibrationResult out;
  out.middle = evaluator.at({problem.middle()}).front();
  const FoundPoint found =
      least_error(problem.fields(), weights, problem.spec().budget.evaluations - for_profile, samples_at);
  const ErrorProfile profile = profile_of(found, weights, samples_at);
  out.best = evaluator.at({found.point}).front();
  if (evaluator.best().error < out.best.error - kBetter) out.best = evaluator.best();
  out.alone = profile.alone;
  out.together = profile.together;
  for (std::size_t j = 0; j < problem.fields(); ++j) out.alone[j].include(out.best.point[j]);
  widen(out.together, evaluator.asked(), out.best.error);
  out.conflicts = conflicts_of(out.best.point, out.best.sample().residuals, profile.slopes);
  out.evaluations = evaluator.asked().size();
  return out;
}

}  // namespace shardsim
