// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

inline constexpr double kMargin = 24;

/// Puts the parts side by side, the largest first, on as many shelves as it takes. Returns the size of the page so far.
Point put_on_shelves(Drawing& drawing);

}  // namespace shardsim::drawing
