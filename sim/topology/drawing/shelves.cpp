// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/shelves.hpp"

#include <algorithm>

#include "topology/drawing/text.hpp"

namespace shardsim::drawing {
namespace {

struct Extent {
  Point low{1e9, 1e9}, high{-1e9, -1e9};
  void include(Point p, double half_width = 0, double half_height = 0) {
    low = {std::min(low.x, p.x - half_width), std::min(low.y, p.y - half_height)};
    high = {std::max(high.x, p.x + half_width), std::max(high.y, p.y + half_height)};
  }
};

Extent extent_of(const Drawing& drawing, const Part& part) {
  Extent out;
  for (const NodeId node : part.nodes) {
    const Mark& m = drawing.marks[node];
    const bool is_inside = m.side == Side::inside;
    const double half_label = is_inside ? 0 : width_of(m.label) * m.font / 2;
    const double point = drawing.kind(node) == NodeKind::frontend ? m.half_height : 0;
    out.include(m.at, std::max(m.half_width + point, half_label), m.half_height + (is_inside ? 0 : m.font + 2));
  }
  for (const std::size_t b : part.bundles)
    for (const Point p : drawing.bundles[b].course) out.include(p - Point{0, drawing.bundles[b].bow / 2});
  for (const Caption& caption : part.captions) out.include(caption.at);
  return out;
}

void shift(Drawing& drawing, Part& part, Point by) {
  for (const NodeId node : part.nodes) drawing.marks[node].at = drawing.marks[node].at + by;
  for (const std::size_t b : part.bundles)
    for (Point& p : drawing.bundles[b].course) p = p + by;
  for (Caption& caption : part.captions) caption.at = caption.at + by;
}

}  // namespace

Point put_on_shelves(Drawing& drawing) {
  std::stable_sort(drawing.parts.begin(), drawing.parts.end(),
                   [](const Part& a, const Part& b) { return a.nodes.size() > b.nodes.size(); });
  constexpr double kTitleHeight = 64, kBetween = 40;
  double x = kMargin, y = kTitleHeight, shelf = 0, used = 0;
  for (Part& part : drawing.parts) {
    const Extent extent = extent_of(drawing, part);
    const Point size = extent.high - extent.low;
    if (x > kMargin && x + size.x > kPageWidth + 150) {
      x = kMargin;
      y += shelf + kBetween;
      shelf = 0;
    }
    shift(drawing, part, Point{x, y} - extent.low);
    x += size.x + kBetween;
    shelf = std::max(shelf, size.y);
    used = std::max(used, x - kBetween + kMargin);
  }
  const Point page{std::max(kPageWidth / 2, used), y + shelf};
  for (Part& part : drawing.parts) shift(drawing, part, {(page.x - used) / 2, 0});
  return page;
}

}  // namespace shardsim::drawing
