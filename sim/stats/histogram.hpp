// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace shardsim {

/// Histogram of non-negative integers in bounded memory: a value is kept to within 0.1 % (exactly below 1024). Buckets
/// are 1/1024 of their power of two wide, as in Gil Tene's HdrHistogram. Histograms merge without loss.
class Histogram {
 public:
  static constexpr double kRelativeError = 1.0 / 2048;

  /// value >= 0.
  void record(std::int64_t value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  /// Exact, unlike quantiles. Zero when empty.
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }
  std::int64_t max() const { return max_; }
  double mean() const;
  /// Of the buckets' middles; zero when empty.
  double variance() const;

  /// The value at rank ceil(q * count), 0 <= q <= 1; zero when empty. Within kRelativeError.
  double quantile(double q) const;
  /// The same, with the values of a bucket taken as spread evenly over it: a continuous function of q.
  double interpolated(double q) const;
  /// The first q * count values: all below a bucket, and a part of that bucket.
  struct Cut {
    std::size_t bucket = 0;
    double part = 0;  ///< of the bucket's values
  };
  Cut cut_at(double q) const;
  /// Share of values at or below `value`'s bucket.
  double share_up_to(std::int64_t value) const;
  /// (value, share of values up to it) for every non-empty bucket, thinned to about `points`.
  std::vector<std::pair<double, double>> cdf(std::size_t points) const;

  /// Number of the bucket that holds `value` >= 0; rises with the value.
  static std::size_t bucket_of(std::int64_t value);

 private:
  static double lower_edge_of(std::size_t bucket);
  static double middle_of(std::size_t bucket);
  // All before are empty.
  std::size_t first_bucket() const { return bucket_of(min()); }

  std::vector<std::uint64_t> buckets_;  // grows to the largest value seen, at most 55 * 1024 entries
  std::uint64_t count_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
  __extension__ using Sum = unsigned __int128;
  Sum sum_ = 0;
};

}  // namespace shardsim
