// SPDX-License-Identifier: Apache-2.0
#include "serving/step_draws.hpp"

namespace shardsim {

// Not inlined, so that the draws between save no registers for it.
[[gnu::noinline]] std::uint64_t StepDraws::make(const Activity& activity, std::uint32_t place, std::uint32_t kept,
                                                std::uint64_t key) {
  const StreamKey name = activity.key();
  const std::uint64_t number = place / 2;
  static_assert(kMostTargets <= 1 << 24, "the number of the pair is beside the target");
  const RandomPair pair = random_pair(key, name.id, name.sub | number << 24);
  second_ = pair[1];
  kept_ = kept;
  return pair[place % 2];
}

}  // namespace shardsim
