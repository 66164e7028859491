// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// Gamma numbers of a shape (more than 0) and scale 1, so of mean `shape`, exactly: G. Marsaglia and W. W. Tsang,
/// "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
class GammaNumbers {
 public:
  explicit GammaNumbers(double shape);
  /// Draws two uniform numbers or more.
  double draw(RandomStream& random) const;

 private:
  double of_shape_at_least_one(RandomStream& random) const;

  double shape_;
  double d_;  // the method's constants, of the shape or, where it is below 1, of one more
  double c_;
};

inline double standard_gamma(RandomStream& random, double shape) { return GammaNumbers(shape).draw(random); }

}  // namespace shardsim
