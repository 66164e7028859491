// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/error.hpp"
#include "topology/draw.hpp"
#include "topology/drawing/boxes.hpp"
#include "topology/drawing/legend.hpp"
#include "topology/drawing/text.hpp"
#include "topology/drawing/tiers.hpp"

namespace shardsim {
namespace drawing {
namespace {

/// Places of boxes in rows that are as wide as the widest, with the hosts at the bottom.
class Rows {
 public:
  Rows(const Drawing& drawing, const Boxes& boxes, const std::vector<Row>& rows)
      : drawing_(drawing), boxes_(boxes), rows_(rows) {
    for (const Row& row : rows) widest_ = std::max(widest_, width(row));
  }
  std::string text() {
    std::string out = "layout=nop;\n";  // Graphviz takes the places as they are
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (r > 0) y_ += is_of_frontends(rows_[r]) ? 60 : std::max(80.0, 0.09 * widest_);
      out += caption(r) + boxes(rows_[r]);
    }
    return out;
  }

 private:
  static constexpr double kGap = 14;
  double width(const Row& row) const {
    double sum = 0;
    for (const NodeId node : row.nodes) sum += boxes_.width(node) + kGap;
    return sum;
  }
  bool is_of_frontends(const Row& row) const {
    return std::all_of(row.nodes.begin(), row.nodes.end(),
                       [&](NodeId node) { return drawing_.kind(node) == NodeKind::frontend; });
  }

  std::string caption(std::size_t r) const {
    const Row& row = rows_[r];
    if (is_of_frontends(row)) return "";
    const auto frontends = std::count_if(row.nodes.begin(), row.nodes.end(),
                                         [&](NodeId node) { return drawing_.kind(node) == NodeKind::frontend; });
    const std::size_t switches = row.nodes.size() - static_cast<std::size_t>(frontends);
    return fmt::format("t{}[pos=\"-60,{:.0f}\" fontcolor=\"#5b6470\" label=<{}&nbsp;>];\n", r, y_,
                       row.tier == 0
                           ? counted(row.nodes.size(), "host", "hosts")
                           : fmt::format("tier {}<br/>{}", row.tier, counted(switches, "switch", "switches")));
  }

  std::string boxes(const Row& row) {
    std::string out;
    const double stretch = widest_ / width(row);
    // Straight lines between boxes on an arc pass above those in between.
    const double arc = row.has_detours ? std::min(3 * real(row.nodes.size()) * real(row.nodes.size()), widest_ / 8) : 0;
    double left = 0, highest = 0;
    for (const NodeId node : row.nodes) {
      const double slot = (boxes_.width(node) + kGap) * stretch;
      double x = left + slot / 2;
      if (row.nodes.size() == 1) x = middle_below(node).value_or(x);
      left += slot;
      // The label is at the top of the box, and a row's labels are in a line.
      const double lift = 4 * arc * (x / widest_) * (1 - x / widest_), height = boxes_.height(node);
      out += boxes_.box(node, fmt::format(" pos=\"{:.0f},{:.0f}\"", x, y_ + lift - height / 2 + 12));
      x_[node] = x;
      highest = std::max(highest, lift);
    }
    y_ += highest;
    return out;
  }
  std::optional<double> middle_below(NodeId node) const {
    double sum = 0, count = 0;
    for (const NodeId other : drawing_.neighbours[node])
      if (const auto found = x_.find(other); found != x_.end()) sum += found->second, count += 1;
    return count > 0 ? std::optional(sum / count) : std::nullopt;
  }

  const Drawing& drawing_;
  const Boxes& boxes_;
  const std::vector<Row>& rows_;
  double widest_ = 0;
  double y_ = 0;  // of the labels of the row
  std::map<NodeId, double> x_;
};

/// Graphviz finds the places: by stress majorisation, or by springs where that takes long.
std::string anywhere(const Drawing& drawing, const Boxes& boxes) {
  constexpr std::size_t kMost = 500;
  std::string out;
  std::size_t count = 0;
  for (const NodeId node : drawing.nodes) {
    if (!drawing.has_box(node)) continue;
    out += boxes.box(node, "");
    ++count;
  }
  return fmt::format("layout={}; overlap=prism; sep=\"+12\"; start=self;\n", count > kMost ? "sfdp" : "neato") + out;
}

}  // namespace
}  // namespace drawing

std::string draw_dot(const NetworkGraph& graph, const std::string& title) {
  using namespace drawing;
  if (boost::num_vertices(graph) > kMostDrawn)
    throw InputError(
        fmt::format("a picture holds at most {} nodes; this network has {}", kMostDrawn, boost::num_vertices(graph)));
  const Drawing drawing(graph);
  const Palette palette(drawing);
  const Boxes boxes(drawing, palette);
  const std::optional<std::vector<Row>> rows = rows_of(drawing);
  std::string out = fmt::format(
      "graph network{{\ngraph[bgcolor=\"#fbfcfd\" fontname=\"sans-serif\" fontsize=12 pad=0.3 outputorder=edgesfirst "
      "splines=false labelloc=b label=<{}>];\nnode[shape=plain fontname=\"sans-serif\" fontsize=11 "
      "color=\"#3d4650\"];\n",
      legend_of(drawing, palette, title));
  out += rows ? Rows(drawing, boxes, *rows).text() : anywhere(drawing, boxes);
  for (const Bundle& bundle : drawing.bundles)
    if (drawing.has_box(bundle.a) && drawing.has_box(bundle.b)) out += boxes.line(bundle);
  return out + "}\n";
}

}  // namespace shardsim
