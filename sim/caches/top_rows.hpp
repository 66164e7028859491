// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "caches/rank_bands.hpp"

namespace shardsim {

enum class TopBy {
  lookups_per_byte,  ///< the most hits that rows which never change can have
  lookups            ///< whatever the rows' sizes: what counting finds
};

/// How many of each table's most popular rows the capacity holds, if the most popular of all tables are kept. Among
/// rows that are equally popular, each table has the same part.
std::vector<std::int64_t> top_rows(std::span<const CachedTable> tables, Bytes capacity, TopBy by);

/// Share of each table's lookups that go to its first so many rows.
std::vector<double> top_hits(std::span<const CachedTable> tables, const std::vector<std::int64_t>& rows);

}  // namespace shardsim
