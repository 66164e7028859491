// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/drawing.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "topology/natural_order.hpp"

namespace shardsim::drawing {

std::vector<NetworkLink> Bundle::links() const {
  std::vector<NetworkLink> out = there;
  out.insert(out.end(), back.begin(), back.end());
  return out;
}

Bandwidth Bundle::fastest() const {
  Bandwidth out;
  for (const NetworkLink& link : links()) out = std::max(out, link.bandwidth);
  return out;
}

Drawing::Drawing(const NetworkGraph& network)
    : graph(network),
      marks(boost::num_vertices(network)),
      order(boost::num_vertices(network)),
      neighbours(boost::num_vertices(network)) {
  std::vector<NodeId> nodes(marks.size());
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&](NodeId a, NodeId b) { return natural_less(graph[a].name, graph[b].name); });
  for (std::size_t i = 0; i < nodes.size(); ++i) order[nodes[i]] = i;
  find_bundles();
  find_parts(nodes);
}

void Drawing::find_bundles() {
  std::map<std::pair<std::size_t, std::size_t>, Bundle> by_ends;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    const NodeId from = boost::source(edge, graph), to = boost::target(edge, graph);
    if (from == to) continue;
    const bool is_there = order[from] < order[to];
    const NodeId a = is_there ? from : to, b = is_there ? to : from;
    Bundle& bundle = by_ends.try_emplace({order[a], order[b]}, Bundle{a, b}).first->second;
    (is_there ? bundle.there : bundle.back).push_back(graph[edge]);
  }
  for (auto& [ends, bundle] : by_ends) {
    neighbours[bundle.a].push_back(bundle.b);
    neighbours[bundle.b].push_back(bundle.a);
    bundles.push_back(std::move(bundle));
  }
}

void Drawing::find_parts(const std::vector<NodeId>& nodes) {
  std::vector<std::size_t> part_of(nodes.size(), kUnreached);
  for (const NodeId start : nodes) {
    if (part_of[start] != kUnreached) continue;
    const std::vector<std::size_t> hops = hops_from({start}, neighbours);
    Part part;
    for (const NodeId node : nodes) {
      if (hops[node] == kUnreached) continue;
      part_of[node] = parts.size();
      part.nodes.push_back(node);
    }
    parts.push_back(std::move(part));
  }
  for (std::size_t b = 0; b < bundles.size(); ++b) parts[part_of[bundles[b].a]].bundles.push_back(b);
}

}  // namespace shardsim::drawing
