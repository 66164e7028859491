// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// The number below which a standard normal number falls with probability `p`, in (0, 1): M. J. Wichura, "Algorithm AS
/// 241: the percentage points of the normal distribution", Applied Statistics 37(3), 1988, PPND16. Its relative error
/// is about 1e-16; 1 - p is exact for a uniform number of a random word, so that both tails are as good.
double normal_quantile(double p);

/// A standard normal number, by the inverse of its distribution function: one uniform number each.
inline double standard_normal(RandomStream& random) { return normal_quantile(random.uniform()); }

}  // namespace shardsim
