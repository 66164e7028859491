// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stats/estimate.hpp"

namespace shardsim {

/// Share of ones among observations of 0 and 1. Its interval is that of a mean, and at least as wide as that of as many
/// independent trials (C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
/// case of the binomial", Biometrika 26, 1934): where all are alike, sections do not differ, and yet the next may.
/// `tail`: the share that is at stake, of how long runs have to be.
Estimate estimate_share(const std::vector<Sections>& runs, double confidence, const Length& length = {},
                        double tail = 0.06);

}  // namespace shardsim
