// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstddef>
#include <string>

#include "engine/units.hpp"

namespace shardsim {

struct NetworkNode {
  std::string name;
  bool is_host = false;
};

/// One direction of a cable: what its sending port does, and how long a bit travels.
struct NetworkLink {
  Bandwidth bandwidth;
  Duration latency{};
  std::size_t number = 0;  ///< among the links of a Network; set by it
};

/// Hosts and switches, and the directed links between them.
using NetworkGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, NetworkNode, NetworkLink>;
using NodeId = NetworkGraph::vertex_descriptor;

}  // namespace shardsim
