// SPDX-License-Identifier: Apache-2.0
// A cache at the main shard: what is found there is asked of nobody.
#pragma once

#include "serving/demand.hpp"
#include "serving/near_cache_spec.hpp"

namespace shardsim {

/// Who has rows of a table.
struct RowHolder {
  std::size_t target = 0;  ///< s + 1: sparse shard s
  double share = 0;        ///< of the rows
  RowCosts costs;          ///< there
  bool tiered = false;     ///< not all of them are in memory
};

/// A table, or a slice of its columns, as a near cache knows it.
struct NearTable {
  std::size_t number = 0;  ///< as in tables_of()
  std::size_t place = 0;   ///< among the cache's tables
  bool per_item = true;
  std::int64_t rows = 0;
  double hit_ratio = 0;  ///< expected: of its lookups, or of its bags
  SplitBy split_by = SplitBy::modulus;
  std::vector<std::size_t> holder_of_part;
  std::vector<RowHolder> holders;
  RowCosts near;        ///< of what the cache keeps, on the main shard
  Bytes vector;         ///< pooled
  Duration measured{};  ///< the operator's time, whatever its lookups; nothing where it is not known

  std::size_t holder_of(std::int64_t row) const {
    return holder_of_part[static_cast<std::size_t>(
        part_of_row(row, rows, static_cast<int>(holder_of_part.size()), split_by))];
  }
  bool is_whole() const { return holders.size() == 1; }
  std::int64_t lookups_of(const Query& query, const ItemSlice& items) const {
    return per_item ? items.lookups_of(query.lookups[number]) : query.lookups[number];
  }
  std::int64_t bags_of(const ItemSlice& items) const { return per_item ? items.items() : 1; }
};
struct NearNet {
  std::vector<NearTable> tables;
  std::optional<RpcSizes> sizes;
};

/// What the near caches of all replicas of the main shard have in common.
class NearTables {
 public:
  /// All named must outlive the object. `tiered`: by service, the tables that are not all in memory. Throws
  /// ScenarioError.
  NearTables(const ServingSpec& spec, const Model& model, const ShardingPlan& plan,
             const std::vector<ServiceSite>& services, const std::vector<std::vector<TieredTable>>& tiered,
             const TableUse& use);

  const NearCacheSpec& spec() const { return spec_; }
  bool keeps_rows() const { return spec_.kept == Kept::rows; }
  bool deduplicates() const { return deduplicates_; }
  /// Whether the stores of sparse shards want to know which rows of tables that are not all in memory.
  bool rows_wanted() const { return rows_wanted_; }
  const NearNet& net(std::size_t number) const { return nets_[number]; }
  std::size_t targets() const { return targets_; }
  /// What the cache is made for, and its bytes on each replica.
  const std::vector<TieredTable>& entries() const { return entries_; }
  Bytes bytes() const { return bytes_; }

  /// Adds the tables of which it matters which rows are looked up.
  void add_rows_matter(std::vector<bool>& matter) const;
  /// Core time of looking for all that items [first, last) of a query ask of sparse shards.
  Duration looking(const Query& query, int first, int last) const;

 private:
  const NearCacheSpec& spec_;
  std::vector<TieredTable> entries_;
  Bytes bytes_;
  std::vector<NearNet> nets_;
  std::size_t targets_;
  bool deduplicates_;
  bool rows_wanted_;
};

/// A slice of a query's items, for one net.
struct NetBatch {
  const Query& query;
  std::size_t net = 0;
  std::uint32_t number = 0;
  int first = 0;
  int last = 0;
};

/// The cache of one replica.
class NearCache {
 public:
  explicit NearCache(const NearTables& tables);
  NearCache(const NearCache&) = delete;
  NearCache& operator=(const NearCache&) = delete;
  virtual ~NearCache() = default;

  /// Looks for what a batch asks in a net, and takes in what is missing as the policy says. `asked`: its demands
  /// without the cache. Returns what is left to be asked of each target; that of target 0 has what was found added to
  /// it. Valid until the next call.
  const std::vector<Demand>& left_of(const std::vector<Demand>& asked, const NetBatch& batch, Time now);
  /// The operators of what is left for a sparse shard, after left_of(), once.
  GatherOps take_ops(std::size_t target) { return std::move(lists_[target]); }

  const NearTables& tables() const { return tables_; }
  const TierCounts& totals() const { return totals_; }

 protected:
  /// Turns `left_`, which is what was asked, into what is left, and `counts_` into what was looked for and found.
  virtual void look_up(const NetBatch& batch) = 0;

  const NearTables& tables_;
  std::vector<Demand> left_;                               // by target
  std::vector<boost::intrusive_ptr<GatherOpList>> lists_;  // the same; null where there is nothing to tell
  CacheCounts counts_;

 private:
  TierCounts totals_;
};

/// As the spec of `tables` says, which must outlive it: row by row, or by formula.
std::unique_ptr<NearCache> make_near_cache(const NearTables& tables, std::uint64_t seed, std::uint32_t replication);
std::unique_ptr<NearCache> exact_near_cache(const NearTables& tables);
std::unique_ptr<NearCache> analytic_near_cache(const NearTables& tables, std::uint64_t seed, std::uint32_t replication);

}  // namespace shardsim
