// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "sharding/plan.hpp"

namespace shardsim {

/// What a strategy may look at.
struct PlanningInput {
  const Model& model;
  Bytes shard_memory;          ///< for tables, on one sparse host
  double items_per_query = 1;  ///< mean
  std::uint64_t seed = 1;      ///< of the queries sampled to estimate pooling
};

/// How tables map to shards. plan() is called once before a run; it places every table, whether or not it fits: what
/// does not fit is reported by check_memory(). Throws InfeasibleError when the strategy has no answer at all.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual ShardingPlan plan(const PlanningInput& input) const = 0;
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
  d.optional("split_by", &Derived::split_by, "how the rows of a split table are dealt to its parts");
}

}  // namespace shardsim
