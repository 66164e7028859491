// SPDX-License-Identifier: Apache-2.0
#include "serving/balancer.hpp"

namespace shardsim {
namespace {

class PowerOfTwo final : public Balancer {
 public:
  explicit PowerOfTwo(std::size_t replicas) : Balancer(replicas, Wants::outstanding) {}

 protected:
  std::size_t pick(RandomStream& random, Time) override {
    const std::size_t a = random.below(replicas());
    const std::size_t b = (a + 1 + random.below(replicas() - 1)) % replicas();  // another one
    return outstanding(b) < outstanding(a) ? b : a;
  }
};
class PowerOfTwoSpec final : public PlainBalancerSpec<PowerOfTwo> {};

}  // namespace

template <>
void describe(Describe<PowerOfTwoSpec>& d) {
  d.object("power-of-two", "of two replicas picked at random, the one with fewer of the caller's requests");
}

namespace balancers {
Alternative<BalancerSpec> power_of_two() { return alternative<PowerOfTwoSpec, BalancerSpec>(); }
}  // namespace balancers

}  // namespace shardsim
