// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "topology/graph.hpp"

namespace shardsim {

/// Maximum flow from one set of hosts to another, each host sending no more than its links do.
class CutMeter {
 public:
  /// The graph must outlive the meter.
  CutMeter(const NetworkGraph& graph, bool hosts_forward);

  /// From those of the hosts whose place in the list is true to the others.
  Bandwidth between(const std::vector<NodeId>& hosts, const std::vector<bool>& is_sender) const;

 private:
  // Whole units, as the algorithm needs exact sums; an unlimited link is one that is larger than all others together.
  using Capacity = std::int64_t;
  const NetworkGraph& graph_;
  bool hosts_forward_;
  double unit_ = 1;  // bytes per second
  Capacity unlimited_ = 0;
};

}  // namespace shardsim
