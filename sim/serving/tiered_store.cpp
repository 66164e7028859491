// SPDX-License-Identifier: Apache-2.0
#include "serving/tiered_store.hpp"

#include "engine/binomial.hpp"
#include "serving/prefetch.hpp"

namespace shardsim {

RowCosts memory_costs(const Table& table, const Platform& platform) {
  return {lookup_ps(table, platform.lookup), duplicate_ps(table, platform.lookup),
          static_cast<double>(platform.lookup.bag_time.count()), lookup_traffic(table)};
}

TieredStore::TieredStore(const StoreSetup& setup) : inter_op_(setup.inter_op) {
  if (!setup.tables.empty()) totals_.tiers.resize(setup.platform.tiers.size());
}

Slot::Working TieredStore::gather(Slot& slot, Server& server, const Demand& demand, const GatherOpList* ops) {
  if (ops != nullptr) [[unlikely]]
    return gather_seldom(slot, server, demand, *ops);
  return slot.gather(server, from_picoseconds(demand.gather_ps), demand.traffic);
}

[[gnu::noinline]] Slot::Working TieredStore::gather_seldom(Slot& slot, Server& server, const Demand& demand,
                                                           const GatherOpList& ops) {
  if (ops.all_in_memory()) return from_memory(slot, server, demand, ops);
  if (ops.ahead != nullptr)
    return slot.detour([&](std::coroutine_handle<> h) { await_and_gather(slot, {server, *this, demand, ops}, h); });
  return slot.detour([&](std::coroutine_handle<> h) { fetch_and_gather(slot, {server, *this, demand, ops}, h); });
}

void TieredStore::prefetch(Context& context, const Activity& activity, Server& server, const GatherOps& ops) {
  shardsim::prefetch(context, activity, server, *this, ops);
}

Slot::Working TieredStore::from_memory(Slot& slot, Server& server, const Demand& demand,
                                       const GatherOpList& ops) const {
  if (!ops.ops.empty()) return gather_by_tables(slot, server, ops);
  return slot.gather(server, from_picoseconds(demand.gather_ps), demand.traffic);
}

Slot::Working TieredStore::gather_by_tables(Slot& slot, Server& server, const GatherOpList& list) const {
  std::vector<Crew::Op> ops;
  for (const GatherOp& op : list.ops) ops.push_back({from_picoseconds(op.ps), op.traffic});
  return slot.run_crew(Step::gather, server, Work::sparse, std::move(ops), inter_op_);
}

void TieredStore::read(Fetch& fetch, const TierDemand& demand, std::int64_t misses) {
  if (misses == 0) return;
  const double share = static_cast<double>(misses) / demand.misses;
  fetch.asking += from_picoseconds(demand.core_ps * share);
  fetch.parts.push_back({demand.tier, {misses, Bytes{std::llround(demand.moved * share)}}});
}

void TieredStore::note(Time now, std::size_t tier, const CacheCounts& counts) {
  totals_.tiers[tier].all += counts;
  totals_.tiers[tier].over_time.add(now, counts);
}

// How many rows are elsewhere, and how many of these are missing, is drawn for all tables of a tier at once: each
// lookup has the mean of their chances.
Fetch TieredStore::look_up(const GatherOpList& list, Time now, RandomStream random) {
  Fetch fetch;
  for (const TierDemand& demand : list.tiers) {
    const std::int64_t elsewhere =
        binomial_number(random, demand.lookups, demand.elsewhere / static_cast<double>(demand.lookups));
    const std::int64_t misses = binomial_number(random, elsewhere, demand.misses / demand.elsewhere);
    note(now, demand.tier, {elsewhere, elsewhere - misses});
    read(fetch, demand, misses);
  }
  return fetch;
}

}  // namespace shardsim
