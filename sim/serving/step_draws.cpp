// SPDX-License-Identifier: Apache-2.0
#include "serving/step_draws.hpp"

namespace shardsim {

// Not inlined, so that the draws between save no registers for it.
[[gnu::noinline]] void StepDraws::begin(const Activity& activity, std::uint32_t of, std::uint64_t key) {
  const StreamKey name = activity.key();
  first_ = random_pair(key, name.id, name.sub)[0];
  of_ = of;
}

}  // namespace shardsim
