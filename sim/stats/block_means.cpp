// SPDX-License-Identifier: Apache-2.0
#include "stats/block_means.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace shardsim {
namespace {

// Blocks whose order is shuffled; fewer, and so longer, for as long as neighbours are correlated.
constexpr std::size_t kMostShuffled = 256;
constexpr std::size_t kFewestShuffled = 16;
constexpr int kOrders = 199;
constexpr int kFewOrders = 1;  // of kOrders + 1, the given one included, may gain as much: 1 %
// Of the correlation of neighbours, in standard errors. Low: blocks longer than need be cost little, and those that
// depend on each other look like a beginning.
constexpr double kBlocksCorrelated = 0.5;
// A beginning so many times as far from the rest as any of the rest is none of chance's, however short.
constexpr double kFarAway = 5;

struct Cut {
  std::size_t at = 0;
  double gain = 1;  // squared standard error without the cut, over that with it
};

// From the end, the mean and the sum of squares about it of ever more values (Welford).
Cut best_cut(const std::vector<double>& values) {
  double mean = 0;
  double squares = 0;
  double best = std::numeric_limits<double>::infinity();
  double error = 0;
  Cut cut;
  for (std::size_t kept = 1; kept <= values.size(); ++kept) {
    const double x = values[values.size() - kept];
    const auto n = static_cast<double>(kept);
    const double from_mean = x - mean;
    mean += from_mean / n;
    squares += from_mean * (x - mean);
    error = squares / (n * n);
    if (2 * kept >= values.size() && error <= best) {
      best = error;
      cut.at = values.size() - kept;
    }
  }
  if (best < error) cut.gain = best > 0 ? error / best : std::numeric_limits<double>::infinity();
  return cut;
}

std::vector<double> means_of(const std::vector<double>& values, std::size_t blocks) {
  std::vector<double> sums(blocks);
  std::vector<double> counts(blocks);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[i * blocks / values.size()] += values[i];
    ++counts[i * blocks / values.size()];
  }
  for (std::size_t b = 0; b < blocks; ++b) sums[b] /= counts[b];
  return sums;
}

// Of the second half, where no beginning is.
bool neighbours_correlate(const std::vector<double>& values) {
  const std::size_t first = values.size() / 2;
  const std::size_t count = values.size() - first;
  const double mean = std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(first), values.end(), 0.0) /
                      static_cast<double>(count);
  double squares = 0;
  double products = 0;
  for (std::size_t i = first; i < values.size(); ++i) {
    squares += (values[i] - mean) * (values[i] - mean);
    if (i > first) products += (values[i] - mean) * (values[i - 1] - mean);
  }
  return products * std::sqrt(static_cast<double>(count)) > kBlocksCorrelated * squares;
}

bool begins_far_away(const std::vector<double>& blocks) {
  const std::size_t cut = best_cut(blocks).at;
  if (cut == 0) return false;
  std::vector<double> rest(blocks.begin() + static_cast<std::ptrdiff_t>(cut), blocks.end());
  std::sort(rest.begin(), rest.end());
  const double middle = rest[rest.size() / 2];
  const double furthest = std::max(rest.back() - middle, middle - rest.front());
  return std::abs(blocks.front() - middle) > kFarAway * furthest;
}

// Proportional to the slope of a straight line through the values.
double rise(const std::vector<double>& values) {
  const double middle = static_cast<double>(values.size() - 1) / 2;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += (static_cast<double>(i) - middle) * values[i];
  return sum;
}

// Fisher and Yates, by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
void shuffle(std::vector<double>& values, std::uint64_t& state) {
  for (std::size_t i = values.size(); i > 1; --i) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t h = state;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
    std::swap(values[i - 1], values[(h ^ (h >> 31)) % i]);
  }
}

}  // namespace

void BlockMeans::record(std::uint64_t number, double value) {
  std::size_t at = number / width_;
  while (at >= kMost) {
    width_ *= 2;
    for (std::size_t i = 0; i < blocks_.size(); i += 2) {
      const Block other = i + 1 < blocks_.size() ? blocks_[i + 1] : Block{};
      blocks_[i / 2] = {blocks_[i].count + other.count, blocks_[i].sum + other.sum};
    }
    blocks_.resize((blocks_.size() + 1) / 2);
    at = number / width_;
  }
  if (at >= blocks_.size()) blocks_.resize(at + 1);
  ++blocks_[at].count;
  blocks_[at].sum += value;
}

std::vector<double> BlockMeans::means() const {
  std::vector<double> out;
  out.reserve(blocks_.size());
  double last = 0;
  for (const Block& b : blocks_) {
    if (b.count > 0) last = b.sum / static_cast<double>(b.count);
    out.push_back(last);
  }
  return out;
}

std::size_t mser_cut(const std::vector<double>& values) { return best_cut(values).at; }

std::size_t transient_cut(const std::vector<double>& values) {
  const std::size_t cut = mser_cut(values);
  if (cut == 0 || values.size() < kFewestShuffled) return cut;
  std::vector<double> blocks = means_of(values, std::min(kMostShuffled, values.size()));
  while (blocks.size() / 2 >= kFewestShuffled && neighbours_correlate(blocks))
    blocks = means_of(values, blocks.size() / 2);
  if (begins_far_away(blocks)) return cut;
  const double gain = best_cut(blocks).gain;
  const double slope = rise(blocks);
  std::uint64_t state = 0;
  int gain_as_much = 0;
  int rise_as_much = 0;
  for (int i = 0; i < kOrders; ++i) {
    shuffle(blocks, state);
    if (best_cut(blocks).gain >= gain) ++gain_as_much;
    if (std::abs(rise(blocks)) >= std::abs(slope)) ++rise_as_much;
  }
  const bool no_end_in_sight = 2 * cut >= values.size() && rise_as_much <= kFewOrders;
  return gain_as_much <= kFewOrders || no_end_in_sight ? cut : 0;
}

}  // namespace shardsim
