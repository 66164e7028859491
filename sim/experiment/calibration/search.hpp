// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace shardsim {

/// A place in the unit cube: a share of each field's range.
using CubePoint = std::vector<double>;

struct FoundPoint {
  CubePoint point;
  double error = 0;
};

/// The place in the unit cube with the least error that is found with `evaluations` calls: first over the whole cube by
/// DIRECT-L, then around the best by BOBYQA and, for what has steps, by subplex (S. G. Johnson, "The NLopt
/// nonlinear-optimization package"; J. M. Gablonsky and C. T. Kelley, "A locally-biased form of the DIRECT algorithm",
/// 2001; M. J. D. Powell, "The BOBYQA algorithm for bound constrained optimization without derivatives", 2009; T.
/// Rowan, "Functional stability analysis of numerical algorithms", 1990). Makes the same calls for the same errors.
/// What `error_at` throws ends it. Precondition: evaluations >= fewest_evaluations_of_search().
FoundPoint least_error(std::size_t dimensions, std::int64_t evaluations,
                       const std::function<double(const CubePoint&)>& error_at);

/// What DIRECT and BOBYQA each begin with is 2 n + 1 evaluations; and as many to get anywhere.
std::int64_t fewest_evaluations_of_search(std::size_t dimensions);

}  // namespace shardsim
