// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace shardsim {

/// What random numbers are drawn for. Part of the key: draws for one purpose never move those of another.
/// The values are part of every result; append, never renumber.
enum class Purpose : std::uint32_t {
  arrivals = 1,
  query_items = 2,
  lookups = 3,
  row_parts = 4,
  jitter = 5,
  balancing = 6,
  pooling_estimate = 7,
  topology = 8,
  background = 9,
  faults = 10,
  think = 11,
  lookup_factor = 12,
  rows = 13,
  cache_hits = 14,
  tiers = 15,
  updates = 16,
  accelerator = 17,
  query_class = 18,
};

/// Names random words: unlike names, unlike words.
struct RandomName {
  std::uint64_t seed;
  std::uint64_t replication;
  Purpose purpose;
  std::uint64_t id;
  std::uint64_t sub;
};

/// Words that are random together: the unit in which the generator makes them.
using RandomBlock = std::array<std::uint64_t, 4>;

/// Block `number` of those of a name, by a counter-based generator: Philox4x64-10 (Salmon et al., SC 2011), as in
/// Random123. Its key is (seed, replication), its counter all else.
RandomBlock random_block(const RandomName& name, std::uint64_t number);

/// Two words that are random together, by Philox2x64-10 of the same paper: less work than a block, where not four are
/// wanted. Unlike (high, low) under one key, unlike pairs; the key is a random word itself, such as of a block.
using RandomPair = std::array<std::uint64_t, 2>;
RandomPair random_pair(std::uint64_t key, std::uint64_t high, std::uint64_t low);

/// Word `number` behind `first` of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014): the least work for few words, where `first` is random itself.
inline std::uint64_t split_mix(std::uint64_t first, std::uint64_t number) {
  std::uint64_t z = first + (number + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
  return z ^ z >> 31;
}

/// A uniform number in (0, 1) of a random word: never an end point, so that inverse distribution functions are finite.
inline double uniform_of(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1.0p-52; }

/// The words of a name, one after the other. As a stream is a pure function of its name, the same query draws the same
/// numbers under every strategy, in whatever order events fall and on however many threads (common random numbers).
class RandomStream {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the first draw makes a block
  RandomStream(std::uint64_t seed, std::uint32_t replication, Purpose purpose, std::uint64_t id, std::uint64_t sub = 0)
      : name_{seed, replication, purpose, id, sub} {}
  /// Begins with `first`, a word of some block that is there already, and goes on with the blocks from `next` on.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): as above
  RandomStream(const RandomName& name, std::uint64_t first, std::uint64_t next) : name_(name), next_(next), used_(3) {
    block_[3] = first;
  }

  std::uint64_t bits() {
    if (used_ == 4) [[unlikely]] {
      block_ = random_block(name_, next_++);
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in (0, 1).
  double uniform() { return uniform_of(bits()); }

  /// Uniform in 0 .. bound-1; bound >= 1. (Bias below 2^-64 * bound.)
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits()) * bound) >> 64);
  }

 private:
  RandomName name_;
  std::uint64_t next_ = 0;
  RandomBlock block_;
  std::size_t used_ = 4;
};

}  // namespace shardsim
