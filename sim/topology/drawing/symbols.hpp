// SPDX-License-Identifier: Apache-2.0
// Nodes and cables as SVG elements that tell their figures when pointed at.
#pragma once

#include <string>

#include "topology/drawing/palette.hpp"

namespace shardsim::drawing {

const char* name_of(NodeKind kind);

/// Hosts are small rounded squares, switches boxes or discs, frontends pointed at both sides.
std::string shape(NodeKind kind, const Mark& mark, const char* fill);

std::string node_symbol(const NetworkNode& node, const Mark& mark, const Palette& palette);

std::string cable_symbol(const NetworkGraph& graph, const Bundle& bundle, const Palette& palette);

}  // namespace shardsim::drawing
