// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class LoadBalanced final : public ShardedStrategy {
 public:
  int sampled_queries = kSampledQueries;

  ShardingPlan plan(const PlanningInput& input) const override {
    return {"load-balanced", {}, balanced_by_load(pieces_of(*this, input), shards, input, sampled_queries)};
  }
  std::optional<int> estimates_from() const override { return sampled_queries; }
};

}  // namespace

template <>
void describe(Describe<LoadBalanced>& d) {
  d.object(
      "load-balanced",
      "equal lookups on every shard, as estimated from sampled queries, or from the first of those that are replayed");
  describe_shards(d);
  d.optional("sampled_queries", &LoadBalanced::sampled_queries, "queries sampled to estimate each table's lookups")
      .at_least(1)
      .at_most(1'000'000);
}

namespace strategies {
Alternative<Strategy> load_balanced() { return alternative<LoadBalanced, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
