// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "topology/graph.hpp"

namespace shardsim {

/// What a person would call a link: both directions where they are alike, else one of them.
struct CableView {
  NodeId a;
  NodeId b;
  Bandwidth bandwidth;
  Duration latency{};
  bool one_way = false;
};

/// The cables of a graph, in order of their first direction.
std::vector<CableView> cables_of(const NetworkGraph& graph);

}  // namespace shardsim
