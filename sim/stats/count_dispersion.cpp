// SPDX-License-Identifier: Apache-2.0
#include "stats/count_dispersion.hpp"

namespace shardsim {

void CountDispersion::record(std::int64_t time) {
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    Level& level = levels_[k];
    const std::int64_t window = time >> k;
    if (window == level.current) break;  // then those of longer windows are under way still, too
    level.sum += level.count;
    level.squares += static_cast<WideSum>(level.count) * level.count;
    if (k + 1 < levels_.size()) levels_[k + 1].count += level.count;
    level.count = 0;
    level.current = window;
  }
  ++levels_[0].count;
}

std::vector<CountDispersion::Window> CountDispersion::windows(double shortest, std::uint64_t fewest) const {
  std::vector<Window> out;
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    const Level& level = levels_[k];
    const std::int64_t length = std::int64_t{1} << k;
    const auto n = static_cast<std::uint64_t>(level.current);  // the empty ones, too
    if (static_cast<double>(length) < shortest || n < fewest || level.sum == 0) continue;
    const double mean = static_cast<double>(level.sum) / static_cast<double>(n);
    out.push_back({length, n, covariance(n, level.sum, level.sum, level.squares) / mean});
  }
  return out;
}

}  // namespace shardsim
