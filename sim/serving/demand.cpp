// SPDX-License-Identifier: Apache-2.0
#include "serving/demand.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/normal.hpp"
#include "serving/spec.hpp"

namespace shardsim {
namespace {

// A row number is 8 bytes, the offset of a bag 4 (TorchRec's KeyedJaggedTensor).
Bytes index_bytes(std::int64_t rows, std::int64_t bags) { return {8 * rows + 4 * bags}; }

// The share of bags of `size` lookups that have none of the `held` among `all` lookups: hypergeometric.
double missed(std::int64_t held, std::int64_t all, std::int64_t size) {
  double share = 1;
  for (std::int64_t i = 0; i < size && share > 1e-9; ++i)
    share *= std::max(0.0, static_cast<double>(all - held - i) / static_cast<double>(all - i));
  return share;
}

// Nobody answers for a bag that it has no row of: the bags, expected, that a holder of `held` of the lookups has some
// of, where the lookups are spread evenly over the bags.
std::int64_t bags_touched(std::int64_t held, std::int64_t all, std::int64_t bags) {
  if (held == 0) return 0;
  const std::int64_t larger = all % bags;  // bags with one lookup more
  const double touched = static_cast<double>(bags - larger) * (1 - missed(held, all, all / bags)) +
                         static_cast<double>(larger) * (1 - missed(held, all, all / bags + 1));
  return std::clamp<std::int64_t>(std::llround(touched), 1, std::min(held, bags));
}

}  // namespace

void split_by_rows(std::int64_t n, std::int64_t rows, std::vector<std::int64_t>& parts, RandomStream& random) {
  constexpr std::int64_t kOneByOne = 64;
  std::fill(parts.begin(), parts.end(), 0);
  const int count = static_cast<int>(parts.size());
  if (n <= kOneByOne) {
    // Parts hold as many rows however they are dealt; by range, the part follows from the height of the draw.
    for (std::int64_t i = 0; i < n; ++i) {
      const auto row = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(rows)));
      ++parts[static_cast<std::size_t>(part_of_row(row, rows, count, SplitBy::range))];
    }
    return;
  }
  std::int64_t left = n;
  std::int64_t rows_left = rows;
  for (std::size_t p = 0; p + 1 < parts.size() && rows_left > 0; ++p) {
    const std::int64_t held = part_rows(rows, static_cast<int>(p), count);
    const double share = static_cast<double>(held) / static_cast<double>(rows_left);
    rows_left -= held;
    const double mean = static_cast<double>(left) * share;
    const double drawn = mean + std::sqrt(mean * (1 - share)) * standard_normal(random);
    parts[p] = std::clamp<std::int64_t>(std::llround(drawn), 0, left);
    left -= parts[p];
  }
  // The last part that has rows takes what is left.
  parts[static_cast<std::size_t>(std::min<std::int64_t>(rows, count)) - 1] += left;
}

DemandModel::DemandModel(const Model& model, const ShardingPlan& plan, const std::vector<ServiceSite>& services,
                         const ServingSpec& spec, std::uint64_t seed, std::uint32_t replication)
    : nets_(model.nets.size()),
      tables_(tables_of(model).size()),
      targets_(plan.shards.size() + 1),
      deduplicate_(spec.deduplicate),
      seed_(seed),
      replication_(replication) {
  if (spec.inter_op > 1 || spec.store->wants_tables()) ops_.resize(targets_);
  const StoreSpec& store = *spec.store;
  std::map<std::string, Parts> parts_of;
  const auto place = [&](const std::vector<Placement>& placements, std::size_t target) {
    for (const Placement& p : placements) {
      Parts& parts = parts_of[p.table];
      parts.split_by = p.split_by;
      parts.target.resize(static_cast<std::size_t>(p.parts));
      parts.target[static_cast<std::size_t>(p.part)] = target;
    }
  };
  place(plan.main, 0);
  for (std::size_t s = 0; s < plan.shards.size(); ++s) place(plan.shards[s].tables, s + 1);

  const std::vector<PlacedTable> tables = tables_of(model);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const Table& table = *tables[t].table;
    NetRoute& net = nets_[tables[t].net];
    net.tables.push_back(route_of(t, table, parts_of.at(table.name)));
    for (const std::size_t target : net.tables.back().holders) {
      net.tables.back().costs.push_back(store.costs(table, *services[target].platform));
      if (target != 0) net.remote.push_back(target);
    }
  }
  for (NetRoute& net : nets_) {
    std::sort(net.remote.begin(), net.remote.end());
    net.remote.erase(std::unique(net.remote.begin(), net.remote.end()), net.remote.end());
  }
  for (const Net& net : model.nets)
    if (net.bottom_mlp && !net.bottom_mlp->layers.empty()) dense_inputs_ += net.bottom_mlp->layers.front();
}

std::vector<bool> DemandModel::rows_matter() const {
  std::vector<bool> matter(tables_, deduplicate_);
  for (const NetRoute& net : nets_)
    for (const TableRoute& route : net.tables)
      if (route.holders.size() > 1) matter[route.number] = true;
  return matter;
}

const std::vector<Demand>& DemandModel::of_batch(const Query& query, std::size_t net, std::uint32_t batch, int first,
                                                 int last) {
  scratch_.assign(targets_, Demand{});
  ops_.assign(ops_.size(), nullptr);
  for (const TableRoute& route : nets_[net].tables) {
    const Per per = route.table->per;
    const std::int64_t lookups = query.lookups_in(route.number, per, first, last);
    if (lookups == 0) continue;
    const std::int64_t bags = per == Per::item ? last - first : 1;
    const std::span<const std::int64_t> rows = query.rows_in(route.number, per, first, last);
    if (route.holders.size() == 1) {
      add(route, 0, {lookups, deduplicate_ ? count_distinct(rows) : lookups, bags}, lookups);
      continue;
    }
    shares_.assign(route.holders.size(), {});
    if (rows.empty())
      split(route, query, batch, {lookups, lookups, bags});
    else
      split_rows(route, query, first, last);
    for (std::size_t h = 0; h < shares_.size(); ++h)
      if (shares_[h].lookups > 0) add(route, h, shares_[h], lookups);
  }
  return scratch_;
}

DemandModel::TableRoute DemandModel::route_of(std::size_t number, const Table& table, const Parts& parts) {
  TableRoute route{number, &table, parts.split_by, {}, parts.target, {}};
  std::sort(route.holders.begin(), route.holders.end());
  route.holders.erase(std::unique(route.holders.begin(), route.holders.end()), route.holders.end());
  for (const std::size_t target : parts.target) {
    const auto it = std::lower_bound(route.holders.begin(), route.holders.end(), target);
    route.holder_of_part.push_back(static_cast<std::size_t>(it - route.holders.begin()));
  }
  return route;
}

void DemandModel::split(const TableRoute& route, const Query& query, std::uint32_t batch, Share whole) {
  part_lookups_.resize(route.holder_of_part.size());
  // A query's own bag is the same in each of its batches.
  const std::uint32_t slice = route.table->per == Per::item ? batch : 0;
  const StreamKey key = key_of_split(query.id, slice, route.number);
  RandomStream random(seed_, replication_, Purpose::row_parts, key.id, key.sub);
  split_by_rows(whole.lookups, route.table->rows, part_lookups_, random);
  for (std::size_t p = 0; p < part_lookups_.size(); ++p) shares_[route.holder_of_part[p]].lookups += part_lookups_[p];
  for (Share& share : shares_) {
    share.distinct = share.lookups;
    share.bags = bags_touched(share.lookups, whole.lookups, whole.bags);
  }
}

void DemandModel::split_rows(const TableRoute& route, const Query& query, int first, int last) {
  rows_of_holder_.resize(std::max(rows_of_holder_.size(), shares_.size()));
  for (std::size_t h = 0; h < shares_.size(); ++h) rows_of_holder_[h].clear();
  const bool per_item = route.table->per == Per::item;
  for (int item = per_item ? first : 0; item < (per_item ? last : 1); ++item) {
    bag_of_.assign(shares_.size(), false);
    for (const std::int64_t row : query.rows_in(route.number, route.table->per, item, item + 1)) {
      const std::size_t holder = route.holder_of(row);
      ++shares_[holder].lookups;
      if (!bag_of_[holder]) ++shares_[holder].bags;
      bag_of_[holder] = true;
      if (deduplicate_) rows_of_holder_[holder].push_back(row);
    }
  }
  for (std::size_t h = 0; h < shares_.size(); ++h)
    shares_[h].distinct = deduplicate_ ? count_distinct(rows_of_holder_[h]) : shares_[h].lookups;
}

std::int64_t DemandModel::count_distinct(std::span<const std::int64_t> rows) {
  sorted_.assign(rows.begin(), rows.end());
  std::sort(sorted_.begin(), sorted_.end());
  return std::unique(sorted_.begin(), sorted_.end()) - sorted_.begin();
}

void DemandModel::add(const TableRoute& route, std::size_t holder, Share share, std::int64_t all) {
  const Table& table = *route.table;
  const std::size_t target = route.holders[holder];
  Demand& d = scratch_[target];
  d.lookups += share.lookups;
  d.distinct += share.distinct;
  d.bags += share.bags;
  GatherOp op{route.number, share.lookups, share.distinct, 0, {}};
  if (table.time) {
    op.ps = static_cast<double>(table.time->count()) * static_cast<double>(share.lookups) / static_cast<double>(all);
  } else {
    const RowCosts& costs = route.costs[holder];
    op.ps = static_cast<double>(share.distinct) * costs.distinct_ps +
            static_cast<double>(share.lookups - share.distinct) * costs.duplicate_ps;
    op.traffic.count = share.distinct * costs.traffic.count;
  }
  d.gather_ps += op.ps;
  d.traffic += op.traffic;
  if (!ops_.empty()) note(op, target);
  constexpr int kPooledElement = 4;  // pooled vectors are fp32 whatever the table stores
  const Bytes pooled{share.bags * table.dim * kPooledElement};
  d.pooled += pooled;
  if (route.holders.size() > 1) d.partial += pooled;
}

void intrusive_ptr_release(const GatherOpList* list) {
  if (--list->holders == 0) delete list;
}

void DemandModel::note(const GatherOp& op, std::size_t target) {
  if (ops_[target] == nullptr) ops_[target] = new GatherOpList;
  ops_[target]->ops.push_back(op);
}

Bytes DemandModel::request_bytes(const Demand& demand) const {
  const Bytes message = index_bytes(demand.distinct, demand.bags);
  constexpr std::int64_t kPosition = 4;  // of a lookup in the list of distinct rows
  return deduplicate_ ? message + Bytes{kPosition * demand.lookups} : message;
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
