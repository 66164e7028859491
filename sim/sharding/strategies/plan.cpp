// SPDX-License-Identifier: Apache-2.0
#include "sharding/strategy.hpp"

namespace shardsim {
namespace {

class GivenPlan final : public Strategy {
 public:
  ShardingPlan given;
  ShardingPlan plan(const PlanningInput&) const override { return given; }
};

}  // namespace

template <>
void describe(Describe<GivenPlan>& d) {
  d.object("plan", "a plan of the user's own, such as `shardsim plan --format json` writes");
  d.required("plan", &GivenPlan::given, "the plan");
}

namespace strategies {
Alternative<Strategy> plan() { return alternative<GivenPlan, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
