// SPDX-License-Identifier: Apache-2.0
// Who comes first where requests wait for a worker, an accelerator or a batch: the interface of queues/.
#pragma once

#include "config/choice.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// What decides how soon a query is to be served.
struct Urgency {
  int items = 1;
  int priority = 0;  ///< of its class; smaller comes first
  Time deadline = Time::max();
};

class QueuePolicy {
 public:
  virtual ~QueuePolicy() = default;
  /// Whether all ranks are alike.
  virtual bool is_fifo() const { return false; }
  /// A smaller one comes first; of those alike, who came first.
  virtual double rank(const Urgency& query) const = 0;
};

const Registry<QueuePolicy>& queue_registry();

template <>
struct ChoiceTraits<QueuePolicy> {
  static constexpr const char* name = "queue";
  static constexpr const char* doc = "which of the queries that wait comes first";
  static constexpr const char* tag = "type";
  static const Registry<QueuePolicy>& registry() { return queue_registry(); }
};

}  // namespace shardsim
