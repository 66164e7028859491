// SPDX-License-Identifier: Apache-2.0
#include "engine/poisson.hpp"

#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <cmath>

namespace shardsim {
namespace {

// log(k!) - (k + 1/2) log k + k - log(2 pi) / 2 by Stirling's series, or as it is where that is not yet exact.
double stirling_rest(double k) {
  constexpr double kSeries = 16;
  if (k >= kSeries) {
    const double r = 1 / k;
    const double r2 = r * r;
    return r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 / 1188))));
  }
  double factorial = 1;
  for (double i = 2; i <= k; ++i) factorial *= i;
  return std::log(factorial) - (k + 0.5) * std::log(k) + k - boost::math::constants::log_root_two_pi<double>();
}

// Logarithm of the probability of k by C. Loader, "Fast and accurate computation of binomial probabilities", 2000:
// exp(-mean) mean^k / k! without the differences of large numbers.
double log_mass(double k, double mean) {
  if (k == 0) return -mean;
  using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  const double deviance = -k * boost::math::log1pmx((mean - k) / k, InDouble());
  return -deviance - stirling_rest(k) - boost::math::constants::log_root_two_pi<double>() - std::log(k) / 2;
}

}  // namespace

// The constants of rejection are Hoermann's.
PoissonNumbers::PoissonNumbers(double mean) : mean_(mean) {
  if (by_inversion()) {
    mass_at_0_ = std::exp(-mean);
    return;
  }
  b_ = 0.931 + 2.53 * std::sqrt(mean);
  a_ = -0.059 + 0.02483 * b_;
  inverse_alpha_ = 1.1239 + 1.1328 / (b_ - 3.4);
  quick_ = 0.9277 - 3.6224 / (b_ - 2);
}

bool PoissonNumbers::by_inversion() const {
  constexpr double kRejection = 30;
  return mean_ < kRejection;
}

double PoissonNumbers::draw(RandomStream& random) const { return by_inversion() ? invert(random) : reject(random); }

// Inverse of the distribution function by search from 0.
double PoissonNumbers::invert(RandomStream& random) const {
  double left = random.uniform();
  double mass = mass_at_0_;
  double k = 0;
  // Rounding may leave a rest that no mass covers; then the masses have long vanished beside it.
  while (left >= mass && (k < mean_ || mass > 1e-18)) {
    left -= mass;
    ++k;
    mass *= mean_ / k;
  }
  return k;
}

// W. Hoermann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
// Economics 12(1), 1993: algorithm PTRS.
double PoissonNumbers::reject(RandomStream& random) const {
  for (;;) {
    const double u = random.uniform() - 0.5;
    const double v = random.uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a_ / us + b_) * u + mean_ + 0.43);
    if (us >= 0.07 && v <= quick_) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v * inverse_alpha_ / (a_ / (us * us) + b_)) <= log_mass(k, mean_)) return k;
  }
}

}  // namespace shardsim
