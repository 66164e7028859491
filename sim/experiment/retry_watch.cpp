// SPDX-License-Identifier: Apache-2.0
#include "experiment/retry_watch.hpp"

#include "experiment/run.hpp"

namespace shardsim {
namespace {

// Repeated attempts for each first one, from which on they are no exception; and by how much they raise the load of the
// busiest part, to how much. Thresholds of a definition (docs/metrics.md), not of a law.
constexpr double kManyRepeats = 0.5;
constexpr double kRaised = 1.2;
constexpr double kBusy = 0.8;
// Of queries after the last fault, for a word on them.
constexpr std::size_t kFewestBlocks = 16;

std::optional<Time> end_of_faults(const Scenario& scenario) {
  Duration end{};
  for (const Fault& fault : scenario.faults) {
    if (!fault.until) return std::nullopt;
    end = std::max(end, *fault.until);
  }
  const Duration patience = scenario.serving.patience().value_or(Duration::zero());
  return Time(std::min(end, kLongestDuration / 2)) + std::min(patience, kLongestDuration / 2);
}

}  // namespace

RetryWatch::RetryWatch(const Scenario& scenario)
    : watches_(scenario.serving.call->retries() > 0),
      has_faults_(!scenario.faults.empty()),
      calm_(end_of_faults(scenario)) {}

void RetryWatch::on_arrival(std::uint64_t query, Time now, const Serving& serving) {
  const std::int64_t repeats = std::exchange(repeated_, serving.repeated_rpcs());
  const std::int64_t rpcs = std::exchange(rpcs_, serving.rpcs());
  repeats_.record(query, static_cast<double>(repeated_ - repeats));
  first_rpcs_.record(query, static_cast<double>((rpcs_ - repeated_) - (rpcs - repeats)));
  seconds_.record(query, to_seconds(now.time_since_epoch()));
  if (calm_ && now >= *calm_ && !first_calm_) first_calm_ = query;
}

RetryWatch::Stretch RetryWatch::stretch(std::size_t first, std::size_t last) const {
  const auto sum = [&](const BlockMeans& of) {
    const std::vector<double> means = of.means();
    double total = 0;
    for (std::size_t i = first; i < std::min(last, means.size()); ++i) total += means[i];
    return total;
  };
  Stretch out;
  const double first_rpcs = sum(first_rpcs_);
  out.repeats = first_rpcs > 0 ? sum(repeats_) / first_rpcs : 0;
  out.failed = last > first ? sum(failed_) / static_cast<double>(last - first) : 0;
  const std::vector<double> seconds = seconds_.means();
  if (last > first + 1 && seconds[last - 1] > seconds[first])
    out.rate = static_cast<double>((last - 1 - first) * seconds_.width()) / (seconds[last - 1] - seconds[first]);
  return out;
}

RetryWatch::Findings RetryWatch::findings(const RunResult& r) const {
  Findings out;
  const std::size_t blocks = seconds_.means().size();
  if (!watches_ || blocks == 0) return out;
  const auto is_storm = [&](const Stretch& s) { return s.repeats >= kManyRepeats && s.failed > r.most_failed; };
  const std::size_t calm = first_calm_ ? static_cast<std::size_t>(*first_calm_ / seconds_.width()) : blocks;
  const Stretch all = stretch(0, blocks);
  const Stretch end = stretch(blocks - (blocks - calm) / 4, blocks);
  const double load = r.bottleneck.offered_load;
  const bool raised = load >= kBusy && load >= kRaised * r.first_attempt_load;
  out.storm = raised && (is_storm(all) || is_storm(end));
  // Something set it off: a fault, or else chance or a burst, if all was well before.
  const bool set_off = has_faults_ || !is_storm(stretch(0, blocks / 4));
  const double first_attempts_then = all.rate > 0 ? r.first_attempt_load * end.rate / all.rate : 0;
  out.metastable = out.storm && set_off && blocks - calm >= kFewestBlocks && is_storm(end) && first_attempts_then < 1;
  return out;
}

}  // namespace shardsim
