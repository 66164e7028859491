// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/distribution.hpp"
#include "engine/normal.hpp"

namespace shardsim {
namespace {

// exp(N(mu, sigma^2)) has mean exp(mu + sigma^2/2) and squared coefficient of variation exp(sigma^2) - 1.
class Lognormal final : public ByInversion {
 public:
  double average = 0;
  double cv = 0;
  double quantile(double p) const override { return median_ * std::exp(sigma_ * normal_quantile(p)); }
  std::optional<Form> form() const override { return Form{sigma_, median_}; }
  double mean() const override { return average; }
  bool is_constant() const override { return cv == 0; }
  void prepare() {
    const double variance = std::log1p(cv * cv);
    sigma_ = std::sqrt(variance);
    median_ = average * std::exp(-variance / 2);
  }

 private:
  double sigma_ = 0;
  double median_ = 0;
};

}  // namespace

template <>
void describe(Describe<Lognormal>& d) {
  d.object("lognormal", "lognormal, given by its own mean and coefficient of variation");
  d.required("mean", &Lognormal::average, "mean").more_than(0);
  d.required("cv", &Lognormal::cv, "standard deviation divided by mean").at_least(0).at_most(100);
  d.finish([](Lognormal& l) { l.prepare(); });
}

namespace distributions {
Alternative<Distribution> lognormal() { return alternative<Lognormal, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
