// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "experiment/calibration/line_model.hpp"

namespace shardsim {

/// What several places came to.
using SamplesAt = std::function<std::vector<ErrorSample>(const std::vector<CubePoint>&)>;

struct FoundPoint {
  CubePoint point;
  ErrorSample sample;
};

/// The place in the unit cube with the least error that is found with `evaluations` places asked for. First over the
/// whole cube by DIRECT-L; then from the best by damped least squares on residuals taken as straight lines (K.
/// Levenberg, "A method for the solution of certain non-linear problems in least squares", 1944), several places at a
/// time; then, for what has steps and bends, by BOBYQA and by subplex. (J. M. Gablonsky and C. T. Kelley, "A
/// locally-biased form of the DIRECT algorithm", 2001; M. J. D. Powell, "The BOBYQA algorithm for bound constrained
/// optimization without derivatives", 2009; T. Rowan, "Functional stability analysis of numerical algorithms", 1990;
/// all as in S. G. Johnson's NLopt.) Asks for the same places where errors are the same. What `samples_at` throws ends
/// it. Precondition: evaluations >= fewest_evaluations_of_search().
FoundPoint least_error(std::size_t fields, const std::vector<double>& weights, std::int64_t evaluations,
                       const SamplesAt& samples_at);

/// What DIRECT and BOBYQA each begin with is 2 n + 1 evaluations; and as many to get anywhere.
std::int64_t fewest_evaluations_of_search(std::size_t fields);

}  // namespace shardsim
