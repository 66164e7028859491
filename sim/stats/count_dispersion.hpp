// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "stats/moments.hpp"

namespace shardsim {

/// Index of dispersion of counts: the variance of the number of events in a window of time over its mean, 1 for a
/// Poisson process. Counts in windows of every power of two at once; time is an integer from 0 on. An event costs
/// amortised one step for every window that is shorter than the gaps.
class CountDispersion {
 public:
  struct Window {
    std::int64_t length = 0;
    std::uint64_t windows = 0;  ///< that lie wholly before the last event
    double dispersion = 0;
  };

  /// Not before the last one.
  void record(std::int64_t time);
  /// For windows of at least `shortest`, of which there are at least `fewest`.
  std::vector<Window> windows(double shortest, std::uint64_t fewest) const;

 private:
  struct Level {
    std::int64_t current = 0;  // number of the window under way
    std::uint64_t count = 0;   // in it, up to the last closed window of the level below
    WideSum sum = 0;           // of the counts of closed windows, and of their squares
    WideSum squares = 0;
  };
  std::array<Level, 63> levels_{};
};

}  // namespace shardsim
