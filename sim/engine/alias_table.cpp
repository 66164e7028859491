// SPDX-License-Identifier: Apache-2.0
#include "engine/alias_table.hpp"

#include <numeric>

namespace shardsim {

AliasTable::AliasTable(const std::vector<double>& weights) : columns_(weights.size()) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double scale = static_cast<double>(weights.size()) / sum;
  std::vector<double> left(weights.size());  // in columns; each thing has 1 on average
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    left[i] = weights[i] * scale;
    columns_[i].other = i;  // a column nobody else fills is all its own
    (left[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t taker = small.back();
    const std::uint32_t giver = large.back();
    small.pop_back();
    columns_[taker] = {static_cast<std::uint64_t>(left[taker] * 0x1.0p64), giver};
    left[giver] -= 1 - left[taker];
    if (left[giver] >= 1) continue;
    large.pop_back();
    small.push_back(giver);
  }
}

}  // namespace shardsim
