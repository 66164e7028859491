// SPDX-License-Identifier: Apache-2.0
// A Poisson process split at random is two of half the rate (Kleinrock, "Queueing Systems", vol. 1): each replica of
// the main shard is an M/M/1 queue.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class RandomRouting final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const double load = 0.7;
    const double mean = kServiceUs / (1 - load);
    cases.push_back(
        steady_state("random-routing", "queue.json",
                     {{"cluster.main.replicas", "2"},
                      {"serving.main_balancer", R"({"type": "random"})"},
                      {"traffic.arrivals.rate", per_second(2 * load / kServiceUs * 1e6)}},
                     800'000,
                     {mean_latency(mean), latency_quantile(0.99, queueing::exponential_quantile(mean, 0.99)),
                      utilisation("main0", load), utilisation("main1", load)}));
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<RandomRouting>& d) {
  d.object("random-routing", "two replicas that queries pick at random: two independent M/M/1 queues");
}

namespace families {
Alternative<Family> random_routing() { return alternative<RandomRouting, Family>(); }
}  // namespace families

}  // namespace shardsim
