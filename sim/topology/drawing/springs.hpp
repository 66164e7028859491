// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

/// Springs find the places of switches; hosts on a single switch stand around it.
void lay_out_by_springs(Drawing& drawing, Part& part);

}  // namespace shardsim::drawing
