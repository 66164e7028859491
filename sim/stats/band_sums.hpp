// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace shardsim {

/// Sums of quantities (say, spans) of observations sorted by a value (say, latency) into buckets 1/64 of their power of
/// two wide: answers "what are the means of the observations around quantile q" in bounded memory. `Sums` is a
/// container of doubles, such as an array.
template <class Sums>
class BandBuckets {
 public:
  /// The sums that an observation of `value` adds to; counts the observation.
  Sums& observe(std::int64_t value) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
    ++buckets_[bucket].count;
    ++count_;
    return buckets_[bucket].sums;
  }

  /// Adds the observations of another; add(sums, its_sums) adds up two buckets' sums.
  template <class Add>
  void merge(const BandBuckets& other, Add add) {
    buckets_.resize(std::max(buckets_.size(), other.buckets_.size()));
    for (std::size_t b = 0; b < other.buckets_.size(); ++b) {
      if (other.buckets_[b].count == 0) continue;
      buckets_[b].count += other.buckets_[b].count;
      add(buckets_[b].sums, other.buckets_[b].sums);
    }
    count_ += other.count_;
  }

  /// Calls add(sums, factor) for each bucket so that the sum of sums * factor is the mean over the observations whose
  /// rank, as a share, lies in [low, high]; a bucket that lies partly within counts with that part.
  template <class Add>
  void average(double low, double high, Add add) const {
    const double from = low * static_cast<double>(count_);
    const double to = high * static_cast<double>(count_);
    double below = 0;
    for (const Bucket& b : buckets_) {
      const auto count = static_cast<double>(b.count);
      const double part = std::min(to, below + count) - std::max(from, below);
      below += count;
      if (b.count > 0 && part > 0) add(b.sums, part / count / (to - from));
    }
  }

 private:
  static constexpr int kBits = 6;
  struct Bucket {
    std::uint64_t count = 0;
    Sums sums{};
  };
  static std::size_t bucket_of(std::int64_t value) {
    const auto v = static_cast<std::uint64_t>(value);
    if (v < (std::uint64_t{1} << kBits)) return v;
    const int shift = static_cast<int>(std::bit_width(v)) - 1 - kBits;
    return (static_cast<std::size_t>(shift) << kBits) + (v >> shift);
  }
  std::vector<Bucket> buckets_;
  std::uint64_t count_ = 0;
};

}  // namespace shardsim
