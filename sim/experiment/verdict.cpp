// SPDX-License-Identifier: Apache-2.0
#include "experiment/runner.hpp"

namespace shardsim {

void Runner::note_conditions() {
  const auto note = [this](Condition condition, bool holds) {
    if (holds) result_.conditions.insert(condition);
  };
  note(Condition::overload, !loop_ && result_.bottleneck.offered_load >= 1);
  note(Condition::backlog, backlog_grows());
  note(Condition::overrun, overrun_);
  note(Condition::failures, result_.failed_share() > result_.most_failed);
  const RetryWatch::Findings retries = retries_.findings(result_);
  note(Condition::retry_storm, retries.storm);
  note(Condition::metastable, retries.metastable);
}

// Saturated is a system that its queries ask too much of; where the repetition of what failed does, it is failing.
Verdict Runner::verdict() {
  note_conditions();
  if (interrupted_) return Verdict::interrupted;
  const bool failing = result_.has(Condition::failures);
  if (result_.recorder.count() == 0 && !failing && !overrun_) return Verdict::empty;
  if (!loop_ && result_.first_attempt_load >= 1) return Verdict::saturated;
  if (failing) return Verdict::failing;
  const bool too_much =
      result_.has(Condition::overload) || result_.has(Condition::backlog) || result_.has(Condition::overrun);
  return too_much ? Verdict::saturated : Verdict::stable;
}

// Whether ever more queries were under way, as arrivals saw it: from quarter to quarter of the run, to twice as many in
// the last as in the second, and by more than chance explains in a stable system (ten standard deviations of a count).
bool Runner::backlog_grows() const {
  const std::vector<double> blocks = backlog_.means();
  constexpr std::size_t kQuarters = 4;
  if (loop_ || blocks.size() < 10 * kQuarters) return false;
  std::array<double, kQuarters> mean{};
  for (std::size_t i = 0; i < blocks.size(); ++i) mean[i * kQuarters / blocks.size()] += blocks[i];
  for (double& m : mean) m /= static_cast<double>(blocks.size()) / kQuarters;
  return mean[1] < mean[2] && mean[2] < mean[3] && mean[3] > 2 * mean[1] && mean[3] - mean[1] > 10 * std::sqrt(mean[3]);
}

}  // namespace shardsim
