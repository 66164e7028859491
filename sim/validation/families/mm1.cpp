// SPDX-License-Identifier: Apache-2.0
// One core, exponential service: the latency is exponential (Kleinrock, "Queueing Systems", vol. 1).
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class Mm1 final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const auto& [load, queries] :
         std::vector<std::pair<double, int>>{{0.3, 200'000}, {0.5, 400'000}, {0.7, 1'000'000}}) {
      const double mean = kServiceUs / (1 - load);
      cases.push_back(
          steady_state(fmt::format("mm1-{}", load), "queue.json",
                       {{"traffic.arrivals.rate", per_second(load / kServiceUs * 1e6)}}, queries,
                       {mean_latency(mean), latency_quantile(0.5, queueing::exponential_quantile(mean, 0.5)),
                        latency_quantile(0.99, queueing::exponential_quantile(mean, 0.99))}));
    }
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<Mm1>& d) {
  d.object("mm1", "M/M/1: the latency is exponential, of mean s / (1 - rho)");
}

namespace families {
Alternative<Family> mm1() { return alternative<Mm1, Family>(); }
}  // namespace families

}  // namespace shardsim
