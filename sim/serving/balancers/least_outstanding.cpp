// SPDX-License-Identifier: Apache-2.0
#include "serving/balancer.hpp"

namespace shardsim {
namespace {

class LeastOutstanding final : public Balancer {
 public:
  using Balancer::Balancer;

 protected:
  std::size_t pick(RandomStream&) override {
    std::size_t best = 0;
    for (std::size_t r = 1; r < replicas(); ++r)
      if (outstanding(r) < outstanding(best)) best = r;
    return best;
  }
};
class LeastOutstandingSpec final : public PlainBalancerSpec<LeastOutstanding> {};

}  // namespace

template <>
void describe(Describe<LeastOutstandingSpec>& d) {
  d.object("least-outstanding", "the replica with the fewest of the caller's requests; the first of several");
}

namespace balancers {
Alternative<BalancerSpec> least_outstanding() { return alternative<LeastOutstandingSpec, BalancerSpec>(); }
}  // namespace balancers

}  // namespace shardsim
