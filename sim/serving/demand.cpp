// SPDX-License-Identifier: Apache-2.0
#include "serving/demand.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/normal.hpp"
#include "serving/spec.hpp"
#include "workload/walk.hpp"

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

template <typename T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Bytes asked_bytes(std::int64_t lookups, std::int64_t rows, std::int64_t bags, bool deduplicated) {
  constexpr std::int64_t kPosition = 4;  // of a lookup in the list of distinct rows
  return index_bytes(rows, bags) + Bytes{deduplicated ? kPosition * lookups : 0};
}

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
                         const std::vector<std::vector<TieredTable>>& tiered, const ServingSpec& spec,
                         std::uint64_t seed, std::uint32_t replication)
    : nets_(model.nets.size()),
      targets_(plan.shards.size() + 1),
      scratch_(targets_),
      deduplicate_(spec.dedup != Dedup::none),
      by_table_(spec.inter_op > 1 || spec.store->wants_tables()),
      rows_wanted_(spec.store->wants_rows()),
      seed_(seed),
      replication_(replication) {
  const bool all_in_memory =
      std::all_of(tiered.begin(), tiered.end(), [](const auto& tables) { return tables.empty(); });
  if (by_table_ || !all_in_memory) ops_.resize(targets_);
  std::map<std::string, Parts> parts_of;
  const auto place = [&](const std::vector<Placement>& placements, std::size_t target) {
    for (const Placement& p : placements) {
      Parts& parts = parts_of[p.table];
      parts.split_by = p.split_by;
      parts.split = p.split;
      parts.copies = p.copies > 1;
      if (parts.copies) {
        parts.target.push_back(target);
        continue;
      }
      parts.target.resize(static_cast<std::size_t>(p.parts));
      parts.target[static_cast<std::size_t>(p.part)] = target;
    }
  };
  place(plan.main, 0);
  for (std::size_t s = 0; s < plan.shards.size(); ++s) place(plan.shards[s].tables, s + 1);

  const auto tiered_at = [&](std::size_t target, std::size_t number) -> const TieredTable* {
    const auto same = [&](const TieredTable& t) { return t.number == number; };
    const auto it = std::find_if(tiered[target].begin(), tiered[target].end(), same);
    return it == tiered[target].end() ? nullptr : &*it;
  };
  // Any that asks the same of the same tier for a row.
  const auto first_like = [&](std::size_t target, const TieredTable& table) {
    const auto same = [&](const TieredTable& t) {
      return t.tier == table.tier && t.moved == table.moved && t.core_ps == table.core_ps &&
             t.elsewhere == table.elsewhere;
    };
    return &*std::find_if(tiered[target].begin(), tiered[target].end(), same);
  };
  std::vector<std::map<Kind, std::vector<std::uint32_t>>> alike(nets_.size());
  std::vector<std::map<Kind, FarGroup>> far_alike(nets_.size());
  for (const PlacedTable& placed : tables_of(model)) {
    const Table& table = *placed.table;
    const std::size_t number = per_item_.size();
    per_item_.push_back(table.per == Per::item ? 1 : 0);
    NetRoute& net = nets_[placed.net];
    const Parts& parts = parts_of.at(table.name);
    const Table held = parts.split == Split::columns ? slice_of(table, static_cast<int>(parts.target.size())) : table;
    CopiedTable copies;
    for (TableRoute& route : routes_of(number, table, parts)) {
      for (Kind& kind : route.kinds) {
        kind = kind_of(held, services[kind.target], kind.target, *spec.store);
        kind.tiered = tiered_at(kind.target, number);
        if (kind.target != 0) net.remote.push_back(kind.target);
      }
      Kind kind = route.kinds.front();
      if (parts.copies) {
        copies.push_back(std::move(route));
      } else if (deduplicate_ || by_table_ || wants_rows_of(route) || route.kinds.size() > 1) {
        net.tables.push_back(std::move(route));
      } else if (const TieredTable* t = kind.tiered; t != nullptr) {
        kind.tiered = first_like(kind.target, *t);
        far_alike[placed.net][kind].add(static_cast<std::uint32_t>(number), *t);
      } else {
        alike[placed.net][kind].push_back(static_cast<std::uint32_t>(number));
      }
    }
    if (!copies.empty()) net.copied.push_back(std::move(copies));
  }
  for (std::size_t n = 0; n < nets_.size(); ++n) {
    nets_[n].sizes = model.nets[n].rpc;
    nets_[n].asked.resize(targets_);
    sort_unique(nets_[n].remote);
    for (auto& [kind, numbers] : alike[n]) nets_[n].groups.push_back({kind, std::move(numbers)});
    for (auto& [kind, group] : far_alike[n]) {
      group.all.kind = kind;
      nets_[n].far_groups.push_back(std::move(group));
    }
    nets_[n].same_for_batches = nets_[n].tables.empty() && nets_[n].copied.empty() && nets_[n].far_groups.empty() &&
                                std::all_of(nets_[n].groups.begin(), nets_[n].groups.end(),
                                            [](const TableGroup& group) { return group.kind.per == Per::query; });
  }
  for (const Net& net : model.nets)
    if (net.bottom_mlp && !net.bottom_mlp->layers.empty()) dense_inputs_ += net.bottom_mlp->layers.front();
}

std::vector<bool> DemandModel::rows_matter() const {
  std::vector<bool> matter(per_item_.size(), deduplicate_);
  for (const NetRoute& net : nets_) {
    for (const TableRoute& route : net.tables)
      if (route.kinds.size() > 1 || wants_rows_of(route)) matter[route.number] = true;
    for (const CopiedTable& copies : net.copied)
      for (const TableRoute& route : copies)
        if (wants_rows_of(route)) matter[route.number] = true;
  }
  return matter;
}

const std::vector<Demand>& DemandModel::of_batch(const Query& query, std::size_t net, std::uint32_t batch, int first,
                                                 int last) {
  NetRoute& route = nets_[net];
  if (route.asked_by == query.id) return route.asked;
  work_out(route, query, batch, first, last);
  if (!route.same_for_batches) return scratch_;
  route.asked_by = query.id;
  std::swap(route.asked, scratch_);
  return route.asked;
}

void DemandModel::work_out(const NetRoute& route, const Query& query, std::uint32_t batch, int first, int last) {
  std::fill(scratch_.begin(), scratch_.end(), Demand{});
  std::fill(ops_.begin(), ops_.end(), nullptr);
  const ItemSlice items(query.items, first, last);
  for (const TableGroup& group : route.groups) add_group(group, query, items, [](std::size_t, std::int32_t) {});
  for (const FarGroup& group : route.far_groups) add_far_group(group, query, items);
  for (const TableRoute& table : route.tables) add_table(table, query, batch, first, last);
  if (!route.copied.empty()) add_copied(route.copied, query, batch, first, last);
  if (route.sizes)
    for (Demand& d : scratch_)
      if (d.lookups > 0) d.request = route.sizes->request, d.response = route.sizes->response;
}

template <class Each>
std::int64_t DemandModel::add_group(const TableGroup& group, const Query& query, const ItemSlice& items,
                                    const Each& each) {
  const bool per_item = group.kind.per == Per::item;
  std::int64_t lookups = 0;
  std::int32_t tables = 0;  // that the batch looks up anything in
  const auto count = [&](std::size_t i, std::int32_t n) {
    lookups += n;
    tables += n > 0 ? 1 : 0;
    each(i, n);
  };
  const std::vector<std::uint32_t>& numbers = group.numbers;
  if (per_item)
    for (std::size_t i = 0; i < numbers.size(); ++i) count(i, items.lookups_of(query.lookups[numbers[i]]));
  else
    for (std::size_t i = 0; i < numbers.size(); ++i) count(i, query.lookups[numbers[i]]);
  const Share share{lookups, lookups, per_item ? tables * items.items() : tables};
  add(group.kind, share,
      static_cast<double>(lookups) * group.kind.row.distinct_ps +
          static_cast<double>(share.bags) * group.kind.row.bag_ps +
          static_cast<double>(tables) * static_cast<double>(group.kind.measured.count()));
  return lookups;
}

void DemandModel::add_far_group(const FarGroup& group, const Query& query, const ItemSlice& items) {
  double misses = 0;
  const std::int64_t lookups =
      add_group(group.all, query, items, [&](std::size_t i, std::int32_t n) { misses += n * group.misses[i]; });
  const Kind& kind = group.all.kind;
  if (lookups > 0) note(kind, lookups, static_cast<double>(lookups) * kind.tiered->elsewhere, misses);
}

void DemandModel::add_table(const TableRoute& route, const Query& query, std::uint32_t batch, int first, int last) {
  const Per per = route.table->per;
  const std::int64_t lookups = query.lookups_in(route.number, per, first, last);
  if (lookups == 0) return;
  const std::int64_t bags = per == Per::item ? last - first : 1;
  const std::span<const std::int64_t> rows = query.rows_in(route.number, per, first, last);
  if (route.kinds.size() == 1)
    return add_part(route, 0, {lookups, deduplicate_ ? count_distinct(rows) : lookups, bags}, lookups, rows);
  shares_.assign(route.kinds.size(), {});
  if (rows.empty())
    split(route, query, batch, {lookups, lookups, bags});
  else
    split_rows(route, query, first, last);
  for (std::size_t h = 0; h < shares_.size(); ++h)
    if (shares_[h].lookups > 0)
      add_part(route, h, shares_[h], lookups, rows.empty() ? rows : std::span<const std::int64_t>(rows_of_holder_[h]));
}

void DemandModel::add_part(const TableRoute& route, std::size_t holder, const Share& share, std::int64_t all,
                           std::span<const std::int64_t> rows) {
  const Kind& kind = route.kinds[holder];
  const auto lookups = static_cast<double>(share.lookups);
  const auto distinct = static_cast<double>(share.distinct);
  const double ps = distinct * kind.row.distinct_ps + (lookups - distinct) * kind.row.duplicate_ps +
                    static_cast<double>(share.bags) * kind.row.bag_ps +
                    static_cast<double>(kind.measured.count()) * lookups / static_cast<double>(all);
  Demand& d = add(kind, share, ps);
  if (route.kinds.size() > 1) d.partial.count += share.bags * kind.vector.count;
  if (by_table_)
    note({route.number, share.lookups, share.distinct, ps, {share.distinct * kind.row.traffic.count}}, kind.target);
  if (kind.tiered == nullptr) return;
  if (deduplicate_ && rows_wanted_)
    rows = std::span<const std::int64_t>(sorted_).first(static_cast<std::size_t>(count_distinct(rows)));
  note(kind, share.distinct, rows);
}

Demand& DemandModel::add(const Kind& kind, const Share& share, double ps) {
  Demand& d = scratch_[kind.target];
  d.lookups += share.lookups;
  d.bags += share.bags;
  d.gather_ps += ps;
  d.traffic.count += share.distinct * kind.row.traffic.count;
  d.request += asked_bytes(share.lookups, share.distinct, share.bags, deduplicate_);
  d.response.count += share.bags * kind.vector.count;
  return d;
}

DemandModel::Kind DemandModel::kind_of(const Table& table, const ServiceSite& service, std::size_t target,
                                       const StoreSpec& store) {
  constexpr int kPooledElement = 4;  // pooled vectors are fp32 whatever the table stores
  const Bytes vector{std::int64_t{table.dim} * kPooledElement};
  if (table.time) return {target, table.per, vector, {}, *table.time};
  return {target, table.per, vector, store.costs(table, *service.platform), {}};
}

std::vector<DemandModel::TableRoute> DemandModel::routes_of(std::size_t number, const Table& table,
                                                            const Parts& parts) {
  if (parts.split == Split::columns || parts.copies) {
    std::vector<TableRoute> routes;
    for (const std::size_t target : parts.target)
      routes.push_back({number, &table, parts.split_by, {0}, {{target, table.per, {}, {}, {}}}});
    return routes;
  }
  TableRoute route{number, &table, parts.split_by, {}, {}};
  std::vector<std::size_t> holders = parts.target;
  sort_unique(holders);
  for (const std::size_t target : holders) route.kinds.push_back({target, table.per, {}, {}, {}});
  for (const std::size_t target : parts.target) {
    const auto it = std::lower_bound(holders.begin(), holders.end(), target);
    route.holder_of_part.push_back(static_cast<std::size_t>(it - holders.begin()));
  }
  return {std::move(route)};
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
      if (deduplicate_ || rows_wanted_) rows_of_holder_[holder].push_back(row);
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

void intrusive_ptr_release(const GatherOpList* list) {
  if (--list->holders == 0) delete list;
}

GatherOpList& DemandModel::ops_of(std::size_t target) {
  if (ops_[target] == nullptr) ops_[target] = new GatherOpList;
  return *ops_[target];
}

void DemandModel::note(const GatherOp& op, std::size_t target) { ops_of(target).ops.push_back(op); }

void DemandModel::note(const Kind& kind, std::int64_t lookups, std::span<const std::int64_t> rows) {
  const TieredTable& table = *kind.tiered;
  GatherOpList& list = ops_of(kind.target);
  if (rows_wanted_) {
    for (const std::int64_t row : rows) list.rows.push_back({static_cast<std::uint32_t>(table.number), row});
    return;
  }
  const double elsewhere = static_cast<double>(lookups) * table.elsewhere;
  note(kind, lookups, elsewhere, elsewhere * (1 - table.hit_ratio));
}

void DemandModel::note(const Kind& kind, std::int64_t lookups, double elsewhere, double misses) {
  const TieredTable& table = *kind.tiered;
  GatherOpList& list = ops_of(kind.target);
  const auto same = [&](const TierDemand& d) { return d.tier == table.tier; };
  auto it = std::find_if(list.tiers.begin(), list.tiers.end(), same);
  if (it == list.tiers.end()) it = list.tiers.insert(it, TierDemand{table.tier});
  it->lookups += lookups;
  it->elsewhere += elsewhere;
  it->misses += misses;
  it->moved += misses * static_cast<double>(table.moved.count);
  it->core_ps += misses * table.core_ps;
}

// What is looked up the second time and later is worked out on the way.
Bytes DemandModel::query_bytes(const Query& query) const {
  constexpr std::int64_t kDenseElement = 4;
  Bytes bytes{kDenseElement * dense_inputs_ * query.items};
  if (query.walk == nullptr) [[likely]]
    return bytes + lookup_bytes(query);
  for (const WalkedNet& walked : query.walk->nets)
    if (walked.repetition == 0) bytes += lookup_bytes(walked.asked);
  return bytes;
}

Bytes DemandModel::lookup_bytes(const Query& query) const {
  std::int64_t lookups = 0;
  std::int64_t looked_up = 0;  // tables
  std::int64_t per_item = 0;   // of them looked up per item
  for (std::size_t t = 0; t < per_item_.size(); ++t) {
    const int present = query.lookups[t] > 0 ? 1 : 0;
    lookups += query.lookups[t];
    looked_up += present;
    per_item += present & per_item_[t];
  }
  return index_bytes(lookups, per_item * query.items + looked_up - per_item);
}

}  // namespace shardsim
