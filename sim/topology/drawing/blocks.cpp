// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/blocks.hpp"

#include <algorithm>
#include <cmath>

namespace shardsim::drawing {
namespace {

constexpr double kGap = 12;

/// Blocks at most so wide, each with rows of equal length.
void set_columns(Row& hosts, std::size_t most) {
  for (Item& item : hosts) {
    item.columns = std::min(most, item.nodes.size());
    item.columns = (item.nodes.size() + item.rows() - 1) / item.rows();
  }
}

/// Sets as many columns as the page is wide, from the widest wanted down to the least.
void set_columns_that_fit(Row& hosts, double pitch, std::size_t widest, std::size_t least) {
  for (std::size_t columns = widest; columns > least; --columns) {
    set_columns(hosts, columns);
    if (width_of(hosts, pitch) <= kPageWidth) return;
  }
  set_columns(hosts, least);
}

std::size_t most_rows(const Row& hosts) {
  std::size_t most = 1;
  for (const Item& item : hosts) most = std::max(most, item.rows());
  return most;
}

}  // namespace

double width_of(const Row& hosts, double pitch) {
  double width = 0;
  for (const Item& item : hosts) width += real(item.columns) * pitch + kGap;
  return width;
}

double foot(const Row& hosts, const Grid& grid) { return real(most_rows(hosts) - 1) * grid.row_pitch; }

Grid fit_grid(const Drawing& drawing, Row& hosts) {
  std::size_t largest = 1;
  for (const Item& item : hosts) largest = std::max(largest, item.nodes.size());
  constexpr LabelFit kLabel{8, 12};
  constexpr std::size_t kMostLabelledRows = 6, kMostLabelled = 400;
  const std::vector<NodeId> nodes = nodes_of(hosts);
  const double pitch = std::max(24.0, widest_label(drawing, nodes, kLabel.most) * kLabel.font + 7);
  set_columns_that_fit(hosts, pitch, largest, 1);
  if (nodes.size() <= kMostLabelled && most_rows(hosts) <= kMostLabelledRows && width_of(hosts, pitch) <= kPageWidth)
    return {kLabel, pitch, 28};
  const auto square = static_cast<std::size_t>(std::ceil(std::sqrt(real(largest))));
  set_columns_that_fit(hosts, 15, std::min(largest, 3 * square), square);
  return {{}, 15, 15};
}

std::map<NodeId, double> place_blocks(Drawing& drawing, Row& hosts, const Grid& grid, double width) {
  std::map<NodeId, double> channels;
  const double slack = (width - width_of(hosts, grid.pitch)) / real(hosts.size());
  double left = 0;
  for (Item& item : hosts) {
    const double block = real(item.columns) * grid.pitch;
    const double slot = block + kGap + slack;
    item.x = left + slot / 2;
    for (std::size_t i = 0; i < item.nodes.size(); ++i) {
      const NodeId node = item.nodes[i];
      const std::size_t column = i % item.columns, row = i / item.columns;
      mark_node(drawing, node, grid.fit);
      drawing.marks[node].at = {item.x - block / 2 + (real(column) + 0.5) * grid.pitch, real(row) * grid.row_pitch};
      if (item.rows() > 1) channels[node] = drawing.marks[node].at.x - grid.pitch / 2;
    }
    left += slot;
  }
  return channels;
}

}  // namespace shardsim::drawing
