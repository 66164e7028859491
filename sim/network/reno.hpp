// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/congestion.hpp"

namespace shardsim {

/// Slow start, then one packet more a round trip; half the window at a loss (RFC 5681).
class Reno : public Congestion {
 public:
  void grow(CongestionWindow& window, int acknowledged, Time) override {
    if (window.in_slow_start()) acknowledged = window.slow_start(acknowledged);
    if (acknowledged > 0) window.one_more_for_each(window.packets, acknowledged);
  }
  int after_loss(const CongestionWindow& window) override { return std::max(window.packets / 2, kLeast); }
};

}  // namespace shardsim
