// SPDX-License-Identifier: Apache-2.0
// The lowest row: hosts in blocks of columns.
#pragma once

#include <map>

#include "topology/drawing/labels.hpp"
#include "topology/drawing/rows.hpp"

namespace shardsim::drawing {

/// How the hosts of a block stand.
struct Grid {
  LabelFit fit;
  double pitch = 0;
  double row_pitch = 0;
};

/// Gives the blocks their columns: hosts with their names in one row, else in a block of some rows, else a block
/// without names.
Grid fit_grid(const Drawing& drawing, Row& hosts);

/// The least that the blocks take.
double width_of(const Row& hosts, double pitch);

/// How far below the first hosts the last ones stand.
double foot(const Row& hosts, const Grid& grid);

/// Spreads the blocks over `width`. Returns, for hosts in a block of several rows, where their cables come down.
std::map<NodeId, double> place_blocks(Drawing& drawing, Row& hosts, const Grid& grid, double width);

}  // namespace shardsim::drawing
