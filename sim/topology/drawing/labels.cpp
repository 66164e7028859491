// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/labels.hpp"

#include <algorithm>
#include <set>

#include "topology/drawing/text.hpp"

namespace shardsim::drawing {

constexpr double kSmallestFont = 6.5;

double widest_label(const Drawing& drawing, const std::vector<NodeId>& nodes, std::size_t most) {
  double widest = 0;
  for (const NodeId node : nodes) widest = std::max(widest, width_of(shortened(drawing.graph[node].name, most)));
  return widest;
}

LabelFit fit_labels(const Drawing& drawing, const std::vector<NodeId>& nodes, double room, double font) {
  const double widest = widest_label(drawing, nodes);
  if (widest <= 0) return {};
  if (widest * kSmallestFont <= room) return {std::min(font, room / widest), kLongestLabel};
  const auto most = static_cast<std::size_t>(std::max(0.0, room / (0.6 * kSmallestFont)));
  if (most < 4 || widest_label(drawing, nodes, most) * kSmallestFont > room) return {};
  std::set<std::string> names, cut;
  for (const NodeId node : nodes) {
    names.insert(drawing.graph[node].name);
    cut.insert(shortened(drawing.graph[node].name, most));
  }
  return cut.size() == names.size() ? LabelFit{kSmallestFont, most} : LabelFit{};
}

void mark_node(Drawing& drawing, NodeId node, LabelFit fit) {
  Mark& mark = drawing.marks[node];
  const bool is_host = drawing.is_host(node), is_labelled = fit.font > 0;
  mark.half_width = mark.half_height = is_host && !is_labelled ? 5 : 6;
  if (!is_labelled) return;
  mark.label = shortened(drawing.graph[node].name, fit.most);
  mark.font = fit.font;
  if (is_host) {
    mark.side = Side::below;
  } else {
    mark.half_height = 0.95 * fit.font;
    mark.half_width = std::max(mark.half_height, width_of(mark.label) * fit.font / 2 + 0.45 * fit.font);
  }
}

}  // namespace shardsim::drawing
