// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class RowWise final : public Strategy {
 public:
  int shards = 1;
  SplitBy split_by = SplitBy::modulus;

  ShardingPlan plan(const PlanningInput& input) const override {
    ShardingPlan plan{"row-wise", {}, empty_shards(shards)};
    std::size_t next = 0;
    for (const PlacedTable& t : tables_of(input.model)) deal_rows(*t.table, plan.shards, split_by, next);
    return plan;
  }
};

}  // namespace

template <>
void describe(Describe<RowWise>& d) {
  d.object("row-wise", "the rows of every table spread over all shards");
  d.required("shards", &RowWise::shards, "number of sparse shards").at_least(1).at_most(4096);
  d.optional("row_split", &RowWise::split_by, "how the rows of a table are dealt to the shards").formerly("split_by");
}

namespace strategies {
Alternative<Strategy> row_wise() { return alternative<RowWise, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
