// SPDX-License-Identifier: Apache-2.0
#include "experiment/tiering.hpp"

#include <algorithm>

#include "experiment/updating.hpp"
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

Bytes memory_on(const Platform& platform, const std::vector<Placement>& placements, const Scenario& scenario,
                const Model& model) {
  const StoreSpec& store = *scenario.serving.store;
  return memory_of(placements, model, store, tiered_tables(placements, model, platform, {}));
}

// The least share of the bytes that has to leave memory, to a thousandth of a percent.
double least_share(const Platform& platform, const std::function<std::vector<Placement>(double)>& moved, Bytes more,
                   const Scenario& scenario, const Model& model) {
  const auto fits = [&](double share) {
    return memory_on(platform, moved(share), scenario, model) + more <= platform.usable_memory();
  };
  if (fits(0)) return 0;
  if (!fits(1)) return 1;
  double least = 0;
  double enough = 1;
  constexpr double kClose = 1e-5;
  while (enough - least > kClose) (fits((least + enough) / 2) ? enough : least) = (least + enough) / 2;
  return enough;
}

ScenarioError no_such_tier(const std::string& pointer, const std::string& tier, const Platform& platform) {
  std::vector<std::string> names;
  for (const Choice<TierSpec>& spec : platform.tiers) names.push_back(spec->name);
  return {pointer, fmt::format("platform {} has no tier {}{}", in_quotes(platform.name), in_quotes(tier),
                               names.empty() ? "; it has no tiers" : suggestion(tier, names))};
}

void check_nets(const Offload& what, const Model& model) {
  std::vector<std::string> known;
  for (const Net& net : model.nets) known.push_back(net.name);
  for (std::size_t i = 0; what.nets && i < what.nets->size(); ++i)
    if (const std::string& name = (*what.nets)[i]; std::find(known.begin(), known.end(), name) == known.end())
      throw ScenarioError(fmt::format("/offload/nets/{}", i),
                          fmt::format("the model has no net {}{}", in_quotes(name), suggestion(name, known)));
}

}  // namespace

std::vector<const Platform*> platforms_of(const Cluster& cluster, const ShardingPlan& plan) {
  const std::vector<PoolView> pools = pools_of(cluster);
  std::vector<const Platform*> out;
  for (const std::size_t pool : pool_by_service(cluster, services_of(plan))) out.push_back(&pools[pool].spec->platform);
  return out;
}

void offload(ShardingPlan& plan, const Scenario& scenario, const Model& model, const LookupProfile& profile) {
  if (!scenario.offload) return;
  const Offload& what = *scenario.offload;
  check_nets(what, model);
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  const auto has_it = [&](const Platform* p) { return p->tier_of(what.tier).has_value(); };
  if (std::none_of(platforms.begin(), platforms.end(), has_it))
    throw no_such_tier("/offload/tier", what.tier, *platforms.back());
  for (std::size_t s = 0; s < platforms.size(); ++s) {
    std::vector<Placement>& placements = placements_of(plan, s);
    if (!has_it(platforms[s]) || placements.empty()) continue;
    const std::vector<double> loads =
        estimated_loads(placements, {model, {}, 1, scenario.seed, &profile}, kSampledQueries);
    const auto moved = [&](double share) { return what.apply(placements, loads, model, share); };
    const Bytes more =
        s == 0 ? model.dense_bytes() + near_cache_bytes(scenario.serving.near_cache, plan, model) : Bytes{};
    const double share = what.share ? what.share->of_one : least_share(*platforms[s], moved, more, scenario, model);
    placements = moved(share);
  }
}

namespace {

// Behind a near cache come other rows than queries ask for, and only row by row it is known which.
void check_near_cache(const ShardingPlan& plan, const ServingSpec& serving) {
  if (!serving.near_cache || (serving.near_cache->is_exact() && serving.store->wants_rows())) return;
  for (const PlannedShard& shard : plan.shards)
    if (has_tiers(shard.tables))
      throw ScenarioError(
          std::string(kNearCache) + "/cache_mode",
          fmt::format("shard {} has rows in another tier, and which of them are still asked for is only known row by "
                      "row; expected 'exact' here and in 'serving.store' of type 'cached'",
                      in_quotes(shard.name)));
}

// A cache that is larger than all that could ever be in it is a mistake.
void check_cache(const Platform& platform, const StoreSpec& store) {
  Bytes tiers;
  for (const Choice<TierSpec>& tier : platform.tiers) tiers += tier->capacity;
  const std::optional<Bytes> cache = store.cache_capacity();
  if (cache && *cache > tiers)
    throw ScenarioError("/serving/store/capacity",
                        fmt::format("found {}; expected at most {}, the capacity of the tiers of platform {}",
                                    to_text(*cache), to_text(tiers), in_quotes(platform.name)));
}

}  // namespace

void check_tiers(const ShardingPlan& plan, const Scenario& scenario, const Model& model) {
  if (!has_tiers(plan)) return;
  check_near_cache(plan, scenario.serving);
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  for (std::size_t s = 0; s < platforms.size(); ++s) {
    const std::string place = s == 0 ? "/sharding/plan/main" : fmt::format("/sharding/plan/shards/{}/tables", s - 1);
    const std::vector<Placement>& placements = placements_of(plan, s);
    std::map<std::string, std::string> tier_of;  // of a table's parts here
    for (std::size_t i = 0; i < placements.size(); ++i) {
      if (!placements[i].tier) continue;
      const std::string pointer = fmt::format("{}/{}/tier", place, i);
      const std::string& tier = *placements[i].tier;
      if (!platforms[s]->tier_of(tier)) throw no_such_tier(pointer, tier, *platforms[s]);
      if (const std::string& other = tier_of.emplace(placements[i].table, tier).first->second; other != tier)
        throw ScenarioError(pointer, fmt::format("is {}, and another part of table {} on this server is in {}; what is "
                                                 "not in memory belongs in one tier",
                                                 in_quotes(tier), in_quotes(placements[i].table), in_quotes(other)));
    }
    const std::map<std::string, Bytes> tiers = bytes_by_tier(placements, model).tiers;
    if (!tiers.empty()) check_cache(*platforms[s], *scenario.serving.store);
    for (const auto& [name, bytes] : tiers) {
      const Bytes capacity = platforms[s]->tiers[*platforms[s]->tier_of(name)]->capacity;
      constexpr double kGiB = 1 << 30;
      if (bytes > capacity)
        throw InfeasibleError(
            "/sharding", fmt::format("{} needs {:.2f} GiB of tier {} and {} has {:.2f}; use more shards, or keep more "
                                     "in memory",
                                     s == 0 ? "the main shard" : "shard " + in_quotes(plan.shards[s - 1].name),
                                     static_cast<double>(bytes.count) / kGiB, in_quotes(name),
                                     in_quotes(platforms[s]->name), static_cast<double>(capacity.count) / kGiB));
    }
  }
}

TableUse table_use(const Scenario& scenario, const Model& model, const ShardingPlan& plan) {
  const bool of_tiers = has_tiers(plan) && scenario.serving.store->wants_laws();
  if (!of_tiers && !scenario.serving.near_cache && !scenario.serving.executor->wants_use()) return {};
  TableUse use;
  use.lookups = lookup_profile(scenario, model)->lookups(kSampledQueries);
  for (const PlacedTable& placed : tables_of(model)) {
    const Table& table = *placed.table;
    const Popularity* popularity = table.popularity.has_value() ? &*table.popularity : nullptr;
    if (popularity == nullptr && scenario.traffic.rows) popularity = &*scenario.traffic.rows->popularity;
    use.laws.push_back(popularity == nullptr ? nullptr : popularity->over(table.rows));
  }
  const Traffic& traffic = scenario.traffic;
  const auto one_row_bags = [&](const Table& table) {
    const bool varies = traffic.lookup_factor.has_value() && table.shares_factor;
    return table.pooling->is_constant() && table.pooling->mean() == 1 && !varies && !traffic.arrivals->recorded();
  };
  for (const PlacedTable& placed : tables_of(model)) use.one_row_bags.push_back(one_row_bags(*placed.table));
  use.scattered = scenario.traffic.arrivals->trace() == std::nullopt && scenario.traffic.rows &&
                  scenario.traffic.rows->order == RowOrder::scattered;
  note_writes(use, plan, scenario);
  return use;
}

std::vector<Bytes> memory_by_service(const ShardingPlan& plan, const Scenario& scenario, const Model& model) {
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  std::vector<Bytes> out;
  for (std::size_t s = 0; s < platforms.size(); ++s) {
    out.push_back(memory_on(*platforms[s], placements_of(plan, s), scenario, model));
    if (s == 0) out.back() += model.dense_bytes() + near_cache_bytes(scenario.serving.near_cache, plan, model);
  }
  return out;
}

}  // namespace shardsim
