// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cluster/platform.hpp"
#include "engine/shared_rate.hpp"

namespace shardsim {

/// The memory of a host: it holds rows, and gathers share its bandwidth. No slowdown of a host makes it slower.
class Memory {
 public:
  Memory(Simulation& sim, const Platform& platform);

  /// Of tables and weights.
  Bytes used() const { return used_; }
  void hold(Bytes bytes) { used_ += bytes; }

  /// Whether the cores together can use up the bandwidth; if not, its use is not counted.
  bool can_run_out() const { return rate_ != nullptr; }
  /// Traffic of all gathers up to now, whether moved or still waiting.
  Bytes traffic() const { return traffic_; }
  /// Traffic asked for in `seconds`, as a share of what the bandwidth moves in them.
  double offered_load(double seconds) const {
    return static_cast<double>(traffic_.count) / (seconds * bandwidth_.bytes_per_second);
  }

  /// Counts a gather, which may still wait for its core.
  void ask(Bytes traffic) { traffic_ += traffic; }
  /// Begins a gather whose core alone needs `time` for it; on_done is told when it ends. It must stay in place until
  /// then. Precondition: can_run_out().
  void move(SharedRate::Job& gather, Bytes traffic, Duration time) {
    gather.remaining = static_cast<double>(traffic.count);
    gather.cap = gather.remaining / to_seconds(time);
    rate_->join(gather);
  }

 private:
  Bandwidth bandwidth_;
  std::unique_ptr<SharedRate> rate_;  // null when the cores together cannot use up the bandwidth
  Bytes used_;
  Bytes traffic_;
};

}  // namespace shardsim
