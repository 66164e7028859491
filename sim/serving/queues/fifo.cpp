// SPDX-License-Identifier: Apache-2.0
#include "serving/queue_policy.hpp"

namespace shardsim {
namespace {

class Fifo final : public QueuePolicy {
 public:
  bool is_fifo() const override { return true; }
  double rank(const Urgency&) const override { return 0; }
};

}  // namespace

template <>
void describe(Describe<Fifo>& d) {
  d.object("fifo", "who came first");
}

namespace queues {
Alternative<QueuePolicy> fifo() { return alternative<Fifo, QueuePolicy>(); }
}  // namespace queues

}  // namespace shardsim
