// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Random123/philox.h>

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
};

/// Counter-based random numbers (Philox4x64-10, Salmon et al., SC 2011, as in Random123). A stream is a pure function
/// of (seed, replication, purpose, id): the same query draws the same numbers under every strategy, in whatever order
/// events fall and on however many threads (common random numbers).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t replication, Purpose purpose, std::uint64_t id, std::uint64_t sub = 0)
      : key_{{seed, replication}}, counter_{{0, static_cast<std::uint64_t>(purpose), id, sub}} {}

  std::uint64_t bits() {
    if (used_ == 4) {
      block_ = r123::Philox4x64()(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in (0, 1): never an end point, so that inverse distribution functions are finite.
  double uniform() { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1.0p-52; }

  /// Uniform in 0 .. bound-1; bound >= 1. (Bias below 2^-64 * bound.)
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits()) * bound) >> 64);
  }

 private:
  r123::Philox4x64::key_type key_;
  r123::Philox4x64::ctr_type counter_;
  r123::Philox4x64::ctr_type block_{};
  std::size_t used_ = 4;
};

}  // namespace shardsim
