// SPDX-License-Identifier: Apache-2.0
#include "stats/rate_bins.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace shardsim {

void RateBins::record(std::int64_t time) {
  const auto size = static_cast<std::int64_t>(fine_.size());
  while (time / width_ >= size) {
    for (std::size_t i = 0; i < fine_.size(); i += 10) {
      const auto ten = fine_.begin() + static_cast<std::ptrdiff_t>(i);
      const std::uint64_t sum = std::accumulate(ten, ten + 10, std::uint64_t{0});
      std::fill(ten, ten + 10, 0);
      fine_[i / 10] = sum;
    }
    width_ *= 10;
  }
  ++fine_[static_cast<std::size_t>(time / width_)];
  last_ = time;
}

std::vector<RateBins::Bin> RateBins::bins() const {
  const auto used = static_cast<std::size_t>(last_ / width_) + 1;
  const std::size_t wanted = fine_.size() / 10;
  const std::array<std::size_t, 4> factors{1, 2, 5, 10};
  const std::size_t factor =
      *std::find_if(factors.begin(), factors.end() - 1, [&](std::size_t f) { return (used + f - 1) / f <= wanted; });
  const std::uint64_t width = static_cast<std::uint64_t>(width_) * factor;  // up to 1e19
  std::vector<Bin> out;
  for (std::size_t i = 0; i < used; ++i) {
    if (i % factor == 0) {
      const std::int64_t start = width_ * static_cast<std::int64_t>(i);
      out.push_back({start, static_cast<std::int64_t>(std::min(width, static_cast<std::uint64_t>(last_ - start)))});
    }
    out.back().events += fine_[i];
  }
  if (out.size() > 1 && 2 * static_cast<std::uint64_t>(out.back().length) < width) {
    const Bin rest = out.back();
    out.pop_back();
    out.back().length += rest.length;
    out.back().events += rest.events;
  }
  return out;
}

}  // namespace shardsim
