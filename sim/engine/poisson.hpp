// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// A Poisson number of that mean (at least 0), exactly. Below a mean of 30 by inversion of one uniform number; above,
/// where that takes too long, by rejection from two uniform numbers or more. Above 2^53 it is rounded to a double.
double poisson_number(RandomStream& random, double mean);

}  // namespace shardsim
