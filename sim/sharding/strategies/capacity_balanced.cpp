// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class CapacityBalanced final : public ShardedStrategy {
 public:
  ShardingPlan plan(const PlanningInput& input) const override {
    const auto bytes = [](const Piece& p) { return static_cast<double>(p.bytes.count); };
    return {"capacity-balanced", {}, spread(pieces_of(*this, input), shards, bytes)};
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
