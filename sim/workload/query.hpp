// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/quantile_table.hpp"
#include "workload/bijection.hpp"
#include "workload/traffic.hpp"

namespace shardsim {

struct Walk;

/// What a query asks, a pure function of (seed, replication, id) and of what its arrival brought: the same under every
/// strategy and network.
struct Query {
  std::uint64_t id = 0;
  int items = 1;
  std::uint8_t kind = 0;  ///< its class, by number in `traffic.classes`
  /// By table, numbered as in tables_of(): lookups of all items together, or of the query for a table looked up per
  /// query. Zero where the feature is absent.
  std::vector<std::int32_t> lookups;
  /// Row numbers, table after table, each in the order of the items; empty unless rows matter.
  std::vector<std::int64_t> rows;
  /// By table: where its rows begin; one more for the end. A table whose rows do not matter has none.
  std::vector<std::size_t> first_row;
  /// Null where every query walks each net once, with all its items. Else lookups and rows are those of the first time
  /// that it walks each net.
  std::shared_ptr<const Walk> walk{};

  /// Number of the first lookup of item `item`: the query's lookups are spread evenly over its items.
  std::int64_t lookups_before(std::size_t t, int item) const { return std::int64_t{lookups[t]} * item / items; }

  /// Lookups of items [first, last) in table t.
  std::int32_t lookups_in(std::size_t t, Per per, int first, int last) const {
    if (per == Per::query) return lookups[t];
    return static_cast<std::int32_t>(lookups_before(t, last) - lookups_before(t, first));
  }
  /// Their rows; empty when they are not known.
  std::span<const std::int64_t> rows_in(std::size_t t, Per per, int first, int last) const {
    if (rows.empty() || first_row[t] == first_row[t + 1]) return {};
    const auto all = std::span(rows).subspan(first_row[t], first_row[t + 1] - first_row[t]);
    if (per == Per::query) return all;
    const auto begin = static_cast<std::size_t>(lookups_before(t, first));
    return all.subspan(begin, static_cast<std::size_t>(lookups_before(t, last)) - begin);
  }
};

/// The items [first, last) of a query, and how many of a table's lookups are theirs: as Query::lookups_in(), without a
/// division. Query::lookups_before() rounds x = lookups * item / items down. Here (lookups * item + 1/2) / items is
/// rounded down: it lies at least 1/2 / items off any whole number, which is more than what the two roundings of the
/// product with 1 / items can bring, 2 * 2^-53 * x, for x < 2^31 and up to 10^6 items.
class ItemSlice {
 public:
  ItemSlice(int items, int first, int last) : first_(first), last_(last), share_of_item_(1.0 / items) {}
  std::int32_t lookups_of(std::int32_t lookups) const { return before(lookups, last_) - before(lookups, first_); }
  std::int64_t items() const { return static_cast<std::int64_t>(last_ - first_); }

 private:
  std::int32_t before(double lookups, double item) const {
    return static_cast<std::int32_t>((lookups * item + 0.5) * share_of_item_);
  }
  double first_;
  double last_;
  double share_of_item_;
};

/// Makes queries.
class QueryStream {
 public:
  /// Model and traffic must outlive it. Throws ScenarioError where the trace and the model do not fit.
  QueryStream(const Model& model, const Traffic& traffic, std::uint64_t seed, std::uint32_t replication);

  /// Whether queries can carry rows at all.
  bool has_rows() const { return !samplers_.empty(); }
  /// By table: whether its rows are drawn; at first all, if has_rows(). Others are then left out, which changes nothing
  /// else.
  void draw_rows_of(const std::vector<bool>& tables);

  /// Throws InputError when what was recorded does not fit the model's tables.
  Query make(std::uint64_t id, const Arrival& arrival = {}) const;

 private:
  // A table whose lookups a query draws.
  struct DrawnTable {
    std::size_t number = 0;
    std::size_t place = 0;  ///< among those that are drawn
    const Distribution* pooling = nullptr;
    ScaledQuantiles quantiles;  ///< of the pooling
    double coverage = 1;
    bool per_item = false;
    bool shares_factor = false;
  };
  struct RowSource {
    std::shared_ptr<const RankSampler> sampler;
    bool wanted = true;
  };
  // A net with its tables.
  struct NetToWalk {
    std::size_t number = 0;
    const Net* net = nullptr;
    std::size_t first_table = 0;
    std::size_t end_table = 0;
  };
  static constexpr std::size_t kDrawn = static_cast<std::size_t>(-1);

  void sort_tables();
  ScaledQuantiles quantiles_of(const Distribution& pooling);
  void match_trace(const TraceHeader& header);
  void make_samplers();
  /// How much is looked up in a table; `word`: the first random word that may be used up for it.
  double pooled(const DrawnTable& table, std::uint64_t query, std::uint64_t word) const;
  int items_of(std::uint64_t id, const Arrival& arrival) const;
  std::uint8_t kind_of(std::uint64_t id) const;
  void draw_lookups(Query& query) const;
  void take_recorded(Query& query, const TraceRecord& record) const;
  void add_rows(Query& query, const TraceRecord* record) const;
  void note_nets(const Model& model);
  void walk(Query& query, const TraceRecord* record) const;
  void ask(Query& asked, const NetToWalk& net, const TraceRecord* record) const;

  std::vector<PlacedTable> tables_;
  std::vector<DrawnTable> drawn_;
  QuantileTables quantiles_;
  std::vector<std::int32_t> lookups_of_all_;  ///< by table: of any query; 0 where they are drawn
  const Traffic& traffic_;
  std::uint64_t seed_;
  std::uint32_t replication_;
  std::vector<std::size_t> recorded_as_;  ///< by table: its number in the trace, or kDrawn; empty without a trace
  bool recorded_rows_ = false;
  std::vector<RowSource> samplers_;  ///< by table; empty when only counts matter
  bool rows_wanted_ = true;          // of any table
  std::vector<Bijection> scatter_;
  std::vector<NetToWalk> nets_;  ///< in the order of the walk; empty where every query walks each net once
};

}  // namespace shardsim
