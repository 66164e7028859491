// SPDX-License-Identifier: Apache-2.0
// Ways of halving a weighted graph, with little weight between the halves.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace shardsim {

/// What is halved: units of some hosts each (0: a switch without any), and how strongly they are joined.
struct UnitGraph {
  std::vector<std::int64_t> hosts;  ///< by unit
  std::vector<std::vector<std::pair<std::uint32_t, std::int64_t>>>
      joined;  ///< by unit: another unit, weight; both ways
};

using Side = std::vector<bool>;  ///< by unit

struct Halves {
  Side side;
  std::int64_t cut = 0;  ///< weight between the sides
};

/// The most hosts that a set of whole units can have without being more than half, and such a set.
std::pair<std::int64_t, Side> even_subset(const std::vector<std::int64_t>& hosts);

struct WaysOfHalving {
  std::vector<Halves> distinct;  ///< the least cut first
  int tried = 0;
};

/// Ways of halving with `smaller` hosts on one side; `first` is one of them, improved.
WaysOfHalving ways_of_halving(const UnitGraph& graph, std::int64_t smaller, const Side& first);

}  // namespace shardsim
