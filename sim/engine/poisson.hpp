// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// Poisson numbers of a mean (at least 0), exactly. Below a mean of 30 by inversion of one uniform number; above, where
/// that takes too long, by rejection from two uniform numbers or more. Above 2^53 they are rounded to a double.
class PoissonNumbers {
 public:
  explicit PoissonNumbers(double mean);
  double draw(RandomStream& random) const;

 private:
  bool by_inversion() const;
  double invert(RandomStream& random) const;
  double reject(RandomStream& random) const;

  double mean_;
  double mass_at_0_ = 0;  // of inversion
  double a_ = 0;          // of rejection
  double b_ = 0;
  double inverse_alpha_ = 0;
  double quick_ = 0;
};

inline double poisson_number(RandomStream& random, double mean) { return PoissonNumbers(mean).draw(random); }

}  // namespace shardsim
