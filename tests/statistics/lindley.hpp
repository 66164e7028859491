// SPDX-License-Identifier: Apache-2.0
// M/M/1 queues by Lindley's recursion (D. V. Lindley, 1952), thousands of times as fast as the simulator: their times
// go through the same statistics.
#pragma once

#include <cmath>
#include <random>

#include "experiment/relaxation.hpp"

namespace shardsim::testing {

/// Customers of a queue with service times of mean 1 that starts empty.
class Lindley {
 public:
  Lindley(double load, std::uint64_t seed) : load_(load), random_(seed) {}

  /// Time in the system of the next customer.
  double next() {
    const double gap = exponential() / load_;
    now_ += gap;
    wait_ = std::max(0.0, wait_ + service_ - gap);
    service_ = exponential();
    waited_ += wait_;
    worked_ += service_;
    ++count_;
    return wait_ + service_;
  }
  double now() const { return now_; }
  double offered_load() const { return worked_ / now_; }
  double mean_wait() const { return waited_ / static_cast<double>(count_); }

 private:
  double exponential() { return -std::log((static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53); }
  double load_;
  std::mt19937_64 random_;
  double now_ = 0;
  double wait_ = 0;
  double service_ = 0;
  double waited_ = 0;
  double worked_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace shardsim::testing
