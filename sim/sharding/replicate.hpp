// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sharding/plan.hpp"

namespace shardsim {

/// What copies need to know of the sparse shards of a plan, by shard.
struct ShardsAtHand {
  std::vector<std::vector<double>> loads;  ///< lookups a query makes in each placement
  std::vector<Bytes> room;                 ///< memory that is left
  Bytes row_overhead;                      ///< memory that a row takes beside its bytes
};

/// Tables that a strategy has placed get copies on further sparse shards, so that batches can go where there is less to
/// do.
struct Replicate {
  std::optional<Share> share;  ///< of the bytes of all tables: the most that copies take beside them
  std::optional<int> tables;   ///< the most tables that get copies
  std::optional<int> copies;   ///< of each such table, with its first; empty: on every sparse shard that has room

  /// The plan with copies. Only tables that are whole and alone on a sparse shard get any; those first that have most
  /// lookups, for their bytes where there is a `share`. A copy goes to the shard that has the fewest lookups by then,
  /// of those with room; a table with room for too few copies gets none.
  ShardingPlan apply(const ShardingPlan& plan, const ShardsAtHand& shards, const Model& model) const;
};

template <>
void describe(Describe<Replicate>& d);

}  // namespace shardsim
