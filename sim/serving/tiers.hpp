// SPDX-License-Identifier: Apache-2.0
// Tables of which not all rows are in memory.
#pragma once

#include <memory>
#include <span>

#include "cluster/cluster.hpp"
#include "model/popularity.hpp"
#include "sharding/plan.hpp"
#include "workload/bijection.hpp"

namespace shardsim {

/// What is known beforehand of how the tables of a model are used, by number of the table as in tables_of().
struct TableUse {
  std::vector<double> lookups;                           ///< a query
  std::vector<std::shared_ptr<const RankSampler>> laws;  ///< how popular rows are; null where nothing says it
  std::vector<bool> one_row_bags;                        ///< whether no bag has several lookups
  bool scattered = false;  ///< popular rows lie anywhere, as Bijection says; else row 0 is the most popular
  // Where caches drop rows that are written:
  std::vector<double> written = {};  ///< rows in a batch; empty where none are dropped
  std::vector<double> batches = {};  ///< by service: for each query that one of its replicas has a part in
};

/// A row that is looked up, or written, in a table with a tier.
struct AskedRow {
  std::uint32_t table;  ///< its number, as in tables_of()
  std::int64_t row;
};

/// A table, or the part of one that a server holds, with rows in a tier other than memory.
struct TieredTable {
  std::size_t number = 0;  ///< as in tables_of()
  std::string name;
  std::size_t tier = 0;                         ///< number in the server's platform
  std::int64_t rows = 0;                        ///< in the tier
  Bytes row;                                    ///< size of a row
  double elsewhere = 1;                         ///< share of the rows of the table or part that are in the tier
  double lookups = 0;                           ///< a query makes in these rows, as far as it is known
  std::shared_ptr<const RankSampler> law = {};  ///< of these rows; null where nothing says it
  Bytes moved = {};                             ///< by the tier, for a row
  double core_ps = 0;                           ///< of reading a row, beside gathering it
  std::optional<Bijection> rank_of_row = {};    ///< in the whole table; empty: a row's number is its rank
  double of_table = 1;                          ///< share of the table's rows that these are
  double hit_ratio = 0;  ///< of the lookups in these rows: expected, in an analytic cache before the tier
  double batches = 0;    ///< of rows that are written, for each query; a cache drops the rows
  double written = 0;    ///< of these rows, in such a batch

  /// Whether the row is one of those that are in memory: any of them, so that popular rows are as often among them.
  bool in_memory(std::int64_t row_number) const;
  /// Its rank among these rows, 0 the most popular, as nearly as evenly dealt ranks tell.
  std::int64_t rank_of(std::int64_t row_number) const;
};

/// The tables of a server that are not all in memory. Tables cut by rows hold any of them, so their most popular rows
/// are dealt evenly to the parts. Precondition: the platform has the tiers. `use` may be empty.
std::vector<TieredTable> tiered_tables(const std::vector<Placement>& placements, const Model& model,
                                       const Platform& platform, const TableUse& use);

}  // namespace shardsim
