// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/units.hpp"

namespace shardsim {

/// host: a machine that servers can run on; frontend: where queries enter, when that is a node of its own.
enum class NodeKind { host, switching, frontend };

struct NetworkNode {
  std::string name;
  NodeKind kind = NodeKind::switching;
  std::string platform;  ///< kind of server that a host is; empty: any
};

/// A directed link, by its place in the order of boost::edges().
using LinkNumber = std::uint32_t;

/// One direction of a cable: what its sending port does, and how long a bit travels.
struct NetworkLink {
  Bandwidth bandwidth;
  Duration latency{};
  std::size_t number = 0;  ///< among the links of a Network; set by it
};

/// Hosts and switches, and the directed links between them. Parallel links are allowed.
using NetworkGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, NetworkNode, NetworkLink>;
using NodeId = NetworkGraph::vertex_descriptor;

/// Adds both directions of a cable.
inline void add_cable(NetworkGraph& graph, NodeId a, NodeId b, Bandwidth bandwidth, Duration latency) {
  boost::add_edge(a, b, {bandwidth, latency}, graph);
  boost::add_edge(b, a, {bandwidth, latency}, graph);
}

}  // namespace shardsim
