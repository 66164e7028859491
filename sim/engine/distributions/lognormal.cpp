// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/distribution.hpp"
#include "engine/normal.hpp"

namespace shardsim {
namespace {

// exp(N(mu, sigma^2)) has mean exp(mu + sigma^2/2) and squared coefficient of variation exp(sigma^2) - 1.
class Lognormal final : public Distribution {
 public:
  double average = 0;
  double cv = 0;
  double sample(RandomStream& random) const override {
    const double variance = std::log1p(cv * cv);
    return average * std::exp(std::sqrt(variance) * standard_normal(random) - variance / 2);
  }
  double mean() const override { return average; }
  bool is_constant() const override { return cv == 0; }
};

}  // namespace

template <>
void describe(Describe<Lognormal>& d) {
  d.object("lognormal", "lognormal, given by its own mean and coefficient of variation");
  d.required("mean", &Lognormal::average, "mean").more_than(0);
  d.required("cv", &Lognormal::cv, "standard deviation divided by mean").at_least(0).at_most(100);
}

namespace distributions {
Alternative<Distribution> lognormal() { return alternative<Lognormal, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
