// SPDX-License-Identifier: Apache-2.0
#include "serving/balancer.hpp"

namespace shardsim {
namespace {

class Random final : public Balancer {
 public:
  explicit Random(std::size_t replicas) : Balancer(replicas, Wants::nothing) {}

 protected:
  std::size_t pick(RandomStream& random, Time) override { return random.below(replicas()); }
};
class RandomSpec final : public PlainBalancerSpec<Random> {};

}  // namespace

template <>
void describe(Describe<RandomSpec>& d) {
  d.object("random", "any replica, all equally likely");
}

namespace balancers {
Alternative<BalancerSpec> random() { return alternative<RandomSpec, BalancerSpec>(); }
}  // namespace balancers

}  // namespace shardsim
