// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "network/graph.hpp"

namespace shardsim {

/// Shortest paths by number of hops, worked out when first asked for. Where several are equally short, a hash of the
/// pair picks one, so that pairs spread over them and a pair always takes the same.
class Routing {
 public:
  /// The graph must outlive the routing and not change.
  explicit Routing(const NetworkGraph& graph) : graph_(graph) {}

  using Link = NetworkGraph::edge_descriptor;
  /// Links from one node to another, empty when both are the same. Throws InputError when there is no way.
  std::vector<Link> path(NodeId from, NodeId to);

 private:
  const std::vector<int>& hops_to(NodeId to);

  const NetworkGraph& graph_;
  std::map<NodeId, std::vector<int>> hops_;  // by destination: hops from every node, -1 where there is no way
};

}  // namespace shardsim
