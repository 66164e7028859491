// SPDX-License-Identifier: Apache-2.0
// Hit ratios by formula where rows are written while they are in a cache, which then drops them. The lookups of a query
// come at one moment, and so do the rows of a batch that is written: what counts for a row are the queries that look it
// up at all, and the batches that have it. Both come at random moments, independently. Derived here, in the manner of
// Che's approximation: a stay ends with its characteristic time or with the first write. Time is counted in queries.
#pragma once

#include "caches/cache_policy.hpp"
#include "caches/hit_model.hpp"

namespace shardsim {

/// How often a row is looked up and written, for each query.
struct RowChanges {
  double lookups = 0;
  double queries = 0;  ///< that look it up: of n lookups in its table, any is of the row with 1 - (1 - share)^n
  double writes = 0;   ///< batches that have it, likewise

  /// Share of the time in which it is there, if nothing else drops it: its last change was a query's.
  double most_present() const { return writes > 0 ? queries / (queries + writes) : 1; }
  /// Hits by lookups of a row that is there for that share of the time. A query finds it as any other moment does; of
  /// its lookups only the first can miss.
  double hit_ratio(double present) const { return 1 - queries / lookups * (1 - present); }
};
/// Of a row that has `share`, more than 0, of its table's lookups.
RowChanges changes_of(const CachedTable& table, double share);

/// Share of the time in which a row is there: `queries` look it up and `writes` batches have it, expected within a
/// characteristic time. Without writes these are the hits of hit_model.hpp, of x = queries and one miss.
///   lru    its last change was a query, and within the time: q / (q + w) (1 - e^-(q + w))
///   fifo   it stays until the time's end or the first write: h / (h + 1), h = q (1 - e^-w) / w queries a stay
///   clock  the same by rounds of the hand: h = q (1 - e^-w) / w / (1 - e^-w (1 - e^-q))
double lru_present(double queries, double writes);
double fifo_present(double queries, double writes);
double clock_present(double queries, double writes);

/// Whether rows of any of them are written.
bool is_written(std::span<const BandedTable> tables);

/// characteristic_hits(); no formula where rows are written and have to miss twice to be taken in.
HitRatios hits_of_stays(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model);

/// Hits by lookups of the first `rows` rows of each table, which keep their places for ever. A row that was written is
/// missed once.
std::vector<double> kept_hits(std::span<const BandedTable> tables, const std::vector<std::int64_t>& rows);

}  // namespace shardsim
