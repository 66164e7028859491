// SPDX-License-Identifier: Apache-2.0
#include "serving/queue_policy.hpp"

namespace shardsim {
namespace {

class ShortestFirst final : public QueuePolicy {
 public:
  double rank(const Urgency& query) const override { return query.items; }
};

}  // namespace

template <>
void describe(Describe<ShortestFirst>& d) {
  d.object("shortest-first", "who has the fewest items");
}

namespace queues {
Alternative<QueuePolicy> shortest_first() { return alternative<ShortestFirst, QueuePolicy>(); }
}  // namespace queues

}  // namespace shardsim
