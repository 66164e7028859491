// SPDX-License-Identifier: Apache-2.0
#include "engine/normal.hpp"

#include <array>
#include <cmath>

namespace shardsim {
namespace {

// A quotient of two polynomials, which are evaluated at the same time.
struct Quotient {
  using Both = double __attribute__((vector_size(2 * sizeof(double))));  // the one above the bar, the one below it
  std::array<Both, 8> coefficients;                                      // from the highest power down

  double at(double r) const {
    Both sum = coefficients[0];
    for (std::size_t i = 1; i < coefficients.size(); ++i) sum = sum * r + coefficients[i];
    return sum[0] / sum[1];
  }
};

// The constants are Wichura's, as printed. The centre is where p is within kCentre of 1/2; the far tail begins where
// sqrt(-log p) is kFar.
constexpr double kCentre = 0.425;
constexpr double kCentreSquared = 0.180625;
constexpr Quotient kInCentre{{{{2.5090809287301226727e3, 5.2264952788528545610e3},
                               {3.3430575583588128105e4, 2.8729085735721942674e4},
                               {6.7265770927008700853e4, 3.9307895800092710610e4},
                               {4.5921953931549871457e4, 2.1213794301586595867e4},
                               {1.3731693765509461125e4, 5.3941960214247511077e3},
                               {1.9715909503065514427e3, 6.8718700749205790830e2},
                               {1.3314166789178437745e2, 4.2313330701600911252e1},
                               {3.3871328727963666080e0, 1}}}};
constexpr double kFar = 5;
constexpr Quotient kInTail{{{{7.74545014278341407640e-4, 1.05075007164441684324e-9},
                             {2.27238449892691845833e-2, 5.47593808499534494600e-4},
                             {2.41780725177450611770e-1, 1.51986665636164571966e-2},
                             {1.27045825245236838258e0, 1.48103976427480074590e-1},
                             {3.64784832476320460504e0, 6.89767334985100004550e-1},
                             {5.76949722146069140550e0, 1.67638483018380384940e0},
                             {4.63033784615654529590e0, 2.05319162663775882187e0},
                             {1.42343711074968357734e0, 1}}}};
constexpr Quotient kInFarTail{{{{2.01033439929228813265e-7, 2.04426310338993978564e-15},
                                {2.71155556874348757815e-5, 1.42151175831644588870e-7},
                                {1.24266094738807843860e-3, 1.84631831751005468180e-5},
                                {2.65321895265761230930e-2, 7.86869131145613259100e-4},
                                {2.96560571828504891230e-1, 1.48753612908506148525e-2},
                                {1.78482653991729133580e0, 1.36929880922735805310e-1},
                                {5.46378491116411436990e0, 5.99832206555887937690e-1},
                                {6.65790464350110377720e0, 1}}}};

// Of the lower tail.
double in_tail(double p) {
  const double r = std::sqrt(-std::log(p));
  return -(r <= kFar ? kInTail.at(r - 1.6) : kInFarTail.at(r - kFar));
}

}  // namespace

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::abs(q) <= kCentre) return q * kInCentre.at(kCentreSquared - q * q);
  return q < 0 ? in_tail(p) : -in_tail(1 - p);
}

}  // namespace shardsim
