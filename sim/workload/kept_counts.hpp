// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/piecewise_poisson.hpp"

namespace shardsim {

/// As many arrivals in each piece as it expects, at independent times that are uniform in it: the counts are the
/// file's, without the noise of a Poisson process. What is not whole is carried to the next piece. Draws one number an
/// arrival.
std::unique_ptr<ArrivalSource> kept_counts(std::unique_ptr<RatePieces> pieces, RandomStream places);

}  // namespace shardsim
