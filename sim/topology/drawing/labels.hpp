// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

inline constexpr double kFont = 11;
inline constexpr std::size_t kLongestLabel = 18;

/// The size of the labels of some nodes. Font 0: there is no room for them.
struct LabelFit {
  double font = 0;
  std::size_t most = kLongestLabel;  ///< characters
};

/// In a font of size 1, of names cut to `most` characters.
double widest_label(const Drawing& drawing, const std::vector<NodeId>& nodes, std::size_t most = kLongestLabel);

/// Fits names into `room`: first the font shrinks, then the names are cut as long as that leaves them distinct.
LabelFit fit_labels(const Drawing& drawing, const std::vector<NodeId>& nodes, double room, double font = kFont);

/// Gives a node its size and label. A switch is a box around its name, or a small disc when names have no room; a
/// host has its name below.
void mark_node(Drawing& drawing, NodeId node, LabelFit fit);

}  // namespace shardsim::drawing
