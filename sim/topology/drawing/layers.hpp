// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

/// Layers make sense where hosts hang on switches and few cables pass over other nodes of the tier they stay in.
bool is_layered(const Drawing& drawing, const Part& part);

/// Tiers in rows, with the hosts at the bottom. The part must be layered.
void lay_out_in_layers(Drawing& drawing, Part& part);

}  // namespace shardsim::drawing
