// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"
#include "serving/activity.hpp"

namespace shardsim {

/// The random words of the steps of one query, batch and target of a run, whose net and attempt may change: one for
/// each step. Those of an activity are a stretch of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) that begins at a
/// random word of its own.
class StepDraws {
 public:
  /// The word of a step: a pure function of activity, step and `key`, which is the run's and always the same. A query's
  /// own activity is that of the first net of its first batch; they share no step.
  std::uint64_t word(const Activity& activity, Step step, std::uint64_t key) {
    const std::uint32_t of =
        static_cast<std::uint32_t>(activity.net) << 8 | static_cast<std::uint32_t>(activity.attempt);
    if (of != of_) begin(activity, of, key);
    return split_mix(first_, static_cast<std::uint64_t>(step));
  }

 private:
  void begin(const Activity& activity, std::uint32_t of, std::uint64_t key);

  static_assert(kMostNets * kMostAttempts < 1ULL << 32);
  static constexpr std::uint32_t kNone = ~0U;  // no activity's
  std::uint64_t first_ = 0;
  std::uint32_t of_ = kNone;  // net and attempt
};

}  // namespace shardsim
