// SPDX-License-Identifier: Apache-2.0
#include "serving/step_draws.hpp"

#include <algorithm>

namespace shardsim {
namespace {

RandomName name_of(const Activity& activity, std::uint64_t seed, std::uint32_t replication) {
  const StreamKey key = activity.key();
  return {seed, replication, Purpose::jitter, key.id, key.sub};
}

}  // namespace

RandomStream StepDraws::all(const Activity& activity, Step step, std::uint64_t seed, std::uint32_t replication) {
  const std::uint64_t beyond = std::uint64_t{place_of(step) + 1} << 32;  // past all places, and 2^32 blocks long
  return {name_of(activity, seed, replication), word(activity, step, seed, replication), beyond};
}

// Not inlined, so that the draws between save no registers for it.
[[gnu::noinline]] std::uint64_t StepDraws::make(const Activity& activity, std::uint32_t place, std::uint64_t seed,
                                                std::uint32_t replication) {
  const RandomBlock words = random_block(name_of(activity, seed, replication), place / kWords);
  std::copy(words.begin() + 1, words.end(), words_.begin());
  return words[place % kWords];
}

}  // namespace shardsim
