// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class CapacityBalanced final : public ShardedStrategy {
 public:
  ShardingPlan plan(const PlanningInput& input) const override {
    return {"capacity-balanced", {}, balanced_by_bytes(pieces_of(*this, input), shards)};
  }
};

}  // namespace

template <>
void describe(Describe<CapacityBalanced>& d) {
  d.object("capacity-balanced", "equal bytes on every shard");
  describe_shards(d);
}

namespace strategies {
Alternative<Strategy> capacity_balanced() { return alternative<CapacityBalanced, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
