// SPDX-License-Identifier: Apache-2.0
// What came of tiers beside memory, and of the caches before them.
#pragma once

#include "config/json.hpp"
#include "serving/serving.hpp"

namespace shardsim {

/// The lookups of a service in tables of one tier.
struct CacheUse {
  std::string tier;
  TierCounts counts;
};

/// What is said for the tier of rows that a near cache saves asking for.
inline constexpr const char* kSparseShards = "sparse shards";

/// By tier; empty where the service has all in memory.
struct CacheUses {
  std::vector<CacheUse> tiers;
  /// Those of another replication.
  CacheUses& operator+=(const CacheUses& other);
};
CacheUses cache_uses(const Service& service);
Json figure_json(const CacheUses& uses);

/// What the tiers of a host did.
struct TierUse {
  std::string tier;
  TierTotals totals;
  double simulated_s = 0;
  double load_s = 0;
  double offered_load() const { return totals.busy_s / load_s; }
};
struct TierUses {
  std::vector<TierUse> tiers;
  TierUses& operator+=(const TierUses& other);
};
Json figure_json(const TierUses& uses);

/// Hits by lookups, with an interval from how unlike parts of a run are: the ratio estimator of Cochran, "Sampling
/// Techniques", 1977, 6.3, over the stretches of the run's last half, taken as independent.
struct HitRatio {
  double value = 0;
  double low = 0;
  double high = 0;
};
HitRatio late_hit_ratio(const CountsOverTime& over_time);

}  // namespace shardsim
