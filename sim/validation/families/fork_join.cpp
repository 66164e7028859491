// SPDX-License-Identifier: Apache-2.0
// Every query asks two sparse shards of one core each and waits for the slower: Nelson's and Tantawi's mean.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class ForkJoin final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const double load : {0.3, 0.7})
      cases.push_back(steady_state(fmt::format("fork-join-{}", load), "fork-join.json",
                                   {{"traffic.arrivals.rate", per_second(load / kServiceUs * 1e6)}}, 200'000,
                                   {mean_latency(queueing::fork_join_two_mean(load, kServiceUs))}));
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<ForkJoin>& d) {
  d.object("fork-join", "fork-join over two M/M/1 queues: (12 - rho) / 8 of one queue's mean (Nelson, Tantawi)");
}

namespace families {
Alternative<Family> fork_join() { return alternative<ForkJoin, Family>(); }
}  // namespace families

}  // namespace shardsim
