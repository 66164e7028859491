// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/units.hpp"

namespace shardsim {

/// Lookups of rows that are not in memory, and how many of them a cache answered.
struct CacheCounts {
  std::int64_t lookups = 0;
  std::int64_t hits = 0;
  CacheCounts& operator+=(const CacheCounts& other) {
    lookups += other.lookups;
    hits += other.hits;
    return *this;
  }
  double hit_ratio() const { return lookups == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(lookups); }
};

/// Counts by time: at most kMost stretches, which begin short and double as time goes on.
class CountsOverTime {
 public:
  static constexpr std::size_t kMost = 64;

  void add(Time now, const CacheCounts& counts) {
    auto i = static_cast<std::size_t>(now.time_since_epoch() / stretch_);
    for (; i >= kMost; i = static_cast<std::size_t>(now.time_since_epoch() / stretch_)) double_up();
    if (i >= counts_.size()) counts_.resize(i + 1);
    counts_[i] += counts;
  }
  /// Those of another run, by the same times.
  CountsOverTime& operator+=(CountsOverTime other) {
    while (other.stretch_ < stretch_) other.double_up();
    while (stretch_ < other.stretch_) double_up();
    counts_.resize(std::max(counts_.size(), other.counts_.size()));
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
  }
  Duration stretch() const { return stretch_; }
  const std::vector<CacheCounts>& counts() const { return counts_; }

 private:
  void double_up() {
    stretch_ *= 2;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const CacheCounts moved = counts_[i];
      counts_[i] = {};
      counts_[i / 2] += moved;
    }
    counts_.resize((counts_.size() + 1) / 2);
  }

  Duration stretch_ = std::chrono::microseconds(1);
  std::vector<CacheCounts> counts_;
};

/// Lookups of rows that are in one tier.
struct TierCounts {
  CacheCounts all;
  CountsOverTime over_time;
  std::int64_t defaulted = 0;  ///< lookups that were answered without their row, which came later
  std::int64_t refused = 0;    ///< lookups that were answered without their row, as the tier had no room for the read
  TierCounts& operator+=(const TierCounts& other) {
    all += other.all;
    over_time += other.over_time;
    defaulted += other.defaulted;
    refused += other.refused;
    return *this;
  }
};

/// What a store looked up that is not in memory.
struct CacheTotals {
  std::vector<TierCounts> tiers;  ///< by number of the tier in the platform
};

}  // namespace shardsim
