// SPDX-License-Identifier: Apache-2.0
#include "engine/poisson.hpp"

#include "workload/renewal.hpp"

namespace shardsim {
namespace {

// github.com/harvard-acc/DeepRecSys, loadGenerator.py: between two queries it sleeps a Poisson number of milliseconds,
// whose mean is the mean gap. That has a coefficient of variation of sqrt(1 ms / mean gap).
class DeepRecSys final : public Arrivals {
 public:
  Rate rate;
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    const double mean_gap_ms = 1000 / rate.per_second;
    return renewal([=](RandomStream& random) { return poisson_number(random, mean_gap_ms) / 1000; }, seed, replication);
  }
};

}  // namespace

template <>
void describe(Describe<DeepRecSys>& d) {
  d.object("deeprecsys",
           "open loop as by the load generator of DeepRecSys: each gap is a whole number of milliseconds, Poisson "
           "distributed about the mean gap; far less bursty than a Poisson process wherever that is above 1 ms");
  d.required("rate", &DeepRecSys::rate, "mean arrivals per second").more_than(Rate{0});
}

namespace arrivals {
Alternative<Arrivals> deeprecsys() { return alternative<DeepRecSys, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
