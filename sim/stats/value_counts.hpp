// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace shardsim {

/// How often each bucket of a Histogram was hit, in memory proportional to the buckets that were: for many small
/// histograms beside one large.
class ValueCounts {
 public:
  void record(std::size_t bucket) {
    fresh_.push_back(static_cast<std::uint32_t>(bucket));
    if (fresh_.size() >= kMostFresh) settle();
  }
  void merge(const ValueCounts& other);

  /// Values in buckets before `bucket`, and `part` of those in it.
  double up_to(std::size_t bucket, double part) const;

 private:
  static constexpr std::size_t kMostFresh = 4096;
  using Counts = std::vector<std::pair<std::uint32_t, std::uint64_t>>;  // by bucket
  void settle();
  static Counts merged(const Counts& a, const Counts& b);

  std::vector<std::uint32_t> fresh_;  // not in counts_ yet
  Counts counts_;
};

}  // namespace shardsim
