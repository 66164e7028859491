// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

class PoissonSource final : public ArrivalSource {
 public:
  PoissonSource(Rate rate, RandomStream random) : mean_gap_s_(1 / rate.per_second), random_(random) {}
  std::optional<Arrival> next() override {
    last_ += from_seconds(-mean_gap_s_ * std::log(random_.uniform()));
    return Arrival{last_};
  }

 private:
  double mean_gap_s_;
  RandomStream random_;
  Time last_{};
};

class Poisson final : public Arrivals {
 public:
  Rate rate;
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    return std::make_unique<PoissonSource>(rate, RandomStream(seed, replication, Purpose::arrivals, 0));
  }
};

}  // namespace

template <>
void describe(Describe<Poisson>& d) {
  d.object("poisson", "open loop, exponential gaps");
  d.required("rate", &Poisson::rate, "mean arrivals per second").more_than(Rate{0});
}

namespace arrivals {
Alternative<Arrivals> poisson() { return alternative<Poisson, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
