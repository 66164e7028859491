// SPDX-License-Identifier: Apache-2.0
#include "serving/demand.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/normal.hpp"

namespace shardsim {
void split_evenly(std::int64_t n, std::vector<std::int64_t>& parts, RandomStream& random) {
  constexpr std::int64_t kOneByOne = 64;
  std::fill(parts.begin(), parts.end(), 0);
  if (n <= kOneByOne) {
    for (std::int64_t i = 0; i < n; ++i) ++parts[random.below(parts.size())];
    return;
  }
  std::int64_t left = n;
  for (std::size_t p = 0; p + 1 < parts.size(); ++p) {
    const double share = 1.0 / static_cast<double>(parts.size() - p);
    const double mean = static_cast<double>(left) * share;
    const double drawn = mean + std::sqrt(mean * (1 - share)) * standard_normal(random);
    parts[p] = std::clamp<std::int64_t>(std::llround(drawn), 0, left);
    left -= parts[p];
  }
  parts.back() = left;
}

DemandModel::DemandModel(const Model& model, const ShardingPlan& plan, const Cluster& cluster, std::uint64_t seed,
                         std::uint32_t replication)
    : nets_(model.nets.size()), targets_(plan.shards.size() + 1), seed_(seed), replication_(replication) {
  std::map<std::string, std::vector<std::size_t>> target_of;
  const auto place = [&](const std::vector<Placement>& placements, std::size_t target) {
    for (const Placement& p : placements) {
      std::vector<std::size_t>& parts = target_of[p.table];
      parts.resize(static_cast<std::size_t>(p.parts));
      parts[static_cast<std::size_t>(p.part)] = target;
    }
  };
  place(plan.main, 0);
  for (std::size_t s = 0; s < plan.shards.size(); ++s) place(plan.shards[s].tables, s + 1);

  const std::vector<PlacedTable> tables = tables_of(model);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const Table& table = *tables[t].table;
    NetRoute& net = nets_[tables[t].net];
    net.tables.push_back(route_of(t, table, target_of.at(table.name)));
    for (const std::size_t target : net.tables.back().holders)
      if (target != 0) net.remote.push_back(target);
    lookup_ps_.push_back(
        {lookup_ps(table, cluster.main.platform.lookup), lookup_ps(table, cluster.sparse.platform.lookup)});
  }
  for (NetRoute& net : nets_) {
    std::sort(net.remote.begin(), net.remote.end());
    net.remote.erase(std::unique(net.remote.begin(), net.remote.end()), net.remote.end());
  }
  for (const Net& net : model.nets)
    if (net.bottom_mlp && !net.bottom_mlp->layers.empty()) dense_inputs_ += net.bottom_mlp->layers.front();
}

const std::vector<Demand>& DemandModel::of_batch(const Query& query, std::size_t net, int batch, int first, int last) {
  scratch_.assign(targets_, Demand{});
  for (const TableRoute& route : nets_[net].tables) {
    const std::int64_t lookups = query.lookups_in(route.number, route.table->per, first, last);
    if (lookups == 0) continue;
    const std::int64_t bags = route.table->per == Per::item ? last - first : 1;
    if (route.holders.size() == 1)
      add(route, route.holders[0], lookups, lookups, bags);
    else
      add_split(route, query, batch, lookups, bags);
  }
  return scratch_;
}

DemandModel::TableRoute DemandModel::route_of(std::size_t number, const Table& table,
                                              const std::vector<std::size_t>& target_of_part) {
  TableRoute route{number, &table, {}, target_of_part};
  std::sort(route.holders.begin(), route.holders.end());
  route.holders.erase(std::unique(route.holders.begin(), route.holders.end()), route.holders.end());
  for (const std::size_t target : target_of_part) {
    const auto it = std::lower_bound(route.holders.begin(), route.holders.end(), target);
    route.holder_of_part.push_back(static_cast<std::size_t>(it - route.holders.begin()));
  }
  return route;
}

void DemandModel::add_split(const TableRoute& route, const Query& query, int batch, std::int64_t lookups,
                            std::int64_t bags) {
  part_lookups_.resize(route.holder_of_part.size());
  // A query's own bag is the same in each of its batches.
  const std::uint64_t slice = route.table->per == Per::item ? static_cast<std::uint64_t>(batch) : 0;
  RandomStream random(seed_, replication_, Purpose::row_parts, query.id, slice << 32 | route.number);
  split_evenly(lookups, part_lookups_, random);
  holder_lookups_.assign(route.holders.size(), 0);
  for (std::size_t p = 0; p < part_lookups_.size(); ++p) holder_lookups_[route.holder_of_part[p]] += part_lookups_[p];
  for (std::size_t h = 0; h < holder_lookups_.size(); ++h)  // nobody answers for more bags than it has rows of
    if (holder_lookups_[h] > 0)
      add(route, route.holders[h], holder_lookups_[h], lookups, std::min(bags, holder_lookups_[h]));
}

void DemandModel::add(const TableRoute& route, std::size_t target, std::int64_t lookups, std::int64_t all,
                      std::int64_t bags) {
  const Table& table = *route.table;
  Demand& d = scratch_[target];
  const auto n = static_cast<double>(lookups);
  d.lookups += lookups;
  d.bags += bags;
  if (table.time) {
    d.gather_ps += static_cast<double>(table.time->count()) * n / static_cast<double>(all);
  } else {
    d.gather_ps += n * lookup_ps_[route.number][target == 0 ? 0 : 1];
    d.traffic.count += lookups * lookup_traffic(table).count;
  }
  constexpr int kPooledElement = 4;  // pooled vectors are fp32 whatever the table stores
  const Bytes pooled{bags * table.dim * kPooledElement};
  d.pooled += pooled;
  if (route.holders.size() > 1) d.partial += pooled;
}

Bytes DemandModel::query_bytes(const Query& query) const {
  std::int64_t lookups = 0;
  std::int64_t bags = 0;
  for (const NetRoute& net : nets_)
    for (const TableRoute& t : net.tables) {
      if (query.lookups[t.number] == 0) continue;
      lookups += query.lookups[t.number];
      bags += t.table->per == Per::item ? query.items : 1;
    }
  constexpr std::int64_t kDenseElement = 4;
  return index_bytes(lookups, bags) + Bytes{kDenseElement * dense_inputs_ * query.items};
}

}  // namespace shardsim
