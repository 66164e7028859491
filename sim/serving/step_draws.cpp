// SPDX-License-Identifier: Apache-2.0
#include "serving/step_draws.hpp"

namespace shardsim {

void StepDraws::begin(const Activity& activity, std::uint64_t key) {
  const StreamKey name = activity.key();
  first_ = random_pair(key, name.id, name.sub)[0];
  of_ = net_and_attempt(activity);
}

}  // namespace shardsim
