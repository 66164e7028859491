// SPDX-License-Identifier: Apache-2.0
#include "sharding/strategy.hpp"

namespace shardsim {
namespace {

class Singular final : public Strategy {
 public:
  ShardingPlan plan(const PlanningInput& input) const override {
    ShardingPlan plan{"singular", {}, {}};
    for (const PlacedTable& t : tables_of(input.model)) plan.main.push_back({t.table->name});
    return plan;
  }
};

}  // namespace

template <>
void describe(Describe<Singular>& d) {
  d.object("singular", "everything on one server: the baseline");
}

namespace strategies {
Alternative<Strategy> singular() { return alternative<Singular, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
