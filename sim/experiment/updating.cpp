// SPDX-License-Identifier: Apache-2.0
#include "experiment/updating.hpp"

#include <numeric>

#include "experiment/tiering.hpp"

namespace shardsim {
namespace {

double gib_of(Bytes bytes) { return static_cast<double>(bytes.count) / (1 << 30); }

// By service: memory for a second copy of tables and weights. A cache is not copied.
std::vector<Bytes> copies_of(const ShardingPlan& plan, const Scenario& scenario, const Model& model) {
  const std::int64_t overhead = scenario.serving.store->row_overhead().count;
  std::vector<Bytes> out;
  for (std::size_t s = 0; s <= plan.shards.size(); ++s) {
    const PlacedBytes placed = bytes_by_tier(placements_of(plan, s), model);
    out.push_back(placed.memory + Bytes{placed.rows_in_memory * overhead} + (s == 0 ? model.dense_bytes() : Bytes{}));
  }
  return out;
}

// Queries a second, as the arrivals begin; nothing for a closed loop.
std::optional<double> rate_of_queries(const Scenario& scenario) {
  constexpr std::int64_t kSampled = 20'000;
  const std::unique_ptr<ArrivalSource> source = scenario.traffic.arrivals->open(scenario.seed, scenario.replication);
  if (source == nullptr) return std::nullopt;
  std::int64_t n = 0;
  Time last{};
  for (; n < std::min(kSampled, scenario.traffic.queries); ++n) {
    const std::optional<Arrival> arrival = source->next();
    if (!arrival) break;
    last = arrival->time;
  }
  if (last == Time{}) return std::nullopt;
  return static_cast<double>(n) / to_seconds(last.time_since_epoch());
}

// Tables of which some part is in another tier than memory.
std::vector<bool> tiered_tables_of(const ShardingPlan& plan, const std::vector<PlacedTable>& tables) {
  std::map<std::string, std::size_t> number_of;
  for (std::size_t t = 0; t < tables.size(); ++t) number_of[tables[t].table->name] = t;
  std::vector<bool> out(tables.size());
  for (std::size_t s = 0; s <= plan.shards.size(); ++s)
    for (const Placement& placement : placements_of(plan, s))
      if (placement.elsewhere() > 0) out[number_of.at(placement.table)] = true;
  return out;
}

// In proportion to lookups; of a model whose queries look nothing up, to rows.
std::vector<double> weights_of(std::vector<double> lookups, const std::vector<PlacedTable>& tables) {
  if (std::accumulate(lookups.begin(), lookups.end(), 0.0) > 0) return lookups;
  for (std::size_t t = 0; t < lookups.size(); ++t) lookups[t] = static_cast<double>(tables[t].table->rows);
  return lookups;
}

WriteProfile write_profile(const ShardingPlan& plan, const Scenario& scenario, const Model& model) {
  const std::vector<PlacedTable> tables = tables_of(model);
  if (tables.empty()) throw ScenarioError("/updates/writes", "the model has no tables");
  const std::unique_ptr<const LookupProfile> profile = lookup_profile(scenario, model);
  WriteProfile out;
  out.weights = weights_of(profile->lookups(kSampledQueries), tables);
  out.shares.resize(tables.size());
  std::vector<TableSplit> splits;
  std::map<std::string, std::size_t> number_of;
  for (std::size_t t = 0; t < tables.size(); ++t) number_of[tables[t].table->name] = t;
  for (std::size_t s = 0; s <= plan.shards.size(); ++s)
    for (const Placement& p : placements_of(plan, s))
      if (p.by_rows() && p.part == 0) splits.push_back({number_of.at(p.table), p.parts, p.split_by});
  const std::vector<std::vector<double>> shares = profile->shares(splits, kSampledQueries);
  for (std::size_t i = 0; i < splits.size(); ++i) out.shares[splits[i].table] = shares[i];

  const bool exact = scenario.serving.store->wants_rows();
  if (!scenario.updates->invalidates() || !exact || !has_tiers(plan)) return out;
  const TableUse use = table_use(scenario, model, plan);
  const std::vector<bool> tiered = tiered_tables_of(plan, tables);
  for (std::size_t t = 0; t < tables.size(); ++t)
    if (tiered[t] && use.laws[t] == nullptr)
      throw ScenarioError(
          "/updates/writes/cache",
          fmt::format("'invalidate' draws the rows that are written, and nothing says how popular those "
                      "of table {} are: give 'traffic.rows' a popularity, or the table its own, or use "
                      "'refresh'",
                      in_quotes(tables[t].table->name)));
  out.laws = use.laws;
  out.scattered = use.scattered;
  return out;
}

}  // namespace

void check_refresh(const ShardingPlan& plan, const Scenario& scenario, const Model& model) {
  if (!scenario.updates || !scenario.updates->refresh) return;
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  const std::vector<Bytes> needed = memory_by_service(plan, scenario, model);
  const std::vector<Bytes> copies = copies_of(plan, scenario, model);
  const std::vector<std::string> names = services_of(plan);
  const auto check = [&](std::size_t s, const std::string& of_what, Bytes both, Bytes copy, Bytes there) {
    if (both <= there) return;
    throw InfeasibleError(
        "/updates/refresh",
        fmt::format(
            "{} needs {:.2f} GiB of {}, {:.2f} of them for the new version while the old one still answers, and "
            "{} has {:.2f}; use more shards, or a platform with more",
            s == 0 ? "the main shard" : "shard " + in_quotes(names[s]), gib_of(both), of_what, gib_of(copy),
            in_quotes(platforms[s]->name), gib_of(there)));
  };
  for (std::size_t s = 0; s < needed.size(); ++s) {
    check(s, "memory", needed[s] + copies[s], copies[s], platforms[s]->usable_memory());
    for (const auto& [name, bytes] : bytes_by_tier(placements_of(plan, s), model).tiers)
      check(s, "tier " + in_quotes(name), bytes + bytes, bytes,
            platforms[s]->tiers[*platforms[s]->tier_of(name)]->capacity);
  }
}

UpdateFacts update_facts(const ShardingPlan& plan, const Scenario& scenario, const Model& model) {
  UpdateFacts facts;
  if (scenario.updates->refresh) facts.copies = copies_of(plan, scenario, model);
  if (scenario.updates->writes) facts.writes = write_profile(plan, scenario, model);
  return facts;
}

// A service's replicas share its queries, and each has all its writes.
void note_writes(TableUse& use, const ShardingPlan& plan, const Scenario& scenario) {
  if (!scenario.updates || !scenario.updates->invalidates()) return;
  const RowUpdates& writes = *scenario.updates->writes;
  const std::optional<double> rate = rate_of_queries(scenario);
  if (!rate && scenario.serving.store->wants_rows()) return;
  if (!rate)
    throw ScenarioError("/updates/writes/cache",
                        "by formula, 'invalidate' has to know how many queries come between two batches, and in a "
                        "closed loop nothing says it beforehand: use 'cache_mode' 'exact', or 'refresh'");
  const double all = std::accumulate(use.lookups.begin(), use.lookups.end(), 0.0);
  for (const double lookups : use.lookups)
    use.written.push_back(all > 0 ? static_cast<double>(writes.rows) * lookups / all : 0);
  const std::vector<PoolView> pools = pools_of(scenario.cluster);
  for (const std::size_t pool : pool_by_service(scenario.cluster, services_of(plan)))
    use.batches.push_back(writes.rate.per_second * pools[pool].spec->replicas / *rate);
}

std::unique_ptr<Updater> updater_of(Simulation& sim, const Scenario& scenario, const Model& model,
                                    const ShardingPlan& plan, Network& network, Serving& serving) {
  if (!scenario.updates) return nullptr;
  return std::make_unique<Updater>(sim, *scenario.updates, model, plan, *scenario.serving.store,
                                   update_facts(plan, scenario, model), network, serving, scenario.seed,
                                   scenario.replication);
}

}  // namespace shardsim
