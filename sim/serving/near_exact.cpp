// SPDX-License-Identifier: Apache-2.0
// A near cache that knows what it has.
#include <algorithm>

#include "serving/near_cache.hpp"

namespace shardsim {
namespace {

class ExactNearCache final : public NearCache {
 public:
  explicit ExactNearCache(const NearTables& tables)
      : NearCache(tables), caches_(tables.spec().make(tables.entries(), tables.bytes(), kNearCache)) {}

 protected:
  void look_up(const NetBatch& batch) override {
    std::fill(left_.begin() + 1, left_.end(), Demand{});
    const ItemSlice items(batch.query.items, batch.first, batch.last);
    for (const NearTable& table : tables_.net(batch.net).tables) {
      const std::int64_t lookups = table.lookups_of(batch.query, items);
      if (lookups > 0) look_up(table, batch, lookups);
    }
  }

 private:
  // What of a table, in some of its bags, is gathered in one place.
  struct Part {
    std::int64_t lookups = 0;
    std::int64_t bags = 0;
    bool in_bag = false;             // of the bag that is looked at
    std::vector<std::int64_t> rows;  // where it matters which

    void clear() {
      lookups = bags = 0;
      rows.clear();
    }
    void add(std::int64_t row, bool keep) {
      ++lookups;
      in_bag = true;
      if (keep) rows.push_back(row);
    }
    void end_bag() {
      bags += in_bag ? 1 : 0;
      in_bag = false;
    }
  };

  void look_up(const NearTable& table, const NetBatch& batch, std::int64_t lookups) {
    found_.clear();
    if (parts_.size() < table.holders.size()) parts_.resize(table.holders.size());
    for (Part& part : parts_) part.clear();
    partly_ = 0;
    keep_ = tables_.deduplicates() || tables_.rows_wanted();
    const Query& query = batch.query;
    if (tables_.keeps_rows() && tables_.deduplicates())
      find_distinct(table, query.rows_in(table.number, per(table), batch.first, batch.last));
    std::int64_t empty = 0;
    for (int item = table.per_item ? batch.first : 0; item < (table.per_item ? batch.last : 1); ++item) {
      const std::span<const std::int64_t> bag = query.rows_in(table.number, per(table), item, item + 1);
      if (bag.empty())
        ++empty;
      else
        look_up_bag(table, bag);
    }
    add_found(table, lookups);
    for (std::size_t h = 0; h < table.holders.size(); ++h)
      if (parts_[h].lookups > 0) add_left(table, h, lookups, table.is_whole() ? empty : 0);
  }

  static Per per(const NearTable& table) { return table.per_item ? Per::item : Per::query; }

  bool find(const NearTable& table, std::int64_t entry) {
    ++counts_.lookups;
    const bool is_there = caches_[caches_.size() == 1 ? 0 : table.place]->access(table.place, entry);
    counts_.hits += is_there ? 1 : 0;
    return is_there;
  }

  // Each row of a batch is looked for once.
  void find_distinct(const NearTable& table, std::span<const std::int64_t> rows) {
    distinct_.assign(rows.begin(), rows.end());
    std::sort(distinct_.begin(), distinct_.end());
    distinct_.erase(std::unique(distinct_.begin(), distinct_.end()), distinct_.end());
    is_there_.clear();
    for (const std::int64_t row : distinct_) is_there_.push_back(find(table, row));
  }
  bool has(const NearTable& table, std::int64_t row) {
    if (!tables_.deduplicates()) return find(table, row);
    return is_there_[static_cast<std::size_t>(std::lower_bound(distinct_.begin(), distinct_.end(), row) -
                                              distinct_.begin())];
  }

  void look_up_bag(const NearTable& table, std::span<const std::int64_t> bag) {
    if (tables_.keeps_rows()) {
      for (const std::int64_t row : bag) (has(table, row) ? found_ : parts_[table.holder_of(row)]).add(row, keep_);
    } else if (find(table, number_of_bag(bag))) {
      found_.add(0, false);
    } else {
      for (const std::int64_t row : bag) parts_[table.holder_of(row)].add(row, keep_);
    }
    const auto asked = [](const Part& part) { return part.in_bag; };
    if (found_.in_bag && std::any_of(parts_.begin(), parts_.end(), asked)) ++partly_;
    found_.end_bag();
    for (Part& part : parts_) part.end_bag();
  }

  void add_found(const NearTable& table, std::int64_t all) {
    if (found_.lookups == 0) return;
    Demand& local = left_.front();
    add(local, table.near, found_);
    if (!tables_.keeps_rows()) return;
    local.gather_ps += measured(table, found_.lookups, all);
    local.partial.count += (table.is_whole() ? partly_ : found_.bags) * table.vector.count;
  }

  // `empty`: bags without a lookup, which go with the others.
  void add_left(const NearTable& table, std::size_t holder, std::int64_t all, std::int64_t empty) {
    Part& part = parts_[holder];
    part.bags += empty;
    const RowHolder& who = table.holders[holder];
    Demand& d = left_[who.target];
    const std::int64_t distinct = add(d, who.costs, part);
    d.gather_ps += measured(table, part.lookups, all);
    d.request += asked_bytes(part.lookups, distinct, part.bags, tables_.deduplicates());
    d.response.count += part.bags * table.vector.count;
    d.partial.count += (table.is_whole() ? partly_ : part.bags) * table.vector.count;
    if (who.tiered && tables_.rows_wanted()) note_rows(table, who.target, part);
  }

  // Returns how many rows are gathered, each once where duplicates are removed.
  std::int64_t add(Demand& demand, const RowCosts& costs, Part& part) const {
    std::int64_t distinct = part.lookups;
    if (tables_.deduplicates() && !part.rows.empty()) {
      std::sort(part.rows.begin(), part.rows.end());
      part.rows.erase(std::unique(part.rows.begin(), part.rows.end()), part.rows.end());
      distinct = static_cast<std::int64_t>(part.rows.size());
    }
    demand.lookups += part.lookups;
    demand.bags += part.bags;
    demand.gather_ps += static_cast<double>(distinct) * costs.distinct_ps +
                        static_cast<double>(part.lookups - distinct) * costs.duplicate_ps +
                        static_cast<double>(part.bags) * costs.bag_ps;
    demand.traffic.count += distinct * costs.traffic.count;
    return distinct;
  }
  static double measured(const NearTable& table, std::int64_t lookups, std::int64_t all) {
    return static_cast<double>(table.measured.count()) * static_cast<double>(lookups) / static_cast<double>(all);
  }

  void note_rows(const NearTable& table, std::size_t target, const Part& part) {
    if (lists_[target] == nullptr) lists_[target] = new GatherOpList;
    for (const std::int64_t row : part.rows)
      lists_[target]->rows.push_back({static_cast<std::uint32_t>(table.number), row});
  }

  std::vector<std::unique_ptr<RowCache>> caches_;  // one for all tables, or one for each
  // Of one table and batch:
  Part found_;
  std::vector<Part> parts_;  // by holder
  std::int64_t partly_ = 0;  // bags of which only some rows were found
  bool keep_ = false;        // it matters which rows are gathered where
  std::vector<std::int64_t> distinct_;
  std::vector<bool> is_there_;  // of these
};

}  // namespace

std::unique_ptr<NearCache> exact_near_cache(const NearTables& tables) {
  return std::make_unique<ExactNearCache>(tables);
}

}  // namespace shardsim
