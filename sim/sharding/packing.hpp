// SPDX-License-Identifier: Apache-2.0
// Shared by the strategies: cutting tables into pieces and filling shards with them.
#pragma once

#include <functional>
#include <span>

#include "sharding/strategy.hpp"

namespace shardsim {

/// What is placed as a whole: a table or a part of one.
struct Piece {
  std::size_t table = 0;  ///< number, as in tables_of()
  std::size_t net = 0;
  Placement placement;
  Bytes bytes;
  double load = 0;  ///< estimated lookups a query
};

/// All tables as pieces; a table larger than the strategy's limit is cut in as few equal parts as are not.
std::vector<Piece> pieces_of(const ShardedStrategy& strategy, const PlanningInput& input);

/// Lookups a query makes in each table, estimated from `samples` sampled queries: what a profiler would measure, not
/// the distribution's true mean. The input's profile is not looked at.
std::vector<double> estimated_lookups(const PlanningInput& input, int samples);

/// The share of the rows that each part of a table of `rows` rows holds.
std::vector<double> shares_of_rows(std::int64_t rows, int parts);

/// Lookups a query makes in each of these tables and parts of tables, by the input's profile or, without one, by the
/// model. In a part by columns that is all of the table's; in each of its copies, an equal share of them.
std::vector<double> estimated_loads(const std::vector<Placement>& placements, const PlanningInput& input, int samples);

/// Deals the rows of a table to all of `shards`. A table with fewer rows than shards goes whole to one of them: to
/// number `next`, which goes round, so that the first do not get them all.
void deal_rows(const Table& table, std::span<PlannedShard> shards, SplitBy split_by, std::size_t& next);

/// Largest first, each to the shard with the least weight so far (longest-processing-time rule); ties go to the shard
/// with fewer bytes, then to the first.
std::vector<PlannedShard> spread(std::vector<Piece> pieces, int shards,
                                 const std::function<double(const Piece&)>& weight);

/// Each shard with as many bytes as any other, as far as the pieces allow.
std::vector<PlannedShard> balanced_by_bytes(std::vector<Piece> pieces, int shards);

/// The same with lookups, as estimated_loads() has them.
std::vector<PlannedShard> balanced_by_load(std::vector<Piece> pieces, int shards, const PlanningInput& input,
                                           int samples);

/// Net-specific bin packing: pieces of one net together, the parts of a split table by themselves, first fit with the
/// least size limit for which the bins are no more than the shards. Throws InfeasibleError when nets and split tables
/// are more than the shards.
std::vector<PlannedShard> packed_by_net(std::vector<Piece> pieces, int shards);

/// Lookups a query makes in each table: by the input's profile or, without one, by the model.
std::vector<double> lookups_of(const PlanningInput& input, int samples);

/// Shards named sparse0, sparse1, ...
std::vector<PlannedShard> empty_shards(int count);

}  // namespace shardsim
