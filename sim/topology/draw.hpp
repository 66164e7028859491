// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "topology/graph.hpp"

namespace shardsim {

/// More nodes than this do not make a picture that anyone could read.
inline constexpr std::size_t kMostDrawn = 2000;

/// A picture of a network as SVG text, the same bytes for the same graph. Where hosts hang on switches in tiers, the
/// tiers are rows with the hosts at the bottom; elsewhere springs find the places. Both directions of a cable are one
/// line; the nodes and the lines tell their figures when pointed at. Throws InputError when the graph has more than
/// kMostDrawn nodes.
std::string draw_svg(const NetworkGraph& graph, const std::string& title);

}  // namespace shardsim
