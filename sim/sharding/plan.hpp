// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "model/model.hpp"

namespace shardsim {

/// What of a table is split. Parts by rows hold some of the rows, and answer with partial sums of a bag's vectors.
/// Parts by columns hold some columns of every row, and answer with so much of a bag's vector: each looks up all rows
/// asked for, and the answers are put side by side.
enum class Split { rows, columns };
template <>
struct EnumNames<Split> {
  static constexpr std::array<std::pair<Split, std::string_view>, 2> names{
      {{Split::rows, "rows"}, {Split::columns, "columns"}}};
};

/// How the rows of a split table are dealt to its parts.
///   modulo  part p holds the rows r with r mod parts = p
///   range   each part holds neighbouring rows; the first parts hold one more when they do not divide evenly
enum class SplitBy { modulus, range };
template <>
struct EnumNames<SplitBy> {
  static constexpr std::array<std::pair<SplitBy, std::string_view>, 2> names{
      {{SplitBy::modulus, "modulo"}, {SplitBy::range, "range"}}};
  static constexpr std::array<std::pair<SplitBy, std::string_view>, 1> former_names{{{SplitBy::modulus, "modulus"}}};
};

/// A table, or one of the `parts` into which its rows or columns are split, in the memory of its server or in another
/// tier. A whole table may be on several sparse shards, in `copies`: each batch asks one of them.
struct Placement {
  std::string table;
  int part = 0;
  int parts = 1;
  SplitBy split_by = SplitBy::modulus;
  Split split = Split::rows;
  std::optional<std::string> tier = {};  ///< of the server's platform; empty: memory
  std::optional<Share> in_memory = {};   ///< where there is a tier: the share of the rows that stay in memory
  int copies = 1;                        ///< shards that hold the same table; each of them says so

  bool by_rows() const { return parts > 1 && split == Split::rows; }
  /// The share of the rows, whichever they are, that lies in another tier.
  double elsewhere() const { return tier ? 1 - in_memory.value_or(Share{0}).of_one : 0; }
};

/// The part that holds a row of a table of `rows` rows.
int part_of_row(std::int64_t row, std::int64_t rows, int parts, SplitBy split_by);

struct PlannedShard {
  std::string name;
  std::vector<Placement> tables;
};

/// Which tables live where. A user may write one, edit it and give it back.
struct ShardingPlan {
  std::string strategy;              ///< what made it; for the reader only
  std::vector<Placement> main;       ///< tables that stay with the dense layers
  std::vector<PlannedShard> shards;  ///< tables asked for by RPC
};

/// Names of the services that a plan makes: the main shard's, then those of its sparse shards.
std::vector<std::string> services_of(const ShardingPlan& plan);

/// What a service of services_of() holds, by its number.
const std::vector<Placement>& placements_of(const ShardingPlan& plan, std::size_t service);
std::vector<Placement>& placements_of(ShardingPlan& plan, std::size_t service);

/// Whether anything is in another tier than memory.
bool has_tiers(const std::vector<Placement>& placements);
bool has_tiers(const ShardingPlan& plan);

/// Rows of one part of a table of `rows` rows; parts differ by at most a row, and the first parts hold the rest.
std::int64_t part_rows(std::int64_t rows, int part, int parts);

/// Bytes of one part of a table's rows.
Bytes part_bytes(const Table& table, int part, int parts);

/// One of `parts` equal slices of a table's columns, as a table: it has all rows, and a scale and a bias of its own in
/// each where elements are quantised; a known time of the operator is divided. Precondition: the dim can be cut so.
Table slice_of(const Table& table, int parts);

/// Bytes of what is placed.
Bytes bytes_of(const Table& table, const Placement& placement);

/// Checks that every table is placed exactly once (whole, or as all of its parts), or in as many copies as it says,
/// each on a sparse shard of its own. Returns what is wrong, with the position in the plan.
std::optional<Complaint> check_plan(const ShardingPlan& plan, const Model& model);

/// Of a row, or of what a placement holds of it.
Bytes row_bytes_of(const Table& table, const Placement& placement);
/// Rows of which a placement holds anything.
std::int64_t rows_of(const Table& table, const Placement& placement);
/// Of them, those that lie in another tier than memory.
std::int64_t rows_elsewhere(const Table& table, const Placement& placement);

/// Bytes of the tables of `placements`, by where they lie.
struct PlacedBytes {
  Bytes memory;
  std::map<std::string, Bytes> tiers;  ///< by name of the tier
  std::int64_t rows_in_memory = 0;
  Bytes all() const;
};
/// Precondition: check_plan found nothing.
PlacedBytes bytes_by_tier(const std::vector<Placement>& placements, const Model& model);
/// Of all tiers together.
Bytes placed_bytes(const std::vector<Placement>& placements, const Model& model);

template <>
void describe(Describe<Placement>& d);
template <>
void describe(Describe<PlannedShard>& d);
template <>
void describe(Describe<ShardingPlan>& d);

}  // namespace shardsim
