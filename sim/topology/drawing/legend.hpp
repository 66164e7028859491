// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "topology/drawing/palette.hpp"

namespace shardsim::drawing {

struct Legend {
  std::string svg;
  double bottom;
};

/// What the colours and shapes of a drawing mean, below what is on the page so far.
Legend legend_of(const Drawing& drawing, const Palette& palette, Point page);

}  // namespace shardsim::drawing
