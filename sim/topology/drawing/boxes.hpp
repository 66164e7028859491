// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "topology/drawing/palette.hpp"

namespace shardsim::drawing {

const char* name_of(NodeKind kind);

/// How nodes and lines look, as Graphviz's text.
class Boxes {
 public:
  Boxes(const Drawing& drawing, const Palette& palette);

  /// A node's box with its hosts below. `place`: further attributes, as " pos=...".
  std::string box(NodeId node, const std::string& place) const;
  std::string line(const Bundle& bundle) const;
  /// About what the box takes, in points.
  double width(NodeId node) const;
  double height(NodeId node) const;

 private:
  std::size_t columns(NodeId node) const;
  std::string host_cell(NodeId host) const;
  std::string host_rows(NodeId node) const;
  std::string label(NodeId node) const;
  std::string host_label(NodeId host) const;
  double host_width(NodeId node) const;
  std::string tip(NodeId node) const;

  const Drawing& drawing_;
  const Palette& palette_;
  bool names_boxes_, names_hosts_;  // whether there is room
};

}  // namespace shardsim::drawing
