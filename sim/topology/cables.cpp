// SPDX-License-Identifier: Apache-2.0
#include "topology/cables.hpp"

#include <map>
#include <tuple>

namespace shardsim {

std::vector<CableView> cables_of(const NetworkGraph& graph) {
  std::vector<CableView> cables;
  // Directions that still lack the other one: from, to, figures -> their places in `cables`.
  std::map<std::tuple<NodeId, NodeId, double, std::int64_t>, std::vector<std::size_t>> single;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    const NodeId from = boost::source(edge, graph);
    const NodeId to = boost::target(edge, graph);
    const NetworkLink& link = graph[edge];
    const auto other = single.find({to, from, link.bandwidth.bytes_per_second, link.latency.count()});
    if (other != single.end() && !other->second.empty()) {
      cables[other->second.back()].one_way = false;
      other->second.pop_back();
      continue;
    }
    single[{from, to, link.bandwidth.bytes_per_second, link.latency.count()}].push_back(cables.size());
    cables.push_back({from, to, link.bandwidth, link.latency, true});
  }
  return cables;
}

}  // namespace shardsim
