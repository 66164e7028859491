// SPDX-License-Identifier: Apache-2.0
#include "experiment/copies.hpp"
#include "experiment/plan_facts.hpp"
#include "experiment/report.hpp"
#include "experiment/tiering.hpp"
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

// What a server has in one tier.
struct TierRow {
  double bytes = 0;
  double lookups = 0;
  double hits = 0;
  bool known = true;  // how popular its rows are
  void add(const TieredTable& t) {
    bytes += static_cast<double>(t.rows * t.row.count);
    lookups += t.lookups;
    hits += t.lookups * t.hit_ratio;
    known = known && t.law != nullptr;
  }
  std::string lookups_text() const { return lookups > 0 ? fmt::format("{:.1f}", lookups) : "-"; }
  std::string hits_text() const { return known && lookups > 0 ? fmt::format("{:.4f}", hits / lookups) : "-"; }
};

// What lies in other tiers, and what of its lookups a cache is expected to answer.
std::string tiers_text(const Scenario& scenario, const Model& model, const ShardingPlan& plan) {
  if (!has_tiers(plan)) return "";
  constexpr double kGiB = 1 << 30;
  const StoreSpec& store = *scenario.serving.store;
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  const std::vector<std::vector<TieredTable>> tiered =
      tiered_by_service(plan, model, platforms, store, table_use(scenario, model, plan));
  const std::vector<std::string> names = services_of(plan);
  std::string out = fmt::format("{:<16}{:<16}{:>14}{:>14}{:>16}{:>16}\n", "server", "tier", "GiB there", "GiB cache",
                                "lookups/query", "expected hits");
  for (std::size_t s = 0; s < tiered.size(); ++s) {
    std::map<std::size_t, TierRow> rows;
    for (const TieredTable& t : tiered[s]) rows[t.tier].add(t);
    const double cache = static_cast<double>(store.cache_bytes(tiered[s]).count) / kGiB;
    for (const auto& [tier, row] : rows)
      out += fmt::format("{:<16}{:<16}{:>14.3f}{:>14.3f}{:>16}{:>16}\n", names[s], platforms[s]->tiers[tier]->name,
                         row.bytes / kGiB, cache, row.lookups_text(), row.hits_text());
  }
  return out +
         "expected hits: of the lookups there, by formula for independent lookups; tests hold it to within 0.01 of the "
         "cache row by row\n";
}

// What a near cache takes, and what it is expected to answer.
std::string near_cache_text(const Scenario& scenario, const Model& model, const ShardingPlan& plan) {
  const std::optional<NearCacheSpec>& spec = scenario.serving.near_cache;
  if (!spec) return "";
  const TableUse use = table_use(scenario, model, plan);
  std::vector<RemoteTable> tables = remote_tables(plan, model, use);
  expect_near_hits(*spec, tables, use);
  TierRow row;
  for (const RemoteTable& t : tables) row.add(t.rows);
  if (spec->hit_ratio) row.known = true;
  constexpr double kGiB = 1 << 30;
  return fmt::format(
      "near cache: {:.3f} GiB on each main host, before {:.3f} GiB on sparse shards; lookups/query {}, expected hits "
      "{}\n",
      static_cast<double>(near_cache_bytes(*spec, tables).count) / kGiB, row.bytes / kGiB, row.lookups_text(),
      row.hits_text());
}

}  // namespace

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
  return out + copies_text(plan, model) + tiers_text(scenario, model, plan) + near_cache_text(scenario, model, plan) +
         "us/query: core time of gathering, without queueing and messages; GiB left: of the fullest host, beside all "
         "its servers\n";
}

}  // namespace shardsim
