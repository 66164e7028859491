// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class Nsbp final : public ShardedStrategy {
 public:
  ShardingPlan plan(const PlanningInput& input) const override {
    return {"nsbp", {}, packed_by_net(pieces_of(*this, input), shards)};
  }
};

}  // namespace

template <>
void describe(Describe<Nsbp>& d) {
  d.object("nsbp",
           "net-specific bin packing: tables grouped by net, then packed up to a size limit, so that a shard serves "
           "one net");
  describe_shards(d);
}

namespace strategies {
Alternative<Strategy> nsbp() { return alternative<Nsbp, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
