// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/tiers.hpp"

#include <cmath>

namespace shardsim {

CacheUses& CacheUses::operator+=(const CacheUses& other) {
  if (tiers.empty())
    tiers = other.tiers;
  else
    for (std::size_t i = 0; i < tiers.size(); ++i) tiers[i].counts += other.tiers[i].counts;
  return *this;
}

CacheUses cache_uses(const Service& service) {
  CacheUses out;
  for (const Replica& replica : service.replicas()) {
    CacheUses its;
    if (const CacheTotals* totals = replica.store->totals())
      for (std::size_t t = 0; t < totals->tiers.size(); ++t)
        its.tiers.push_back({replica.server->platform().tiers[t]->name, totals->tiers[t]});
    if (replica.near_cache != nullptr) its.tiers.push_back({kSparseShards, replica.near_cache->totals()});
    out += its;
  }
  return out;
}

HitRatio late_hit_ratio(const CountsOverTime& over_time) {
  const std::vector<CacheCounts>& counts = over_time.counts();
  const std::size_t first = counts.size() / 2;
  CacheCounts all;
  for (std::size_t i = first; i < counts.size(); ++i) all += counts[i];
  const double ratio = all.hit_ratio();
  double squares = 0;
  double used = 0;
  for (std::size_t i = first; i < counts.size(); ++i) {
    if (counts[i].lookups == 0) continue;
    const double off = static_cast<double>(counts[i].hits) - ratio * static_cast<double>(counts[i].lookups);
    squares += off * off;
    used += 1;
  }
  if (used < 2) return {ratio, 0, 1};
  constexpr double kQuantile = 1.96;  // of the normal distribution, for 95 %
  const double half = kQuantile * std::sqrt(squares * used / (used - 1)) / static_cast<double>(all.lookups);
  return {ratio, std::max(0.0, ratio - half), std::min(1.0, ratio + half)};
}

Json figure_json(const CacheUses& uses) {
  Json out = Json::array();
  for (const CacheUse& use : uses.tiers) {
    const TierCounts& counts = use.counts;
    const HitRatio late = late_hit_ratio(counts.over_time);
    Json over_time = Json::array();
    for (std::size_t i = 0; i < counts.over_time.counts().size(); ++i) {
      const CacheCounts& stretch = counts.over_time.counts()[i];
      if (stretch.lookups == 0) continue;
      over_time.push_back({{"from_s", static_cast<double>(i) * to_seconds(counts.over_time.stretch())},
                           {"lookups", stretch.lookups},
                           {"hit_ratio", stretch.hit_ratio()}});
    }
    out.push_back({{"tier", use.tier},
                   {"lookups", counts.all.lookups},
                   {"hits", counts.all.hits},
                   {"hit_ratio", counts.all.hit_ratio()},
                   {"late_hit_ratio", {{"value", late.value}, {"low", late.low}, {"high", late.high}}},
                   {"defaulted", counts.defaulted},
                   {"refused", counts.refused},
                   {"over_time", std::move(over_time)}});
  }
  return out;
}

TierUses& TierUses::operator+=(const TierUses& other) {
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    tiers[i].totals += other.tiers[i].totals;
    tiers[i].simulated_s += other.tiers[i].simulated_s;
    tiers[i].load_s += other.tiers[i].load_s;
  }
  return *this;
}

Json figure_json(const TierUses& uses) {
  Json out = Json::array();
  for (const TierUse& use : uses.tiers) {
    out.push_back(
        {{"name", use.tier},
         {"reads", use.totals.reads},
         {"read_bytes", use.totals.bytes.count},
         {"refused", use.totals.refused},
         {"reads_per_s", static_cast<double>(use.totals.reads) / use.simulated_s},
         {"offered_load", use.offered_load()},
         {"mean_wait_us", 1e6 * use.totals.waited_s / std::max<double>(1, static_cast<double>(use.totals.reads))}});
    if (use.totals.writes > 0) {
      out.back()["writes"] = use.totals.writes;
      out.back()["written_bytes"] = use.totals.written.count;
    }
  }
  return out;
}

}  // namespace shardsim
