// SPDX-License-Identifier: Apache-2.0
// What a batch asks of each server: lookups, times and bytes, from the model, the plan and the query.
#pragma once

#include <algorithm>

#include "cluster/cluster.hpp"
#include "serving/store.hpp"
#include "sharding/plan.hpp"
#include "workload/query.hpp"

namespace shardsim {

/// What one batch asks of one server for one net.
struct Demand {
  std::int64_t lookups = 0;
  std::int64_t bags = 0;  ///< one for each table and item (or query)
  double gather_ps = 0;   ///< on one core of that server
  Bytes traffic;          ///< memory moved by the gather
  Bytes request;          ///< of an RPC: the rows that are asked for, or as the net says
  Bytes response;         ///< of an RPC: a vector for each bag, or as the net says
  Bytes partial;          ///< vectors that are only partial sums
};

/// Of the request of an RPC: `rows` that are asked for, of so many lookups once duplicates are removed, in so many
/// bags.
Bytes asked_bytes(std::int64_t lookups, std::int64_t rows, std::int64_t bags, bool deduplicated);

/// The gather of one table, or the part of it that a server holds: an operator of its own.
struct GatherOp {
  std::size_t table = 0;  ///< its number, as in tables_of()
  std::int64_t lookups = 0;
  std::int64_t distinct = 0;
  double ps = 0;  ///< on one core
  Bytes traffic;
};
/// What a gather asks of a tier other than memory, with its cache before it.
struct TierDemand {
  std::size_t tier = 0;      ///< number in the platform
  std::int64_t lookups = 0;  ///< in tables that are not all in memory
  double elsewhere = 0;      ///< of them, expected, those of rows that are in the tier
  double misses = 0;         ///< of these, expected, those that the cache does not answer
  double moved = 0;          ///< bytes that the tier moves for the misses
  double core_ps = 0;        ///< core time of reading them
};
struct Prefetch;

struct GatherOpList {
  std::vector<GatherOp> ops;                            ///< where somebody wants to know table by table
  boost::container::small_vector<TierDemand, 1> tiers;  ///< where tables are in other tiers
  std::vector<AskedRow> rows;                           ///< of these tables, in order, where the cache is exact
  mutable std::shared_ptr<Prefetch> ahead;              ///< where its rows are fetched before the gather begins
  mutable int holders = 0;

  bool all_in_memory() const { return tiers.empty() && rows.empty(); }
};
inline void intrusive_ptr_add_ref(const GatherOpList* list) { ++list->holders; }
void intrusive_ptr_release(const GatherOpList* list);

struct ServingSpec;
class Outstanding;

/// Works out demands. Target 0 is the main shard itself, target s + 1 is sparse shard s.
class DemandModel {
 public:
  /// `tiered`: by target, the tables that are not all in memory; they must outlive the object. Precondition: the plan
  /// places every table of the model.
  DemandModel(const Model& model, const ShardingPlan& plan, const std::vector<ServiceSite>& services,
              const std::vector<std::vector<TieredTable>>& tiered, const ServingSpec& spec, std::uint64_t seed,
              std::uint32_t replication);

  /// By table: whether it makes a difference which rows are looked up.
  std::vector<bool> rows_matter() const;

  std::size_t targets() const { return targets_; }
  /// Sparse shards that hold a table of the net, as targets.
  const std::vector<std::size_t>& remote_targets(std::size_t net) const { return nets_[net].remote; }

  /// Whether any table has copies; who asks for one then has its own view of what is outstanding.
  bool has_copies() const;
  /// What the caller of the next of_batch() waits for; it outlives that. Null, as at first: for nothing.
  void ask_beside(const Outstanding* outstanding) { outstanding_ = outstanding; }

  /// Demands of items [first, last) of a query, by target. The result is valid until the next call.
  const std::vector<Demand>& of_batch(const Query& query, std::size_t net, std::uint32_t batch, int first, int last);

  /// The operators of the demand of a target, after of_batch(), once.
  GatherOps take_ops(std::size_t target) { return ops_.empty() ? nullptr : std::move(ops_[target]); }

  /// Bytes of the message that carries a query.
  Bytes query_bytes(const Query& query) const;

 private:
  /// What decides what a lookup in a table means for the server that holds it.
  struct Kind {
    std::size_t target = 0;
    Per per = Per::item;
    Bytes vector;                         ///< pooled
    RowCosts row;                         ///< nothing where the operator's time is known
    Duration measured{};                  ///< the operator's time, whatever its lookups; nothing where it is not known
    const TieredTable* tiered = nullptr;  ///< where not all of it is in memory
    auto operator<=>(const Kind&) const = default;
  };
  /// Tables of a net that are alike, each whole on the same server.
  struct TableGroup {
    Kind kind;
    std::vector<std::uint32_t> numbers;
  };
  /// The same of tables that are not all in memory, in the same tier: what differs is how popular their rows are.
  struct FarGroup {
    TableGroup all;
    std::vector<double> misses;  ///< by table: rows that are in the tier and not in the cache, for a lookup

    void add(std::uint32_t number, const TieredTable& table) {
      all.numbers.push_back(number);
      misses.push_back(table.elsewhere * (1 - table.hit_ratio));
    }
  };
  /// A table that is looked at by itself: it is split, or its rows matter, or its operator.
  struct TableRoute {
    std::size_t number;
    const Table* table;
    SplitBy split_by;
    std::vector<std::size_t> holder_of_part;  ///< position in `kinds` of each part's server
    std::vector<Kind> kinds;                  ///< by holder of any of it

    std::size_t holder_of(std::int64_t row) const {
      return holder_of_part[static_cast<std::size_t>(
          part_of_row(row, table->rows, static_cast<int>(holder_of_part.size()), split_by))];
    }
  };
  /// A table with copies: a route for each of the servers that hold it, as if it were on no other.
  using CopiedTable = std::vector<TableRoute>;
  struct NetRoute {
    std::vector<TableGroup> groups;    ///< all in memory
    std::vector<FarGroup> far_groups;  ///< not all in memory
    std::vector<TableRoute> tables;    ///< in no group
    std::vector<CopiedTable> copied;   ///< nor these
    std::vector<std::size_t> remote;
    std::optional<RpcSizes> sizes;
    bool same_for_batches = false;          ///< each batch of a query asks the same: nothing is looked up per item
    std::vector<Demand> asked;              ///< then: what a query asked last
    std::optional<std::uint64_t> asked_by;  ///< and which query that was
  };

  /// What a batch has in one table, or the part of it that one server holds, or in several tables of a kind.
  struct Share {
    std::int64_t lookups = 0;
    std::int64_t distinct = 0;  ///< rows asked for: lookups less the duplicates that were removed
    std::int64_t bags = 0;
  };
  /// Where a table's parts are, or its copies.
  struct Parts {
    std::vector<std::size_t> target;
    SplitBy split_by = SplitBy::modulus;
    Split split = Split::rows;
    bool copies = false;
  };

  static Kind kind_of(const Table& table, const ServiceSite& service, std::size_t target, const StoreSpec& store);
  /// By holders of its rows; of a table that is split by columns, one for each part, which is as good as a table, and
  /// so is each copy.
  static std::vector<TableRoute> routes_of(std::size_t number, const Table& table, const Parts& parts);
  bool wants_rows_of(const TableRoute& route) const {
    return rows_wanted_ &&
           std::any_of(route.kinds.begin(), route.kinds.end(), [](const Kind& kind) { return kind.tiered != nullptr; });
  }
  GatherOpList& ops_of(std::size_t target);
  /// Notes what is asked of a tier; `rows`: which, where the store wants to know.
  void note(const Kind& kind, std::int64_t lookups, std::span<const std::int64_t> rows);
  /// The same where what misses is drawn: `elsewhere` and `misses` are expected of the lookups.
  void note(const Kind& kind, std::int64_t lookups, double elsewhere, double misses);
  /// Works out the demands of a batch, in `scratch_`.
  void work_out(const NetRoute& route, const Query& query, std::uint32_t batch, int first, int last);
  /// Returns its lookups; `each(i, n)` is called with those of its i-th table.
  template <class Each>
  std::int64_t add_group(const TableGroup& group, const Query& query, const ItemSlice& items, const Each& each);
  void add_far_group(const FarGroup& group, const Query& query, const ItemSlice& items);
  void add_table(const TableRoute& route, const Query& query, std::uint32_t batch, int first, int last);
  /// Of each table, one copy; which, is told where it is done. What else the batch asks has been added.
  void add_copied(const std::vector<CopiedTable>& tables, const Query& query, std::uint32_t batch, int first, int last);
  /// Adds `share` of the `all` lookups that a batch has in a table to what is asked of a holder, by its position.
  void add_part(const TableRoute& route, std::size_t holder, const Share& share, std::int64_t all,
                std::span<const std::int64_t> rows);
  /// Adds to what is asked of the kind's target; `ps`: the time of the gather.
  Demand& add(const Kind& kind, const Share& share, double ps);
  void note(const GatherOp& op, std::size_t target);
  /// Divides the batch's share of a table among its holders, in `shares_`: at random, or by the rows themselves.
  void split(const TableRoute& route, const Query& query, std::uint32_t batch, Share whole);
  void split_rows(const TableRoute& route, const Query& query, int first, int last);
  std::int64_t count_distinct(std::span<const std::int64_t> rows);
  /// Of the row numbers and offsets of a message that carries a query.
  Bytes lookup_bytes(const Query& query) const;

  std::vector<NetRoute> nets_;
  std::vector<std::uint8_t> per_item_;  // by table: 1 where it is looked up per item, else 0
  std::size_t targets_;
  std::vector<Demand> scratch_;
  std::vector<boost::intrusive_ptr<GatherOpList>> ops_;  // by target; empty where there is nothing to tell
  std::vector<std::int64_t> part_lookups_;
  std::vector<Share> shares_;  // by holder
  std::vector<std::vector<std::int64_t>> rows_of_holder_;
  std::vector<std::int64_t> sorted_;
  std::vector<bool> bag_of_;                                    // by holder: whether it has a row of the bag
  std::vector<std::pair<double, const CopiedTable*>> longest_;  // gathers of a batch in copies
  std::vector<double> ends_;                                    // by holder of a copy
  const Outstanding* outstanding_ = nullptr;
  bool deduplicate_;
  bool by_table_;     // somebody wants to know table by table
  bool rows_wanted_;  // of tables that are not all in memory
  std::int64_t dense_inputs_ = 0;
  std::uint64_t seed_;
  std::uint32_t replication_;
};

/// Splits `n` lookups of equally likely rows over the parts that `rows` rows are split in: a multinomial draw, by the
/// rows of each part, so a part without rows gets none. Up to 64 lookups are drawn one by one; more, part by part from
/// the normal approximation of the conditional binomial.
void split_by_rows(std::int64_t n, std::int64_t rows, std::vector<std::int64_t>& parts, RandomStream& random);

}  // namespace shardsim
