// SPDX-License-Identifier: Apache-2.0
#include "stats/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace shardsim {
namespace {
constexpr int kBits = 10;  // buckets in a power of two: 2^10
constexpr std::size_t kPerPower = std::size_t{1} << kBits;
}  // namespace

std::size_t Histogram::bucket_of(std::int64_t value) {
  const auto v = static_cast<std::uint64_t>(value);
  if (v < kPerPower) return v;
  const int shift = static_cast<int>(std::bit_width(v)) - 1 - kBits;
  return static_cast<std::size_t>(shift) * kPerPower + (v >> shift);
}

double Histogram::lower_edge_of(std::size_t bucket) {
  if (bucket < 2 * kPerPower) return static_cast<double>(bucket);
  const std::size_t shift = bucket / kPerPower - 1;
  return std::ldexp(static_cast<double>(bucket - shift * kPerPower), static_cast<int>(shift));
}

double Histogram::middle_of(std::size_t bucket) {
  if (bucket < 2 * kPerPower) return static_cast<double>(bucket);  // these are one wide
  const std::size_t shift = bucket / kPerPower - 1;
  const std::size_t low = bucket - shift * kPerPower;
  return std::ldexp(static_cast<double>(low) + 0.5, static_cast<int>(shift)) - 0.5;
}

void Histogram::record(std::int64_t value, std::uint64_t times) {
  if (times == 0) return;
  const std::size_t bucket = bucket_of(value);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  buckets_[bucket] += times;
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  count_ += times;
  sum_ += static_cast<Sum>(value) * times;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  buckets_.resize(std::max(buckets_.size(), other.buckets_.size()));
  for (std::size_t b = 0; b < other.buckets_.size(); ++b) buckets_[b] += other.buckets_[b];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
}

double Histogram::mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }

double Histogram::variance() const {
  if (count_ == 0) return 0;
  const double about = mean();
  double squares = 0;
  for (std::size_t b = first_bucket(); b < buckets_.size(); ++b) {
    const double away = std::clamp(middle_of(b), static_cast<double>(min_), static_cast<double>(max_)) - about;
    squares += static_cast<double>(buckets_[b]) * away * away;
  }
  return squares / static_cast<double>(count_);
}

double Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const double rank = std::ceil(q * static_cast<double>(count_));
  const std::uint64_t wanted = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(1.0, rank)), 1, count_);
  std::uint64_t seen = 0;
  std::size_t bucket = first_bucket();
  while ((seen += buckets_[bucket]) < wanted) ++bucket;
  return std::clamp(middle_of(bucket), static_cast<double>(min_), static_cast<double>(max_));
}

Histogram::Cut Histogram::cut_at(double q) const {
  if (count_ == 0) return {};
  const double wanted = std::clamp(q, 0.0, 1.0) * static_cast<double>(count_);
  double below = 0;
  std::size_t bucket = 0;
  for (std::size_t b = first_bucket(); b < buckets_.size(); ++b) {
    if (buckets_[b] == 0) continue;
    bucket = b;
    const auto here = static_cast<double>(buckets_[b]);
    if (below + here >= wanted) return {b, (wanted - below) / here};
    below += here;
  }
  return {bucket, 1};
}

double Histogram::interpolated(double q) const {
  const Cut cut = cut_at(q);
  const double low = lower_edge_of(cut.bucket);
  const double value = low + cut.part * (lower_edge_of(cut.bucket + 1) - low);
  return std::clamp(value, static_cast<double>(min()), static_cast<double>(max_));
}

double Histogram::share_up_to(std::int64_t value) const {
  if (count_ == 0) return 0;
  const std::size_t last = std::min(bucket_of(value) + 1, buckets_.size());
  std::uint64_t seen = 0;
  for (std::size_t b = first_bucket(); b < last; ++b) seen += buckets_[b];
  return static_cast<double>(seen) / static_cast<double>(count_);
}

std::vector<std::pair<double, double>> Histogram::cdf(std::size_t points) const {
  std::vector<std::pair<double, double>> out;
  std::uint64_t seen = 0;
  double next_share = 0;
  for (std::size_t b = first_bucket(); b < buckets_.size(); ++b) {
    if (buckets_[b] == 0) continue;
    seen += buckets_[b];
    const double share = static_cast<double>(seen) / static_cast<double>(count_);
    if (share < next_share && seen != count_) continue;
    out.emplace_back(std::clamp(middle_of(b), static_cast<double>(min_), static_cast<double>(max_)), share);
    // Finer towards the end: the tail is what people look at.
    next_share = share + std::max(0.0, std::min(1.0, (1 - share) * 10)) / static_cast<double>(points);
  }
  return out;
}

}  // namespace shardsim
