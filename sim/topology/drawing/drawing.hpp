// SPDX-License-Identifier: Apache-2.0
// What is drawn: marks for nodes, lines for cables. Layers or springs find their places; the page shows them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "topology/drawing/hops.hpp"
#include "topology/drawing/point.hpp"
#include "topology/graph.hpp"

namespace shardsim::drawing {

inline constexpr double kPageWidth = 1500;  // wished for; a large network takes more

enum class Side { inside, above, below };

/// How a node is drawn: as a box around its label, or beside it.
struct Mark {
  Point at{};
  double half_width = 5, half_height = 5;
  std::string label{};
  double font = 0;           ///< 0: without a label
  Side side = Side::inside;  ///< of the label
};

/// All cables between two nodes, drawn as one line.
struct Bundle {
  NodeId a, b;
  std::vector<NetworkLink> there{}, back{};  ///< from a to b, from b to a
  std::vector<Point> course{};               ///< as drawn, from a to b
  double bow = 0;                            ///< how far the middle of a bent line lies above the straight one

  std::size_t cables() const { return std::max(there.size(), back.size()); }
  bool is_one_way() const { return there.empty() || back.empty(); }
  std::vector<NetworkLink> links() const;  ///< both ways
  Bandwidth fastest() const;
};

struct Caption {
  Point at;
  std::string text;
};

/// A connected part of the network, laid out by itself and then put on the page.
struct Part {
  std::vector<NodeId> nodes{};         ///< in natural order
  std::vector<std::size_t> bundles{};  ///< between them
  std::vector<Caption> captions{};
};

struct Drawing {
  const NetworkGraph& graph;
  std::vector<Mark> marks;         ///< of the nodes
  std::vector<std::size_t> order;  ///< of the nodes: place in the natural order of names
  Neighbours neighbours;           ///< in natural order
  std::vector<Bundle> bundles;     ///< in natural order
  std::vector<Part> parts;

  explicit Drawing(const NetworkGraph& network);
  NodeKind kind(NodeId node) const { return graph[node].kind; }
  bool is_host(NodeId node) const { return kind(node) == NodeKind::host; }

 private:
  void find_bundles();
  void find_parts(const std::vector<NodeId>& nodes);
};

}  // namespace shardsim::drawing
