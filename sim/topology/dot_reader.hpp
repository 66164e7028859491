// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/format.hpp"

namespace shardsim {

/// The graph of a DOT file, by https://graphviz.org/doc/info/lang.html: defaults by scope, subgraphs as ends of edges,
/// `strict`. Nodes and links are in the order in which they are first named. Throws InputError.
RawTopology read_dot(const std::string& text, const std::string& file);

}  // namespace shardsim
