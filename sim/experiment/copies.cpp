// SPDX-License-Identifier: Apache-2.0
#include "experiment/copies.hpp"

#include <limits>
#include <map>

#include "experiment/tiering.hpp"
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

// What `offload` moves out of memory makes room, so with it nothing is known of the room yet.
ShardsAtHand shards_at_hand(const ShardingPlan& plan, const Scenario& scenario, const Model& model,
                            const LookupProfile& profile) {
  ShardsAtHand out;
  out.row_overhead = scenario.serving.store->row_overhead();
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  const std::vector<Bytes> used = memory_by_service(plan, scenario, model);
  std::vector<Placement> all;
  for (std::size_t s = 0; s < plan.shards.size(); ++s) {
    const std::vector<Placement>& tables = plan.shards[s].tables;
    all.insert(all.end(), tables.begin(), tables.end());
    out.room.push_back({scenario.offload ? std::numeric_limits<std::int64_t>::max()
                                         : platforms[s + 1]->usable_memory().count - used[s + 1].count});
  }
  const int samples = scenario.sharding->estimates_from().value_or(kSampledQueries);
  const std::vector<double> loads = estimated_loads(all, {model, {}, 1, scenario.seed, &profile}, samples);
  auto next = loads.begin();
  for (const PlannedShard& shard : plan.shards) {
    const auto end = next + std::ssize(shard.tables);
    out.loads.emplace_back(next, end);
    next = end;
  }
  return out;
}

}  // namespace

void replicate(ShardingPlan& plan, const Scenario& scenario, const Model& model, const LookupProfile& profile) {
  if (!scenario.replicate) return;
  const auto shards = std::ssize(plan.shards);
  if (shards < 2)
    throw InfeasibleError("/replicate", fmt::format("copies are on several sparse shards, and the plan has {}",
                                                    shards == 0 ? "none" : "one"));
  if (const std::optional<int>& copies = scenario.replicate->copies; copies && *copies > shards)
    throw InfeasibleError("/replicate/copies",
                          fmt::format("found {}; expected at most {}, the sparse shards of the plan", *copies, shards));
  const auto placements = [&plan] {
    std::size_t count = 0;
    for (const PlannedShard& shard : plan.shards) count += shard.tables.size();
    return count;
  };
  check_tiers(plan, scenario, model);  // of the user's plan, before anybody asks what is left of them
  const std::size_t before = placements();
  plan = scenario.replicate->apply(plan, shards_at_hand(plan, scenario, model, profile), model);
  if (placements() == before)
    throw InfeasibleError("/replicate",
                          "no table gets a copy: those that are looked up are split, on the main shard, or too large "
                          "for the 'share' or for the memory of other shards");
}

std::string copies_text(const ShardingPlan& plan, const Model& model) {
  std::map<std::string, int> copies;  // by table
  Bytes placed = placed_bytes(plan.main, model);
  for (const PlannedShard& shard : plan.shards) {
    placed += placed_bytes(shard.tables, model);
    for (const Placement& p : shard.tables)
      if (p.copies > 1) copies[p.table] = p.copies;
  }
  if (copies.empty()) return "";
  int holders = 0;
  for (const auto& [table, n] : copies) holders += n;
  const auto more = static_cast<double>(placed.count - model.table_bytes().count);
  constexpr double kGiB = 1 << 30;
  return fmt::format(
      "copies: {} table{} on {:.1f} shards each, which take {:.3f} GiB ({:.1f} %) more than the model; above, each "
      "copy "
      "has an equal share of the lookups\n",
      copies.size(), copies.size() == 1 ? "" : "s", static_cast<double>(holders) / static_cast<double>(copies.size()),
      more / kGiB, 100 * more / static_cast<double>(model.table_bytes().count));
}

}  // namespace shardsim
