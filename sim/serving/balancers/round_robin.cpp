// SPDX-License-Identifier: Apache-2.0
#include "serving/balancer.hpp"

namespace shardsim {
namespace {

class RoundRobin final : public Balancer {
 public:
  explicit RoundRobin(std::size_t replicas) : Balancer(replicas, Wants::nothing) {}

 protected:
  std::size_t pick(RandomStream&, Time) override { return next_++ % replicas(); }

 private:
  std::size_t next_ = 0;
};
class RoundRobinSpec final : public PlainBalancerSpec<RoundRobin> {};

}  // namespace

template <>
void describe(Describe<RoundRobinSpec>& d) {
  d.object("round-robin", "one replica after the other");
}

namespace balancers {
Alternative<BalancerSpec> round_robin() { return alternative<RoundRobinSpec, BalancerSpec>(); }
}  // namespace balancers

}  // namespace shardsim
