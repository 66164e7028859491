// SPDX-License-Identifier: Apache-2.0
#include "stats/block_means.hpp"

#include <limits>

namespace shardsim {

void BlockMeans::record(std::uint64_t number, double value) {
  while (number / width_ >= kMost) {
    width_ *= 2;
    for (std::size_t i = 0; i < blocks_.size(); i += 2) {
      const Block other = i + 1 < blocks_.size() ? blocks_[i + 1] : Block{};
      blocks_[i / 2] = {blocks_[i].count + other.count, blocks_[i].sum + other.sum};
    }
    blocks_.resize((blocks_.size() + 1) / 2);
  }
  const std::size_t at = number / width_;
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

std::size_t mser_cut(const std::vector<double>& values) {
  // From the end, the mean and the sum of squares about it of ever more values (Welford).
  double mean = 0;
  double squares = 0;
  double best = std::numeric_limits<double>::infinity();
  std::size_t cut = 0;
  for (std::size_t kept = 1; kept <= values.size(); ++kept) {
    const double x = values[values.size() - kept];
    const auto n = static_cast<double>(kept);
    const double from_mean = x - mean;
    mean += from_mean / n;
    squares += from_mean * (x - mean);
    const double error = squares / (n * n);
    if (2 * kept >= values.size() && error <= best) {
      best = error;
      cut = values.size() - kept;
    }
  }
  return cut;
}

}  // namespace shardsim
