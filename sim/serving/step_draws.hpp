// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  /// The first random word of a step: a pure function of activity, step, seed and replication.
  std::uint64_t word(const Activity& activity, Step step, std::uint64_t seed, std::uint32_t replication) {
    const std::uint32_t place = place_of(step);
    const std::uint32_t at = place % kWords;
    const std::uint32_t wanted = static_cast<std::uint32_t>(activity.net) << 16 |
                                 static_cast<std::uint32_t>(activity.attempt) << 8 | place / kWords;
    if (wanted == kept_ && at > 0) return words_[at - 1];
    kept_ = wanted;
    return make(activity, place, seed, replication);
  }
  /// All random words of a step, from the first one on.
  RandomStream all(const Activity& activity, Step step, std::uint64_t seed, std::uint32_t replication);

 private:
  static constexpr std::uint32_t kWords = 4;
  static constexpr std::uint32_t kNone = 0xff;  // no block's

  // Makes the block of a place, and gives its word.
  std::uint64_t make(const Activity& activity, std::uint32_t place, std::uint64_t seed, std::uint32_t replication);

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): nothing is kept yet
  std::array<std::uint64_t, kWords - 1> words_;  // all but the first: whoever asks for that is the first to ask
  std::uint32_t kept_ = kNone;                   // net, attempt and number of the block
};

}  // namespace shardsim
