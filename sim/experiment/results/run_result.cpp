// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/run_result.hpp"

#include <numeric>

namespace shardsim {

double RunResult::saturation_throughput_per_s() const {
  if (!(bottleneck.offered_load > 0) || closed_loop || verdict == Verdict::failing) return 0;
  const double load = has(Condition::failures) ? first_attempt_load : bottleneck.offered_load;
  const bool contradicts = verdict == Verdict::saturated && load < 1;
  return contradicts ? 0 : offered_per_s / load;
}

double RunResult::failed_share() const {
  return failed > 0 ? static_cast<double>(failed) / static_cast<double>(completed + failed) : 0;
}

double RunResult::latency_with_failed_us(double q) const {
  const auto answered_queries = static_cast<double>(recorder.count());
  const double rank = q * (answered_queries + static_cast<double>(counted_failed));
  if (rank > answered_queries) return std::numeric_limits<double>::infinity();
  return answered_queries > 0 ? recorder.latency_ps().quantile(rank / answered_queries) * 1e-6 : 0;
}

double RunResult::total_cpu_us_per_query() const {
  double total = 0;
  for (const double c : cpu_us_per_query) total += c;
  return total;
}

void attribute(RunResult& result) {
  result.slowest = slowest_of(result.recorder, result.names);
  const auto [low, high] = band_around(0.99);
  const auto spans = result.recorder.mean_spans_us(low, high);
  const double latency = std::accumulate(spans.begin(), spans.end(), 0.0);
  const std::map<std::uint64_t, double> p99_us = result.recorder.mean_details(Detail::link_us, low, high);
  for (LinkResult& r : result.links) {
    const auto at = p99_us.find(r.link);
    r.p99_us = at != p99_us.end() ? at->second : 0;
    r.p99_share = latency > 0 ? r.p99_us / latency : 0;
  }
}

}  // namespace shardsim
