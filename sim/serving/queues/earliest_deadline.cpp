// SPDX-License-Identifier: Apache-2.0
#include "serving/queue_policy.hpp"

namespace shardsim {
namespace {

class EarliestDeadline final : public QueuePolicy {
 public:
  double rank(const Urgency& query) const override { return to_seconds(query.deadline.time_since_epoch()); }
};

}  // namespace

template <>
void describe(Describe<EarliestDeadline>& d) {
  d.object("earliest-deadline", "whose deadline, as its class gives it, comes first");
}

namespace queues {
Alternative<QueuePolicy> earliest_deadline() { return alternative<EarliestDeadline, QueuePolicy>(); }
}  // namespace queues

}  // namespace shardsim
