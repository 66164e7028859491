// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class LoadBalanced final : public ShardedStrategy {
 public:
  int sampled_queries = 1000;

  ShardingPlan plan(const PlanningInput& input) const override {
    std::vector<Piece> pieces = pieces_of(*this, input);
    const std::vector<double> lookups = estimated_lookups(input, sampled_queries);
    for (Piece& p : pieces) p.load = lookups[p.table] / p.placement.parts;
    return {"load-balanced", {}, spread(std::move(pieces), shards, [](const Piece& p) { return p.load; })};
  }
};

}  // namespace

template <>
void describe(Describe<LoadBalanced>& d) {
  d.object("load-balanced", "equal lookups on every shard, as estimated from sampled queries");
  describe_shards(d);
  d.optional("sampled_queries", &LoadBalanced::sampled_queries, "queries sampled to estimate each table's lookups")
      .at_least(1)
      .at_most(1'000'000);
}

namespace strategies {
Alternative<Strategy> load_balanced() { return alternative<LoadBalanced, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
