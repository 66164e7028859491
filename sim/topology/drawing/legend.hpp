// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "topology/drawing/palette.hpp"

namespace shardsim::drawing {

/// The title, what is drawn, and what colours and shapes mean, as a table of Graphviz's.
std::string legend_of(const Drawing& drawing, const Palette& palette, const std::string& title);

}  // namespace shardsim::drawing
