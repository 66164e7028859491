// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class OneShard final : public Strategy {
 public:
  ShardingPlan plan(const PlanningInput& input) const override {
    ShardingPlan plan{"one-shard", {}, empty_shards(1)};
    for (const PlacedTable& t : tables_of(input.model)) plan.shards[0].tables.push_back({t.table->name});
    return plan;
  }
};

}  // namespace

template <>
void describe(Describe<OneShard>& d) {
  d.object("one-shard", "all tables on one sparse shard: what distribution costs before it helps");
}

namespace strategies {
Alternative<Strategy> one_shard() { return alternative<OneShard, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
