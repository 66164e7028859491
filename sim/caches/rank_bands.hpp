// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/units.hpp"
#include "model/popularity.hpp"

namespace shardsim {

/// A table whose rows a cache may keep.
struct CachedTable {
  std::int64_t rows = 0;             ///< 1 .. 2^44
  Bytes row_bytes;                   ///< of a row in the cache, with the overhead of an entry; more than 0
  double lookups = 0;                ///< a query, or relative to the other tables; at least 0
  const RankSampler* law = nullptr;  ///< of its rows; outlives whoever is given the table
  double batches = 0;                ///< of rows that are written, for each query; a row in one is dropped
  double written = 0;                ///< rows of the table in such a batch, drawn by its law
};

/// Ranks that are asked for nearly alike.
struct RankBand {
  std::int64_t rows = 0;
  double share = 0;  ///< of the table's lookups, of all rows of the band together
  double each() const { return share / static_cast<double>(rows); }
};

/// The ranks 0 .. rows-1 in bands, so that a sum over 10^8 rows has some hundred terms. In a band no row is asked for
/// by more than an eighth more often than another, and then it is halved; or the band has less than 10^-7 of all
/// lookups. As a hit ratio is smooth in a row's share, and a band's mean is right, its error is of the second order:
/// below 10^-4.
std::vector<RankBand> rank_bands(const RankSampler& law, std::int64_t rows);

struct BandedTable {
  CachedTable table;
  std::vector<RankBand> bands;
};

std::vector<CachedTable> without_bands(std::span<const BandedTable> tables);
/// With the bands of each table; those that share a law and a number of rows are cut once.
std::vector<BandedTable> in_bands(std::span<const CachedTable> tables);

}  // namespace shardsim
