// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"
#include "serving/activity.hpp"

namespace shardsim {

/// Where the random word of a step is among those of its activity: two make a pair. A place may be shared by steps of
/// which no activity has two; that of the query itself is also that of the first net of its first batch.
constexpr std::uint32_t place_of(Step step) {
  switch (step) {
    case Step::call:
      return 0;
    case Step::receive:
      return 1;
    case Step::net:
    case Step::bottom:
      return 2;
    case Step::gather:
      return 3;
    case Step::answer:
    case Step::partial:
      return 4;
    case Step::collect:
    case Step::top:
      return 5;
    case Step::overhead:
      return 6;
    case Step::reply:
      return 7;
    case Step::query:
    case Step::request:
    case Step::response:
    case Step::scores:
      break;
  }
  return 8;  // messages draw nothing
}

/// The random words of the steps of one query, batch and target of a run, whose net and attempt may change. Keeps the
/// second word of the pair that was made last, so that a pair is made once where steps come in their order.
class StepDraws {
 public:
  /// The word of a step: a pure function of activity, step and `key`, which is the run's and always the same.
  std::uint64_t word(const Activity& activity, Step step, std::uint64_t key) {
    const std::uint32_t place = place_of(step);
    const std::uint32_t wanted =
        static_cast<std::uint32_t>(activity.net) << 16 | static_cast<std::uint32_t>(activity.attempt) << 8 | place;
    return wanted == kept_ ? second_ : make(activity, place, wanted | 1, key);
  }

 private:
  // Makes the pair of a place, and gives its word.
  std::uint64_t make(const Activity& activity, std::uint32_t place, std::uint32_t kept, std::uint64_t key);

  static constexpr std::uint32_t kNone = 0xff;  // no step's
  std::uint64_t second_ = 0;
  std::uint32_t kept_ = kNone;  // net, attempt and place of the second word
};

}  // namespace shardsim
