// SPDX-License-Identifier: Apache-2.0
#include "experiment/relaxation.hpp"

#include "experiment/run.hpp"

namespace shardsim {

void Relaxation::add(double mean_wait_s, double load) {
  if (!(mean_wait_s > 0)) return;
  const double seconds = load < 1 ? 4 * mean_wait_s / (1 - load) : std::numeric_limits<double>::infinity();
  seconds_ = std::max(seconds_, seconds);
}

Length length_of(const Relaxation& relaxation, double simulated_s, double warmup_share, std::size_t runs) {
  Length length;
  if (!(relaxation.seconds() > 0)) return length;
  const double all = simulated_s / relaxation.seconds();
  length.counted = all * (1 - warmup_share);
  length.warmup = all * warmup_share / static_cast<double>(std::max<std::size_t>(1, runs));
  return length;
}

// A closed loop is never offered more than it can do, and its queues are bounded: how busy a server is says nothing of
// how long it remembers.
Length length_of(const RunResult& result) {
  Relaxation relaxation;
  if (!result.closed_loop) {
    for (const HostResult& h : result.hosts) relaxation.add(h.mean_wait_us * 1e-6, h.offered_load);
    for (const LinkResult& l : result.links) relaxation.add(l.mean_wait_us * 1e-6, l.offered_load);
  }
  const double warmup =
      result.offered > 0 ? static_cast<double>(result.warmup) / static_cast<double>(result.offered) : 0;
  return length_of(relaxation, result.simulated_s, warmup, result.sections.size());
}

}  // namespace shardsim
