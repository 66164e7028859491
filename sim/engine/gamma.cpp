// SPDX-License-Identifier: Apache-2.0
#include "engine/gamma.hpp"

#include <cmath>

#include "engine/normal.hpp"

namespace shardsim {

GammaNumbers::GammaNumbers(double shape)
    : shape_(shape), d_((shape >= 1 ? shape : shape + 1) - 1.0 / 3), c_(1 / std::sqrt(9 * d_)) {}

// The method proper. The first test is their squeeze: it only saves logarithms.
double GammaNumbers::of_shape_at_least_one(RandomStream& random) const {
  for (;;) {
    const double x = standard_normal(random);
    const double root = 1 + c_ * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = random.uniform();
    const double x2 = x * x;
    if (u < 1 - 0.0331 * x2 * x2) return d_ * v;
    if (std::log(u) < x2 / 2 + d_ * (1 - v + std::log(v))) return d_ * v;
  }
}

double GammaNumbers::draw(RandomStream& random) const {
  const double drawn = of_shape_at_least_one(random);
  if (shape_ >= 1) return drawn;
  // G(a) has the law of G(a+1) U^(1/a). It may underflow to 0 where the shape is tiny, as it should.
  return drawn * std::exp(std::log(random.uniform()) / shape_);
}

}  // namespace shardsim
