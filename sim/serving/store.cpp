// SPDX-License-Identifier: Apache-2.0
#include "serving/store.hpp"

namespace shardsim {

std::vector<std::vector<TieredTable>> tiered_by_service(const ShardingPlan& plan, const Model& model,
                                                        const std::vector<const Platform*>& platforms,
                                                        const StoreSpec& store, const TableUse& use) {
  std::vector<std::vector<TieredTable>> out;
  for (std::size_t s = 0; s < platforms.size(); ++s) {
    std::vector<TieredTable>& tables =
        out.emplace_back(tiered_tables(placements_of(plan, s), model, *platforms[s], use));
    for (TieredTable& t : tables) t.batches = use.batches.empty() ? 0 : use.batches[s];
    store.expect_hits(tables);
  }
  return out;
}

Bytes memory_of(const std::vector<Placement>& placements, const Model& model, const StoreSpec& store,
                std::span<const TieredTable> tiered) {
  const PlacedBytes placed = bytes_by_tier(placements, model);
  return placed.memory + Bytes{placed.rows_in_memory * store.row_overhead().count} + store.cache_bytes(tiered);
}

}  // namespace shardsim
