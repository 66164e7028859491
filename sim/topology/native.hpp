// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/topology.hpp"

namespace shardsim {

/// The graph as a topology description of type "graph", a link a line.
std::string native_text(const BuiltTopology& topology, const RoutingSpec& routing, const std::string& description);

}  // namespace shardsim
