// SPDX-License-Identifier: Apache-2.0
#include "experiment/plan_facts.hpp"
#include "experiment/report.hpp"
#include "sharding/packing.hpp"

namespace shardsim {

Json plan_json(const ShardingPlan& plan) { return value_type<ShardingPlan>().write(&plan, {}); }

std::string plan_text(const Scenario& scenario, const Model& model, const ShardingPlan& plan) {
  const int samples = scenario.sharding->estimates_from().value_or(kSampledQueries);
  const std::unique_ptr<const LookupProfile> profile = lookup_profile(scenario, model);
  std::vector<Placement> all = plan.main;
  for (const PlannedShard& shard : plan.shards) all.insert(all.end(), shard.tables.begin(), shard.tables.end());
  const std::vector<double> estimates = estimated_loads(all, {model, {}, 1, scenario.seed, profile.get()}, samples);
  auto next = estimates.begin();

  const PlanFacts facts(scenario, model, plan);
  std::string out = fmt::format("{:<16}{:>8}{:>14}{:>14}{:>16}{:>16}  {}\n", "server", "tables", "GiB", "GiB left",
                                "lookups/query", "us/query", "hosts");
  std::vector<double> loads;
  std::vector<double> sizes;
  const auto row = [&](const std::string& name, const std::vector<Placement>& placements,
                       std::optional<std::size_t> shard) {
    double load = 0;
    std::vector<double> each;
    for (std::size_t i = 0; i < placements.size(); ++i) load += each.emplace_back(*next++);
    const double gib = static_cast<double>(placed_bytes(placements, model).count) / (1 << 30);
    if (shard) loads.push_back(load), sizes.push_back(gib);
    out += fmt::format("{:<16}{:>8}{:>14.3f}{:>14.3f}{:>16.1f}{:>16.1f}  {}\n", name, placements.size(), gib,
                       static_cast<double>(facts.headroom(shard).count) / (1 << 30), load,
                       facts.gather_us(shard, placements, each), facts.hosts(shard));
  };
  row("main", plan.main, {});
  for (std::size_t s = 0; s < plan.shards.size(); ++s) row(plan.shards[s].name, plan.shards[s].tables, s);
  const auto balance = [](const std::vector<double>& v) {
    double sum = 0;
    double top = 0;
    for (const double x : v) sum += x, top = std::max(top, x);
    return sum > 0 ? top * static_cast<double>(v.size()) / sum : 1;
  };
  if (!loads.empty())
    out += fmt::format("balance (largest / mean): bytes {:.3f}, lookups {:.3f}; lookups estimated from {}\n",
                       balance(sizes), balance(loads), profile->source(samples));
  return out +
         "us/query: core time of gathering, without queueing and messages; GiB left: of the fullest host, beside all "
         "its servers\n";
}

}  // namespace shardsim
