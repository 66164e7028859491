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
    if (!are_of(activity)) begin(activity, key);
    return split_mix(first_, static_cast<std::uint64_t>(step));
  }
  /// Whether word() was asked for this activity last; begin() is what it does if not.
  bool are_of(const Activity& activity) const { return of_ == net_and_attempt(activity); }
  void begin(const Activity& activity, std::uint64_t key);

 private:
  static std::uint32_t net_and_attempt(const Activity& activity) {
    return static_cast<std::uint32_t>(activity.net) << 8 | static_cast<std::uint32_t>(activity.attempt);
  }

  static_assert(kMostNets * kMostRepetitions * kMostAttempts <= 1ULL << 32);
  static constexpr std::uint32_t kNone = ~0U;  // no activity's, as attempts are less than may be told apart
  std::uint64_t first_ = 0;
  std::uint32_t of_ = kNone;  // net and attempt
};

}  // namespace shardsim
