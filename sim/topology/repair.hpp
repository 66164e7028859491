// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/looked_into.hpp"

namespace shardsim {

/// What files of real networks often have and no network can: gives nodes names of their own, takes out links of a node
/// to itself and all but one of links that are alike, and keeps the largest part that hangs together. A note says
/// what was done, unless nothing was.
void repair(LookedInto& looked);

}  // namespace shardsim
