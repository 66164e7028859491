// SPDX-License-Identifier: Apache-2.0
#include "engine/gamma.hpp"

#include "workload/renewal.hpp"

namespace shardsim {
namespace {

// The coefficient of variation of a gamma distribution is 1/sqrt(shape), its mean shape x scale.
class Gamma final : public Arrivals {
 public:
  Rate rate;
  double cv = 1;
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    const double shape = 1 / (cv * cv);
    const double scale = 1 / (rate.per_second * shape);
    return renewal([=](RandomStream& random) { return scale * standard_gamma(random, shape); }, seed, replication);
  }
};

}  // namespace

template <>
void describe(Describe<Gamma>& d) {
  d.object("gamma", "open loop, independent gaps of a gamma distribution");
  d.required("rate", &Gamma::rate, "mean arrivals per second").more_than(Rate{0});
  d.required("cv", &Gamma::cv, "of the gaps, standard deviation divided by mean: 1 is Poisson, more is burstier")
      .at_least(0.01)
      .at_most(100);
}

namespace arrivals {
Alternative<Arrivals> gamma() { return alternative<Gamma, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
