// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/random.hpp"
#include "serving/activity.hpp"

namespace shardsim {

/// Where the random word of a step is among those of its activity: four share a block of the generator. A place may be
/// shared by steps of which no activity has two. An RPC's first block is for what is before it is worked on, a batch's
/// steps are in one block, and so are a query's own.
constexpr std::uint32_t place_of(Step step) {
  switch (step) {
    case Step::call:
      return 0;
    case Step::receive:
      return 1;
    case Step::net:
    case Step::overhead:
      return 2;
    case Step::reply:
      return 3;
    case Step::bottom:
      return 4;
    case Step::gather:
      return 5;
    case Step::answer:
    case Step::partial:
      return 6;
    case Step::collect:
    case Step::top:
      return 7;
    case Step::query:
    case Step::request:
    case Step::response:
    case Step::scores:
      break;
  }
  return 8;  // messages draw nothing
}

/// The random numbers of the steps of one query, batch and target of a run, whose net and attempt may change. Keeps
/// what is left of the block that was made last, so that a block is made once where steps are asked for in their order.
class StepDraws {
 public:
  /// The numbers of a step: a pure function of activity, step, seed and replication.
  RandomStream of(const Activity& activity, Step step, std::uint64_t seed, std::uint32_t replication) {
    const StreamKey key = activity.key();
    const RandomName name{seed, replication, Purpose::jitter, key.id, key.sub};
    const std::uint32_t place = place_of(step);
    const std::uint64_t beyond = std::uint64_t{place + 1} << 32;  // past all places, and 2^32 blocks long
    return {name, word(name, activity, place), beyond};
  }

 private:
  static constexpr std::uint32_t kWords = 4;
  static constexpr std::uint32_t kNone = 0xff;  // no block's

  std::uint64_t word(const RandomName& name, const Activity& activity, std::uint32_t place) {
    const std::uint32_t block = place / kWords;
    const std::uint32_t at = place % kWords;
    const auto wanted =
        static_cast<std::uint32_t>(activity.net << 16 | static_cast<std::uint32_t>(activity.attempt) << 8 | block);
    if (wanted == kept_ && at > 0) return words_[at - 1];
    const RandomBlock words = random_block(name, block);
    std::copy(words.begin() + 1, words.end(), words_.begin());
    kept_ = wanted;
    return words[at];
  }

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): nothing is kept yet
  std::array<std::uint64_t, kWords - 1> words_;  // all but the first: whoever asks for that is the first to ask
  std::uint32_t kept_ = kNone;                   // net, attempt and number of the block
};

}  // namespace shardsim
