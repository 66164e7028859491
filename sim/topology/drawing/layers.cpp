// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "topology/drawing/blocks.hpp"
#include "topology/drawing/labels.hpp"
#include "topology/drawing/rows.hpp"
#include "topology/drawing/text.hpp"

namespace shardsim::drawing {
namespace {

/// Whether a straight line between two places of a row would pass over what stands between them.
bool is_passing(std::size_t a, std::size_t b) { return std::max(a, b) - std::min(a, b) > 1; }

/// Where points that want to be at `wanted` (in this order) go so that they keep their order and are `pitch` apart;
/// the sum of squared moves is least (pool adjacent violators).
std::vector<double> spread(const std::vector<double>& wanted, double pitch) {
  struct Pool {
    double sum;
    std::size_t size;
    double mean() const { return sum / real(size); }
  };
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    pools.push_back({wanted[i] - real(i) * pitch, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().size += last.size;
    }
  }
  std::vector<double> out;
  for (const Pool& pool : pools)
    for (std::size_t i = 0; i < pool.size; ++i) out.push_back(pool.mean() + real(out.size()) * pitch);
  return out;
}

class Layers {
 public:
  Layers(Drawing& drawing, Part& part)
      : drawing_(drawing), part_(part), rows_(drawing, part), grid_(fit_grid(drawing, rows_[0])) {}
  void lay_out();

 private:
  double width();
  double storey(std::size_t tier, double width);
  void place_row(std::size_t tier, double width, double y);
  void caption_row(std::size_t tier, double y);
  void draw_bundle(Bundle& bundle) const;
  std::vector<Point> course_down(NodeId above, NodeId below) const;

  Drawing& drawing_;
  Part& part_;
  Rows rows_;
  Grid grid_;
  std::map<NodeId, double> channels_;
};

void Layers::lay_out() {
  const double wide = width();
  channels_ = place_blocks(drawing_, rows_[0], grid_, wide);
  if (part_.nodes.size() > 1) caption_row(0, foot(rows_[0], grid_) / 2);
  double y = 0;
  for (std::size_t tier = 1; tier < rows_.size(); ++tier) {
    y -= storey(tier, wide);
    place_row(tier, wide, y);
    caption_row(tier, y);
  }
  for (const std::size_t b : part_.bundles) draw_bundle(drawing_.bundles[b]);
}

double Layers::width() {
  double ideal = 0, least = width_of(rows_[0], grid_.pitch);
  for (std::size_t tier = 1; tier < rows_.size(); ++tier) {
    const double label = widest_label(drawing_, nodes_of(rows_[tier])) * kFont + 26;
    ideal = std::max(ideal, real(rows_[tier].size()) * label);
    least = std::max(least, real(rows_[tier].size()) * 16);
  }
  return std::max(least, std::min(ideal, kPageWidth));
}

/// The height of a row over the one below, such that lines between them are not too flat.
double Layers::storey(std::size_t tier, double width) {
  std::size_t widest = 1;
  for (const Item& item : rows_[0]) widest = std::max(widest, item.columns);
  if (tier == 1) return std::clamp(50 + 0.12 * real(widest) * grid_.pitch, 80.0, 200.0);
  const auto is_frontend = [&](const Item& item) { return drawing_.kind(item.nodes[0]) == NodeKind::frontend; };
  if (std::all_of(rows_[tier].begin(), rows_[tier].end(), is_frontend)) return 70;
  return std::max(std::clamp(0.13 * width, 90.0, 300.0), 0.09 * width);
}

void Layers::place_row(std::size_t tier, double width, double y) {
  Row& row = rows_[tier];
  const auto x_of = [&](NodeId node) { return rows_.item(node).x; };
  std::vector<double> wanted;
  for (const Item& item : row) wanted.push_back(rows_.mean(item, Side::below, x_of).value_or(width / 2));
  const double even = width / real(row.size());
  // Some slack lets the switches of a pod stand together.
  const bool is_tight = widest_label(drawing_, nodes_of(row)) * 8 + 15 > 0.88 * even;
  const double pitch = std::min(is_tight ? even : 0.88 * even, 190.0);
  const std::vector<double> x = spread(wanted, pitch);
  const LabelFit fit = fit_labels(drawing_, nodes_of(row), pitch - 15);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i].x = x[i];
    mark_node(drawing_, row[i].nodes[0], fit);
    drawing_.marks[row[i].nodes[0]].at = {x[i], y};
  }
}

void Layers::caption_row(std::size_t tier, double y) {
  std::map<NodeKind, std::size_t> count;
  for (const NodeId node : nodes_of(rows_[tier])) ++count[drawing_.kind(node)];
  const std::size_t hosts = count[NodeKind::host], switches = count[NodeKind::switching],
                    frontends = count[NodeKind::frontend];
  std::vector<std::string> lines;
  if (hosts > 0) lines.push_back(counted(hosts, "host", "hosts"));
  if (switches > 0) lines = {fmt::format("tier {}", tier), counted(switches, "switch", "switches")};
  if (frontends > 0) lines.push_back(counted(frontends, "frontend", "frontends"));
  for (std::size_t i = 0; i < lines.size(); ++i)
    part_.captions.push_back({{-95, y + 4 + 14 * (real(i) - real(lines.size() - 1) / 2)}, lines[i]});
}

void Layers::draw_bundle(Bundle& bundle) const {
  const std::size_t a = rows_.tier(bundle.a), b = rows_.tier(bundle.b);
  if (a != b) {
    bundle.course = a > b ? course_down(bundle.a, bundle.b) : course_down(bundle.b, bundle.a);
    if (a < b) std::reverse(bundle.course.begin(), bundle.course.end());
    return;
  }
  bundle.course = {drawing_.marks[bundle.a].at, drawing_.marks[bundle.b].at};
  if (!is_passing(rows_.place(bundle.a), rows_.place(bundle.b))) return;
  const double away = length(bundle.course[1] - bundle.course[0]);
  bundle.bow = std::min(20 + 0.12 * away, 70.0) * (a == 0 ? -1 : 1);
}

/// From the foot of the upper node to the head of the lower one. In a block of several rows a cable comes down beside
/// its column.
std::vector<Point> Layers::course_down(NodeId above, NodeId below) const {
  constexpr double kBlockTop = -14;
  const Mark &high = drawing_.marks[above], &low = drawing_.marks[below];
  const Point from = high.at + Point{0, high.half_height};
  const auto channel = channels_.find(below);
  if (channel == channels_.end()) return {from, low.at - Point{0, low.half_height}};
  return {from, {channel->second, kBlockTop}, {channel->second, low.at.y}, low.at};
}

}  // namespace

bool is_layered(const Drawing& drawing, const Part& part) {
  const auto is_host = [&](NodeId node) { return drawing.is_host(node); };
  if (part.nodes.size() == 1) return true;
  if (std::none_of(part.nodes.begin(), part.nodes.end(), is_host)) return false;
  if (std::all_of(part.nodes.begin(), part.nodes.end(), is_host)) return false;
  const std::vector<std::size_t> tier = tiers_of(drawing, part);
  std::map<NodeId, std::size_t> place;
  std::map<std::size_t, std::size_t> size;
  for (const NodeId node : part.nodes) place[node] = size[tier[node]]++;
  std::size_t trunks = 0, passing = 0;
  for (const std::size_t b : part.bundles) {
    const Bundle& bundle = drawing.bundles[b];
    if (is_host(bundle.a) != is_host(bundle.b)) continue;
    ++trunks;
    if (tier[bundle.a] == tier[bundle.b] && is_passing(place[bundle.a], place[bundle.b])) ++passing;
  }
  return passing <= 2 + trunks / 4;
}

void lay_out_in_layers(Drawing& drawing, Part& part) { Layers(drawing, part).lay_out(); }

}  // namespace shardsim::drawing
