// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace shardsim::drawing {

/// The neighbours of each node, whatever the direction of the links.
using Neighbours = std::vector<std::vector<std::size_t>>;

inline constexpr std::size_t kUnreached = std::numeric_limits<std::size_t>::max();

/// How many hops each node is from the nearest of `starts`.
inline std::vector<std::size_t> hops_from(std::vector<std::size_t> starts, const Neighbours& neighbours) {
  std::vector<std::size_t> hops(neighbours.size(), kUnreached);
  for (const std::size_t start : starts) hops[start] = 0;
  std::vector<std::size_t> reached = std::move(starts);
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const std::size_t next : neighbours[reached[i]]) {
      if (hops[next] != kUnreached) continue;
      hops[next] = hops[reached[i]] + 1;
      reached.push_back(next);
    }
  return hops;
}

}  // namespace shardsim::drawing
