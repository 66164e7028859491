// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "sharding/plan.hpp"

namespace shardsim {

/// A table, by its number as in tables_of(), whose rows are split in parts.
struct TableSplit {
  std::size_t table = 0;
  int parts = 1;
  SplitBy split_by = SplitBy::modulus;
};

/// What queries ask of the tables, as a profiler would measure it: of the first `samples` queries where they are known
/// beforehand, else of as many drawn for the purpose.
class LookupProfile {
 public:
  virtual ~LookupProfile() = default;
  /// Items of a query, mean.
  virtual double items() const = 0;
  /// Lookups a query makes in each table.
  virtual std::vector<double> lookups(int samples) const = 0;
  /// For each split: the share of the table's lookups that goes to each part.
  virtual std::vector<std::vector<double>> shares(const std::vector<TableSplit>& splits, int samples) const = 0;
  /// What they are estimated from, for people.
  virtual std::string source(int samples) const { return fmt::format("{} sampled queries", samples); }
};

/// Queries that lookups are estimated from where nothing else is said.
inline constexpr int kSampledQueries = 1000;

/// What RPCs cost in core time, on both sides together, in picoseconds.
struct RpcPrice {
  double rpc = 1;   ///< of one, however short its messages are
  double byte = 0;  ///< of a byte of its messages
};

/// What a strategy may look at.
struct PlanningInput {
  const Model& model;
  Bytes shard_memory;                      ///< for tables, on one sparse host
  double items_per_query = 1;              ///< mean, for the lookups where there is no profile
  std::uint64_t seed = 1;                  ///< of the queries sampled to estimate pooling
  const LookupProfile* profile = nullptr;  ///< null: as the model says, all rows of a table alike
  Bytes main_memory{};                     ///< for tables, on a main host, beside the dense layers
  double batches_per_query = 1;            ///< of a query of mean size
  RpcPrice price{};
};

/// How tables map to shards. plan() is called once before a run; it places every table, whether or not it fits: what
/// does not fit is reported by check_memory(). Throws InfeasibleError when the strategy has no answer at all.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual ShardingPlan plan(const PlanningInput& input) const = 0;
  /// Of a strategy that looks at estimated lookups: the queries that they are estimated from.
  virtual std::optional<int> estimates_from() const { return std::nullopt; }
};

const Registry<Strategy>& strategy_registry();

template <>
struct ChoiceTraits<Strategy> {
  static constexpr const char* name = "sharding";
  static constexpr const char* doc = "how tables are spread: a strategy, or a plan of the user's";
  static constexpr const char* tag = "strategy";
  static constexpr const char* implied_by = "plan";
  static const Registry<Strategy>& registry() { return strategy_registry(); }
};

/// Common to strategies that fill a number of sparse shards.
class ShardedStrategy : public Strategy {
 public:
  int shards = 1;
  std::optional<Bytes> split_above;
  SplitBy split_by = SplitBy::modulus;
};

template <class Derived>
void describe_shards(Describe<Derived>& d) {
  d.required("shards", &Derived::shards, "number of sparse shards").at_least(1).at_most(65536);
  d.optional("split_above", &Derived::split_above,
             "tables larger than this are split by rows; default: the memory of a shard's host");
  d.optional("row_split", &Derived::split_by, "how the rows of a split table are dealt to its parts")
      .formerly("split_by");
}

}  // namespace shardsim
