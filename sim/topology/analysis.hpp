// SPDX-License-Identifier: Apache-2.0
// What can be said of a network without simulating it.
#pragma once

#include "topology/bisection.hpp"
#include "topology/finding.hpp"
#include "topology/topology.hpp"

namespace shardsim {

/// Bandwidth towards hosts over bandwidth away from them, of the switch of a tier where that is greatest.
struct TierInfo {
  int tier = 0;  ///< hops to the nearest host, less one: 0 for a switch with hosts
  std::size_t switches = 0;
  double oversubscription = 0;  ///< 0: nothing above this tier
};

struct TopologyInfo {
  std::size_t hosts = 0;
  std::size_t switches = 0;
  std::size_t links = 0;  ///< cables: both directions count once
  std::size_t one_way_links = 0;
  std::size_t components = 0;    ///< strongly connected parts of the graph
  int diameter_hops = 0;         ///< longest of the shortest paths between two hosts
  bool is_sampled = false;       ///< the graph is too large: diameter and unreachable pairs are of some senders only
  std::uint64_t host_pairs = 0;  ///< ordered, looked at
  std::uint64_t unreachable_pairs = 0;
  std::string unreachable_example;
  double mean_hops = 0;
  std::optional<Bisection> bisection;  ///< empty when too large to work out
  std::vector<TierInfo> tiers;
  std::vector<TopologyFinding> warnings;
};

TopologyInfo analyse(const BuiltTopology& topology, const RoutingSpec& routing);

}  // namespace shardsim
