// SPDX-License-Identifier: Apache-2.0
// Which nodes stand in a row, and in which order.
#pragma once

#include <optional>

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

/// One place in a row: a node, or a block of hosts that have the same neighbours.
struct Item {
  std::vector<NodeId> nodes{};
  double x = 0;
  std::size_t columns = 1;
  std::size_t rows() const { return (nodes.size() + columns - 1) / columns; }
};
using Row = std::vector<Item>;

std::vector<NodeId> nodes_of(const Row& row);

/// Distance in hops from the nearest host. The frontend stands above what it is connected to.
std::vector<std::size_t> tiers_of(const Drawing& drawing, const Part& part);

/// The tiers of a part, the hosts first. Each is in natural order unless another has fewer crossings.
class Rows {
 public:
  Rows(const Drawing& drawing, const Part& part);

  Row& operator[](std::size_t tier) { return rows_[tier]; }
  std::size_t size() const { return rows_.size(); }
  std::size_t tier(NodeId node) const { return tier_[node]; }
  std::size_t place(NodeId node) const { return place_[node]; }
  Item& item(NodeId node) { return rows_[tier_[node]][place_[node]]; }

  /// The mean over an item's neighbours in the tiers below (or above) it; nothing when there are none.
  template <class Value>
  std::optional<double> mean(const Item& item, Side side, Value value) const {
    double sum = 0, count = 0;
    const std::size_t own = tier_[item.nodes[0]];
    for (const NodeId neighbour : drawing_.neighbours[item.nodes[0]]) {
      if (side == Side::below ? tier_[neighbour] >= own : tier_[neighbour] <= own) continue;
      sum += value(neighbour);
      ++count;
    }
    return count > 0 ? std::optional(sum / count) : std::nullopt;
  }

 private:
  void fill();
  void order();
  void sort(std::size_t tier, Side side);
  void note_places();
  std::size_t count_crossings() const;

  const Drawing& drawing_;
  const Part& part_;
  std::vector<std::size_t> tier_;   // of the nodes
  std::vector<std::size_t> place_;  // of the nodes: in their row
  std::vector<Row> rows_;
};

}  // namespace shardsim::drawing
