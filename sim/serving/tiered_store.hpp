// SPDX-License-Identifier: Apache-2.0
// What stores have in common: gathering from memory, and counting what comes from elsewhere.
#pragma once

#include "serving/demand.hpp"

namespace shardsim {

/// Gathers from memory, and reads every row that is not there from its tier. Stores with a cache decide what misses.
class TieredStore : public Store {
 public:
  explicit TieredStore(const StoreSetup& setup);

  Slot::Working gather(Slot& slot, Server& server, const Demand& demand, const GatherOpList* ops) final;
  /// Of rows that are all in memory by now.
  Slot::Working from_memory(Slot& slot, Server& server, const Demand& demand, const GatherOpList& ops) const;
  void prefetch(Context& context, const Activity& activity, Server& server, const GatherOps& ops) final;
  Fetch look_up(const GatherOpList& list, Time now, RandomStream random) override;
  /// So many of the rows that look_up() wanted from a tier do not come.
  void note_refused(std::size_t tier, std::int64_t rows) { totals_.tiers[tier].refused += rows; }
  const CacheTotals* totals() const final { return totals_.tiers.empty() ? nullptr : &totals_; }

 protected:
  /// Adds to what is read: `misses` of `demand.lookups`, drawn or counted.
  static void read(Fetch& fetch, const TierDemand& demand, std::int64_t misses);
  void note(Time now, std::size_t tier, const CacheCounts& counts);
  CacheTotals totals_;

 private:
  Slot::Working gather_seldom(Slot& slot, Server& server, const Demand& demand, const GatherOpList& ops);
  Slot::Working gather_by_tables(Slot& slot, Server& server, const GatherOpList& list) const;
  int inter_op_;
};

/// What `prefetch` of a store says.
inline constexpr const char* kPrefetchDoc =
    "whether the main shard fetches the rows that a net needs of it while the net before runs; sparse shards are asked "
    "early with 'issue' 'eager'";

/// The costs of a row that is gathered from memory.
RowCosts memory_costs(const Table& table, const Platform& platform);

}  // namespace shardsim
