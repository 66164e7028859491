// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "workload/renewal.hpp"

namespace shardsim {
namespace {

double squared_cv(double inverse_shape) {
  const double mean = std::tgamma(1 + inverse_shape);
  return std::tgamma(1 + 2 * inverse_shape) / (mean * mean) - 1;
}

// 1/shape of the Weibull distribution with that coefficient of variation, which grows with it: by bisection. The ends
// are those of cv = 0.003 and cv = 400.
double inverse_shape_of(double cv) {
  double low = 0.0025;
  double high = 10;
  constexpr int kSteps = 60;  // more than a double can tell apart
  for (int i = 0; i < kSteps; ++i) {
    const double middle = (low + high) / 2;
    (squared_cv(middle) < cv * cv ? low : high) = middle;
  }
  return low;
}

class Weibull final : public Arrivals {
 public:
  Rate rate;
  double cv = 1;
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    const double power = inverse_shape_of(cv);
    const double scale = 1 / (rate.per_second * std::tgamma(1 + power));
    return renewal([=](RandomStream& random) { return scale * std::pow(-std::log(random.uniform()), power); }, seed,
                   replication);
  }
};

}  // namespace

template <>
void describe(Describe<Weibull>& d) {
  d.object("weibull", "open loop, independent gaps of a Weibull distribution");
  d.required("rate", &Weibull::rate, "mean arrivals per second").more_than(Rate{0});
  d.required("cv", &Weibull::cv, "of the gaps, standard deviation divided by mean: 1 is Poisson, more is burstier")
      .at_least(0.01)
      .at_most(100);
}

namespace arrivals {
Alternative<Arrivals> weibull() { return alternative<Weibull, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
