// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "stats/histogram.hpp"

namespace shardsim {

__extension__ using WideSum = unsigned __int128;

/// Covariance of n pairs of non-negative integers from their sums; rounded only at the end as long as 128 bits hold the
/// products. Zero when there are none.
inline double covariance(std::uint64_t n, WideSum sum_x, WideSum sum_y, WideSum sum_xy) {
  const auto bits = [](WideSum v) {
    const auto high = static_cast<std::uint64_t>(v >> 64);
    return high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<std::uint64_t>(v));
  };
  if (n == 0) return 0;
  const auto count = static_cast<double>(n);
  if (bits(sum_x) + bits(sum_y) > 128 || std::bit_width(n) + bits(sum_xy) > 128)
    return static_cast<double>(sum_xy) / count -
           (static_cast<double>(sum_x) / count) * (static_cast<double>(sum_y) / count);
  const WideSum with = n * sum_xy;
  const WideSum without = sum_x * sum_y;
  const double difference =
      with >= without ? static_cast<double>(with - without) : -static_cast<double>(without - with);
  return difference / count / count;
}

/// Correlation from covariance and variances; NaN where one of the two does not vary.
inline double correlation(double covariance_xy, double variance_x, double variance_y) {
  return variance_x > 0 && variance_y > 0 ? covariance_xy / std::sqrt(variance_x * variance_y) : std::nan("");
}

/// Distribution of a non-negative integer: quantiles to within 0.1 %, exact mean and variance.
class Spread {
 public:
  void record(std::int64_t value) {
    const auto v = static_cast<WideSum>(value);
    histogram_.record(value);
    sum_ += v;
    squares_ += v * v;
  }
  std::uint64_t count() const { return histogram_.count(); }
  WideSum sum() const { return sum_; }
  WideSum squares() const { return squares_; }
  double mean() const { return histogram_.mean(); }
  double variance() const { return covariance(count(), sum_, sum_, squares_); }
  double cv() const { return sum_ > 0 ? std::sqrt(variance()) / mean() : 0; }
  double quantile(double q) const { return histogram_.quantile(q); }
  std::int64_t max() const { return histogram_.max(); }
  const Histogram& histogram() const { return histogram_; }

 private:
  Histogram histogram_;
  WideSum sum_ = 0;
  WideSum squares_ = 0;
};

/// Mean, variance and covariance of pairs of reals, by Welford's updates.
class PairMoments {
 public:
  void record(double x, double y) {
    const auto n = static_cast<double>(++count_);
    const double dx = x - mean_x_;
    const double dy = y - mean_y_;
    mean_x_ += dx / n;
    mean_y_ += dy / n;
    xx_ += dx * (x - mean_x_);
    yy_ += dy * (y - mean_y_);
    xy_ += dx * (y - mean_y_);
  }
  std::uint64_t count() const { return count_; }
  double mean_x() const { return mean_x_; }
  double variance_x() const { return count_ > 0 ? xx_ / static_cast<double>(count_) : 0; }
  double pair_correlation() const { return correlation(xy_, xx_, yy_); }

 private:
  std::uint64_t count_ = 0;
  double mean_x_ = 0;
  double mean_y_ = 0;
  double xx_ = 0;
  double yy_ = 0;
  double xy_ = 0;
};

}  // namespace shardsim
