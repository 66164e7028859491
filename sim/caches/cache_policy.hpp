// SPDX-License-Identifier: Apache-2.0
// A cache of rows of embedding tables: the interface of the policies in policies/. Each is given row by row and, where
// there is a formula for independent references, as a hit ratio of each table.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "caches/rank_bands.hpp"
#include "caches/row_cache.hpp"
#include "config/choice.hpp"

namespace shardsim {

/// A cache that is to be made.
struct CacheSetup {
  Bytes capacity;
  std::vector<CachedTable> tables;  ///< those of number 0, 1, ...; `lookups` and `law` matter to `static-top` only
  /// `static-top`: the rank of a row in its table, 0 the most popular. Empty: a row's number is its rank.
  std::function<std::int64_t(std::size_t table, std::int64_t row)> rank_of;
};

/// What a formula says, or why there is none.
struct HitRatios {
  std::optional<std::vector<double>> by_table;  ///< hits by lookups of each table, 0 .. 1
  std::string why_not;                          ///< where `by_table` is empty: a clause that follows "because"
};

class CachePolicy {
 public:
  virtual ~CachePolicy() = default;
  /// An empty cache (`static-top`: a full one). Throws InputError where there are more than 2^31 rows to keep.
  virtual std::unique_ptr<RowCache> exact(const CacheSetup& setup) const = 0;
  /// Whether exact() has to know the tables' laws and lookups.
  virtual bool needs_laws() const { return false; }
  /// Hit ratios in the long run, where each lookup is drawn by its table's law, independently of those before, and all
  /// tables share the capacity.
  HitRatios hit_ratios(std::span<const CachedTable> tables, Bytes capacity) const {
    return formula(in_bands(tables), capacity);
  }
  /// The same of tables whose bands are known already.
  virtual HitRatios formula(std::span<const BandedTable> tables, Bytes capacity) const = 0;
};

const Registry<CachePolicy>& cache_policy_registry();

template <>
struct ChoiceTraits<CachePolicy> {
  static constexpr const char* name = "cache-policy";
  static constexpr const char* doc = "which rows a cache keeps";
  static constexpr const char* tag = "type";
  static const Registry<CachePolicy>& registry() { return cache_policy_registry(); }
};

}  // namespace shardsim
