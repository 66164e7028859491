// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serving/cache_fields.hpp"

namespace shardsim {

/// What a near cache keeps.
///   rows    rows of tables: what it lacks of a bag is asked for, and the rest is gathered at home
///   pooled  what bags came to: a bag is found whole, by its table and its set of rows, or is asked for whole
enum class Kept { rows, pooled };
template <>
struct EnumNames<Kept> {
  static constexpr std::array<std::pair<Kept, std::string_view>, 2> names{
      {{Kept::rows, "rows"}, {Kept::pooled, "pooled"}}};
};

/// A cache in the memory of each replica of the main shard, of what sparse shards would be asked for.
struct NearCacheSpec : CacheFields {
  Kept kept = Kept::rows;
  std::optional<Share> hit_ratio;  ///< given, instead of worked out by formula
};

template <>
void describe(Describe<NearCacheSpec>& d);

/// Where a near cache is in a scenario.
inline constexpr const char* kNearCache = "/serving/near_cache";

/// A table, or a slice of its columns, that is on sparse shards.
struct RemoteTable {
  TieredTable rows;     ///< as rows that are elsewhere
  std::size_t net = 0;  ///< that looks it up
  Table table;          ///< with the slice's columns only
  SplitBy split_by = SplitBy::modulus;
  std::vector<std::size_t> shard_of_part = {};  ///< by part of its rows

  /// A pooled vector: fp32 whatever the table stores.
  Bytes vector() const { return Bytes{std::int64_t{table.dim} * 4}; }
};

/// Tables that a near cache may keep something of. Throws ScenarioError where it cannot be told whom to ask: tables of
/// which some parts are on the main shard, or are on several shards.
std::vector<RemoteTable> remote_tables(const ShardingPlan& plan, const Model& model, const TableUse& use);

/// Sets what the cache is expected to answer of the lookups in each table, or of its bags. Throws ScenarioError.
void expect_near_hits(const NearCacheSpec& spec, std::span<RemoteTable> tables, const TableUse& use);

/// Memory that the cache takes on each replica of the main shard.
Bytes near_cache_bytes(const NearCacheSpec& spec, std::span<const RemoteTable> tables);
Bytes near_cache_bytes(const std::optional<NearCacheSpec>& spec, const ShardingPlan& plan, const Model& model);

/// The same before it is known which tables are on sparse shards: no less.
Bytes near_cache_at_most(const std::optional<NearCacheSpec>& spec, const Model& model);

/// Entries of the cache row by row: rows, or pooled vectors that have a number each.
std::vector<TieredTable> near_entries(const NearCacheSpec& spec, std::span<const RemoteTable> tables);

/// Of a bag: its set of rows, in whatever order, as a number below kBags. Two sets share one by a chance of 1 / kBags.
inline constexpr std::int64_t kBags = std::int64_t{1} << 40;
std::int64_t number_of_bag(std::span<const std::int64_t> rows);

}  // namespace shardsim
