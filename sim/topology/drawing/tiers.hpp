// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

/// The boxes of one tier, from left to right.
struct Row {
  std::size_t tier = 0;  ///< hops to the nearest host; a frontend is above what it hangs on
  std::vector<NodeId> nodes{};
  bool has_detours = false;  ///< whether a straight line between two of its boxes would cross a third
};

/// The rows from the hosts upwards, where nearly all cables go between tiers. Each box stands over what it is cabled to
/// below, in natural order of names where that is the same.
std::optional<std::vector<Row>> rows_of(const Drawing& drawing);

}  // namespace shardsim::drawing
