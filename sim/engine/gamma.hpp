// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// A gamma number of that shape (more than 0) and scale 1, so of mean `shape`, exactly: G. Marsaglia and W. W. Tsang,
/// "A simple method for generating gamma variables", ACM TOMS 26(3), 2000. Draws two uniform numbers or more.
double standard_gamma(RandomStream& random, double shape);

}  // namespace shardsim
