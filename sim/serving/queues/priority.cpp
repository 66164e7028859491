// SPDX-License-Identifier: Apache-2.0
#include "serving/queue_policy.hpp"

namespace shardsim {
namespace {

class ByPriority final : public QueuePolicy {
 public:
  double rank(const Urgency& query) const override { return query.priority; }
};

}  // namespace

template <>
void describe(Describe<ByPriority>& d) {
  d.object("priority", "whose class has the smallest priority");
}

namespace queues {
Alternative<QueuePolicy> priority() { return alternative<ByPriority, QueuePolicy>(); }
}  // namespace queues

}  // namespace shardsim
