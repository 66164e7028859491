// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace shardsim {

/// A wish to stop, raised from outside (a signal handler may), and whether anybody has noticed: who is at work looks
/// now and then.
class Interrupt {
 public:
  constexpr explicit Interrupt(bool raised = false) : raised_(raised) {}

  /// Raises it; returns whether it was raised before.
  bool raise() { return raised_.exchange(true); }
  /// Whether it is raised; from then on it counts as noticed.
  bool load() const {
    if (!raised_.load(std::memory_order_relaxed)) return false;
    noticed_ = true;
    return true;
  }
  explicit operator bool() const { return load(); }
  bool noticed() const { return noticed_; }

 private:
  std::atomic<bool> raised_;
  mutable std::atomic<bool> noticed_{false};
};

}  // namespace shardsim
