// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "experiment/calibration/search.hpp"

namespace shardsim {

/// Nearer to an end of a field's range than this is at the end.
inline constexpr double kAtEnd = 1e-3;
/// How far a field may move before the error has grown by kErrorRise: shares of its range.
struct FieldRange {
  double low = 0;
  double high = 1;

  /// Grows until it holds the place.
  void include(double share) {
    low = std::min(low, share);
    high = std::max(high, share);
  }
};

/// The range of a field ends where the error is this much above the least: for errors in units of the spreads, one
/// standard deviation of one field (W. H. Press et al., "Numerical Recipes", 3rd ed., section 15.6.5).
inline constexpr double kErrorRise = 1;

/// How the error grows around its least.
struct ErrorProfile {
  std::vector<FieldRange> alone;     ///< by field: the others stay as they are
  std::vector<FieldRange> together;  ///< by field: the others make up for it as well as they can
  Slopes slopes;
};

/// Looks along each field; then along it while the other fields are re-fitted, without another search: by what the
/// residuals, taken as straight lines, say after each look. Asks for evaluations_of_profile() places altogether at
/// most. `together` holds `alone`.
ErrorProfile profile_of(const FoundPoint& best, const std::vector<double>& weights, const SamplesAt& samples_at);

std::int64_t evaluations_of_profile(std::size_t fields);

/// Two targets whose residuals cannot both get smaller.
struct TargetConflict {
  std::size_t first = 0;
  std::size_t second = 0;
  double cosine = 0;  ///< of the angle between the ways in which each would get smaller, -1: opposite
};

/// Pairs of targets, both missed by more than their spreads, where the way to improve one makes the other worse: the
/// angle between their gradients is more than 135 degrees. A field at an end of its range can move only inwards.
std::vector<TargetConflict> conflicts_of(const CubePoint& best, const std::vector<double>& residuals,
                                         const Slopes& slopes);

}  // namespace shardsim
