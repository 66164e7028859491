// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace shardsim {

/// Sums of N quantities (say, spans) of observations sorted by a value (say, latency) into buckets 1/64 of their power
/// of two wide: answers "what are the means of the observations around quantile q" in bounded memory.
template <std::size_t N>
class BandSums {
 public:
  using Values = std::array<double, N>;

  void record(std::int64_t value, const Values& quantities) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
    Bucket& b = buckets_[bucket];
    ++b.count;
    ++count_;
    for (std::size_t i = 0; i < N; ++i) b.sums[i] += quantities[i];
  }

  /// Means over the observations whose rank, as a share, lies in [low, high]; a bucket that lies partly within counts
  /// with that part. Zeros when empty.
  Values mean(double low, double high) const {
    Values sums{};
    double weight = 0;
    double below = 0;
    for (const Bucket& b : buckets_) {
      if (b.count == 0) continue;
      const auto count = static_cast<double>(b.count);
      const double from = std::max(low * static_cast<double>(count_), below);
      const double to = std::min(high * static_cast<double>(count_), below + count);
      below += count;
      if (to <= from) continue;
      weight += to - from;
      for (std::size_t i = 0; i < N; ++i) sums[i] += b.sums[i] * (to - from) / count;
    }
    for (double& s : sums) s = weight > 0 ? s / weight : 0;
    return sums;
  }

 private:
  static constexpr int kBits = 6;
  struct Bucket {
    std::uint64_t count = 0;
    Values sums{};
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
