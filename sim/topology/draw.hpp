// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "topology/graph.hpp"

namespace shardsim {

/// More nodes than this do not make a picture that anyone could read.
inline constexpr std::size_t kMostDrawn = 2000;

/// A picture of a network in Graphviz's language, for its program `dot`, which names the layout itself; the same bytes
/// for the same graph. Hosts stand in the box of their switch. Where switches are in tiers, the tiers are rows;
/// elsewhere Graphviz finds the places. Both directions of a cable, and parallel cables, are one line; nodes and lines
/// tell their figures when pointed at. Throws InputError when the graph has more than kMostDrawn nodes.
std::string draw_dot(const NetworkGraph& graph, const std::string& title);

}  // namespace shardsim
