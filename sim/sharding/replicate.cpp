// SPDX-License-Identifier: Apache-2.0
#include "sharding/replicate.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

namespace shardsim {
namespace {

struct Original {
  std::size_t shard;
  std::size_t placement;  // its position there
  Bytes bytes;
  Bytes memory;  // that a copy takes
  double load;
};

// What may get copies.
std::vector<Original> originals_of(const ShardingPlan& plan, const ShardsAtHand& shards, const Model& model) {
  std::map<std::string, const Table*> tables;
  for (const PlacedTable& t : tables_of(model)) tables[t.table->name] = t.table;
  std::vector<Original> out;
  for (std::size_t s = 0; s < plan.shards.size(); ++s)
    for (std::size_t i = 0; i < plan.shards[s].tables.size(); ++i) {
      const Placement& p = plan.shards[s].tables[i];
      if (p.parts > 1 || p.copies > 1 || shards.loads[s][i] <= 0) continue;
      const Table& table = *tables.at(p.table);
      const std::int64_t in_memory = rows_of(table, p) - rows_elsewhere(table, p);
      out.push_back({s,
                     i,
                     bytes_of(table, p),
                     {in_memory * (row_bytes_of(table, p) + shards.row_overhead).count},
                     shards.loads[s][i]});
    }
  return out;
}

void sort_by_use(std::vector<Original>& originals, bool for_their_bytes) {
  std::stable_sort(originals.begin(), originals.end(), [&](const Original& a, const Original& b) {
    if (!for_their_bytes) return a.load > b.load;
    return a.load * static_cast<double>(b.bytes.count) > b.load * static_cast<double>(a.bytes.count);
  });
}

// The shards of a plan, filled with copies.
class Filling {
 public:
  explicit Filling(const ShardsAtHand& shards) : room_(shards.room) {
    for (const std::vector<double>& loads : shards.loads)
      loads_.push_back(std::accumulate(loads.begin(), loads.end(), 0.0));
  }

  /// Those that have room for a copy, the one with the fewest lookups first.
  std::vector<std::size_t> others(const Original& c) const {
    std::vector<std::size_t> out;
    for (std::size_t s = 0; s < room_.size(); ++s)
      if (s != c.shard && c.memory <= room_[s]) out.push_back(s);
    std::stable_sort(out.begin(), out.end(), [this](std::size_t a, std::size_t b) { return loads_[a] < loads_[b]; });
    return out;
  }
  void place(const Original& c, const std::vector<std::size_t>& others) {
    const double each = c.load / static_cast<double>(others.size() + 1);
    loads_[c.shard] -= c.load - each;
    for (const std::size_t s : others) {
      loads_[s] += each;
      room_[s].count -= c.memory.count;
    }
  }

 private:
  std::vector<Bytes> room_;
  std::vector<double> loads_;
};

}  // namespace

ShardingPlan Replicate::apply(const ShardingPlan& plan, const ShardsAtHand& shards, const Model& model) const {
  ShardingPlan out = plan;
  std::vector<Original> originals = originals_of(plan, shards, model);
  sort_by_use(originals, share.has_value());
  const double all_bytes = static_cast<double>(model.table_bytes().count);
  double budget = share ? share->of_one * all_bytes : std::numeric_limits<double>::infinity();
  int left = tables.value_or(std::numeric_limits<int>::max());
  Filling filling(shards);
  for (const Original& c : originals) {
    if (left == 0) break;
    std::vector<std::size_t> others = filling.others(c);
    const std::size_t wanted = copies ? static_cast<std::size_t>(*copies) - 1 : others.size();
    const double bytes = static_cast<double>(wanted) * static_cast<double>(c.bytes.count);
    if (wanted == 0 || others.size() < wanted || bytes > budget) continue;
    others.resize(wanted);
    filling.place(c, others);
    budget -= bytes;
    --left;
    Placement& first = out.shards[c.shard].tables[c.placement];
    first.copies = static_cast<int>(wanted) + 1;
    for (const std::size_t s : others) out.shards[s].tables.push_back(first);
  }
  return out;
}

template <>
void describe(Describe<Replicate>& d) {
  d.object("replicate", "copies of hot tables on further sparse shards; a batch asks one of those that hold a table");
  d.optional("share", &Replicate::share,
             "of the bytes of all tables: the most that copies take beside them; tables with most lookups a byte first")
      .more_than(Share{0});
  d.optional("tables", &Replicate::tables,
             "the most tables that get copies; where there is no 'share', those with most lookups")
      .at_least(1);
  d.optional("copies", &Replicate::copies,
             "of each such table, with its first one; left out: one on every sparse shard that has room")
      .at_least(2);
  d.check([](const Replicate& r) -> std::optional<Complaint> {
    if (!r.share && !r.tables) return Complaint{"share", "is missing: give 'share', 'tables' or both"};
    return std::nullopt;
  });
}

}  // namespace shardsim
