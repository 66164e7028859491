// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "server/clock.hpp"

namespace shardsim::real {

/// Times of single runs of an operation, from which its jitter follows: counters q0 to q49, in ns, are the middles of
/// fifty parts of equal size. The benchmark must UseManualTime().
class Samples {
 public:
  /// Runs `operation` once, timed.
  template <class Operation>
  void take(benchmark::State& state, Operation operation) {
    const std::uint64_t begin = now_ns();
    operation();
    const auto took = static_cast<double>(now_ns() - begin);
    state.SetIterationTime(took / 1e9);
    ns_.push_back(took);
  }
  void tell(benchmark::State& state) {
    std::sort(ns_.begin(), ns_.end());
    constexpr std::size_t kParts = 50;
    for (std::size_t q = 0; q < kParts; ++q)
      state.counters["q" + std::to_string(q)] = ns_[(2 * q + 1) * ns_.size() / (2 * kParts)];
  }

 private:
  std::vector<double> ns_;
};

}  // namespace shardsim::real
