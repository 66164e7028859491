// SPDX-License-Identifier: Apache-2.0
#include "engine/gamma.hpp"

#include <cmath>

#include "engine/normal.hpp"

namespace shardsim {
namespace {

// The method proper, for shapes of at least 1. The first test is their squeeze: it only saves logarithms.
double of_shape_at_least_one(RandomStream& random, double shape) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = standard_normal(random);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = random.uniform();
    const double x2 = x * x;
    if (u < 1 - 0.0331 * x2 * x2) return d * v;
    if (std::log(u) < x2 / 2 + d * (1 - v + std::log(v))) return d * v;
  }
}

}  // namespace

double standard_gamma(RandomStream& random, double shape) {
  if (shape >= 1) return of_shape_at_least_one(random, shape);
  // G(a) has the law of G(a+1) U^(1/a). It may underflow to 0 where the shape is tiny, as it should.
  const double larger = of_shape_at_least_one(random, shape + 1);
  return larger * std::exp(std::log(random.uniform()) / shape);
}

}  // namespace shardsim
