// SPDX-License-Identifier: Apache-2.0
#include "serving/balancer.hpp"

namespace shardsim {
namespace {

class LeastOutstanding final : public Balancer {
 public:
  explicit LeastOutstanding(std::size_t replicas) : Balancer(replicas, Wants::outstanding) {}

 protected:
  std::size_t pick(RandomStream&, Time) override {
    const std::size_t first = next_++ % replicas();  // among equals, take turns
    std::size_t best = first;
    for (std::size_t i = 1; i < replicas(); ++i) {
      const std::size_t r = (first + i) % replicas();
      if (outstanding(r) < outstanding(best)) best = r;
    }
    return best;
  }

 private:
  std::size_t next_ = 0;
};
class LeastOutstandingSpec final : public PlainBalancerSpec<LeastOutstanding> {};

}  // namespace

template <>
void describe(Describe<LeastOutstandingSpec>& d) {
  d.object("least-outstanding", "the replica with the fewest of the caller's requests; equals take turns");
}

namespace balancers {
Alternative<BalancerSpec> least_outstanding() { return alternative<LeastOutstandingSpec, BalancerSpec>(); }
}  // namespace balancers

}  // namespace shardsim
