// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class LoadBalanced final : public ShardedStrategy {
 public:
  int sampled_queries = kSampledQueries;

  ShardingPlan plan(const PlanningInput& input) const override {
    std::vector<Piece> pieces = pieces_of(*this, input);
    std::vector<Placement> placements;
    for (const Piece& p : pieces) placements.push_back(p.placement);
    const std::vector<double> loads = estimated_loads(placements, input, sampled_queries);
    for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i].load = loads[i];
    return {"load-balanced", {}, spread(std::move(pieces), shards, [](const Piece& p) { return p.load; })};
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
