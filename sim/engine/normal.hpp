// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// A standard normal number, by the inverse of its distribution function: one uniform number each.
double standard_normal(RandomStream& random);

}  // namespace shardsim
