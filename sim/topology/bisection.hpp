// SPDX-License-Identifier: Apache-2.0
// How much one half of a network's hosts can send the other.
#pragma once

#include <optional>
#include <vector>

#include "topology/graph.hpp"

namespace shardsim {

/// The least of the cuts tried, so an upper bound of the bisection bandwidth: no way of halving is known to be worse.
struct Bisection {
  Bandwidth most;           ///< that the hosts of one half can send those of the other
  std::size_t smaller = 0;  ///< hosts of the halves
  std::size_t larger = 0;
  int cuts_tried = 0;
};

/// Hosts that hang on one switch stay together, and the halves are as equal as that allows; where it would leave less
/// than a third on one side (as with all hosts on one switch), each host may go its own way. Halves are found by METIS
/// from fixed seeds, evened out and improved by exchanges (Kernighan and Lin 1970), and the best of them judged by
/// maximum flow. Empty with fewer than two hosts, or when the graph is too large to work it out.
std::optional<Bisection> bisection_of(const NetworkGraph& graph, bool hosts_forward);

}  // namespace shardsim
