// SPDX-License-Identifier: Apache-2.0
#include "serving/near_cache.hpp"

#include <algorithm>

#include "serving/spec.hpp"
#include "serving/tiered_store.hpp"

namespace shardsim {
namespace {

// A pooled vector is taken like a row of so many elements.
RowCosts costs_of_vector(const Table& table, const Platform& platform) {
  Table vectors = table;
  vectors.dtype = ElementType::fp32;
  return memory_costs(vectors, platform);
}

bool is_tiered(std::size_t number, const std::vector<TieredTable>& tables) {
  return std::any_of(tables.begin(), tables.end(), [=](const TieredTable& t) { return t.number == number; });
}

void add_holders(NearTable& table, const RemoteTable& remote) {
  const int parts = static_cast<int>(remote.shard_of_part.size());
  for (int p = 0; p < parts; ++p) {
    const std::size_t target = remote.shard_of_part[static_cast<std::size_t>(p)] + 1;
    auto it = std::find_if(table.holders.begin(), table.holders.end(),
                           [&](const RowHolder& holder) { return holder.target == target; });
    if (it == table.holders.end()) it = table.holders.insert(it, RowHolder{target, 0, {}, false});
    it->share += static_cast<double>(part_rows(table.rows, p, parts)) / static_cast<double>(table.rows);
    table.holder_of_part.push_back(static_cast<std::size_t>(it - table.holders.begin()));
  }
}

}  // namespace

NearTables::NearTables(const ServingSpec& spec, const Model& model, const ShardingPlan& plan,
                       const std::vector<ServiceSite>& services, const std::vector<std::vector<TieredTable>>& tiered,
                       const TableUse& use)
    : spec_(*spec.near_cache),
      nets_(model.nets.size()),
      targets_(services.size()),
      deduplicates_(spec.dedup != Dedup::none),
      rows_wanted_(spec.store->wants_rows()) {
  std::vector<RemoteTable> tables = remote_tables(plan, model, use);
  expect_near_hits(spec_, tables, use);
  bytes_ = near_cache_bytes(spec_, tables);
  entries_ = near_entries(spec_, tables);
  for (std::size_t n = 0; n < nets_.size(); ++n) nets_[n].sizes = model.nets[n].rpc;
  for (std::size_t place = 0; place < tables.size(); ++place) {
    const RemoteTable& remote = tables[place];
    NearTable& table = nets_[remote.net].tables.emplace_back();
    table.number = remote.rows.number;
    table.place = place;
    table.per_item = remote.table.per == Per::item;
    table.rows = remote.rows.rows;
    table.hit_ratio = remote.rows.hit_ratio;
    table.split_by = remote.split_by;
    table.vector = remote.vector();
    table.measured = remote.table.time.value_or(Duration::zero());
    add_holders(table, remote);
    if (!remote.table.time)
      for (RowHolder& holder : table.holders)
        holder.costs = spec.store->costs(remote.table, *services[holder.target].platform);
    for (RowHolder& holder : table.holders) holder.tiered = is_tiered(table.number, tiered[holder.target]);
    const Platform& main = *services.front().platform;
    if (!keeps_rows())
      table.near = costs_of_vector(remote.table, main);
    else if (!remote.table.time)
      table.near = spec.store->costs(remote.table, main);
  }
}

void NearTables::add_rows_matter(std::vector<bool>& matter) const {
  if (!spec_.is_exact()) return;
  for (const NearNet& net : nets_)
    for (const NearTable& table : net.tables) matter[table.number] = true;
}

Duration NearTables::looking(const Query& query, int first, int last) const {
  if (spec_.lookup_time == Duration::zero()) return Duration::zero();
  const ItemSlice items(query.items, first, last);
  std::int64_t looked_for = 0;
  for (const NearNet& net : nets_)
    for (const NearTable& table : net.tables) {
      const std::int64_t lookups = table.lookups_of(query, items);
      looked_for += keeps_rows() ? lookups : std::min(lookups, table.bags_of(items));
    }
  return spec_.lookup_time * looked_for;
}

NearCache::NearCache(const NearTables& tables) : tables_(tables), left_(tables.targets()), lists_(tables.targets()) {}

const std::vector<Demand>& NearCache::left_of(const std::vector<Demand>& asked, const NetBatch& batch, Time now) {
  left_ = asked;
  counts_ = {};
  std::fill(lists_.begin(), lists_.end(), nullptr);
  look_up(batch);
  totals_.all += counts_;
  if (counts_.lookups > 0) totals_.over_time.add(now, counts_);
  if (const std::optional<RpcSizes>& sizes = tables_.net(batch.net).sizes)
    for (Demand& d : left_)
      if (d.lookups > 0) d.request = sizes->request, d.response = sizes->response;
  return left_;
}

std::unique_ptr<NearCache> make_near_cache(const NearTables& tables, std::uint64_t seed, std::uint32_t replication) {
  return tables.spec().is_exact() ? exact_near_cache(tables) : analytic_near_cache(tables, seed, replication);
}

}  // namespace shardsim
