// SPDX-License-Identifier: Apache-2.0
// What is drawn: boxes for switches with their hosts, lines for cables.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "topology/graph.hpp"

namespace shardsim::drawing {

/// All cables between two nodes, drawn as one line.
struct Bundle {
  NodeId a, b;
  std::vector<NetworkLink> there{}, back{};  ///< from a to b, from b to a

  std::size_t cables() const { return std::max(there.size(), back.size()); }
  bool is_one_way() const { return there.empty() || back.empty(); }
  std::vector<NetworkLink> links() const;  ///< both ways
  Bandwidth fastest() const;
};

struct Drawing {
  const NetworkGraph& graph;
  std::vector<NodeId> nodes;                    ///< in natural order of their names
  std::vector<Bundle> bundles;                  ///< in natural order
  std::vector<std::vector<NodeId>> neighbours;  ///< of each node, whatever the direction of the links
  std::vector<std::vector<NodeId>> hosts_on;    ///< hosts with no other neighbour, drawn in the box of their switch
  std::vector<const Bundle*> uplink;            ///< of such hosts; nullptr: a node with a box of its own

  explicit Drawing(const NetworkGraph& network);
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

  NodeKind kind(NodeId node) const { return graph[node].kind; }
  bool is_host(NodeId node) const { return kind(node) == NodeKind::host; }
  bool has_box(NodeId node) const { return uplink[node] == nullptr; }

 private:
  void find_bundles();
};

inline double real(std::size_t n) { return static_cast<double>(n); }

}  // namespace shardsim::drawing
