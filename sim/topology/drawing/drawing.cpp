// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/drawing.hpp"

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
      nodes(boost::num_vertices(network)),
      neighbours(nodes.size()),
      hosts_on(nodes.size()),
      uplink(nodes.size()) {
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&](NodeId a, NodeId b) { return natural_less(graph[a].name, graph[b].name); });
  find_bundles();
  for (const Bundle& bundle : bundles)
    for (const auto& [host, other] : {std::pair(bundle.a, bundle.b), std::pair(bundle.b, bundle.a)})
      if (is_host(host) && !is_host(other) && neighbours[host].size() == 1) uplink[host] = &bundle;
  for (const NodeId node : nodes)
    if (!has_box(node)) hosts_on[neighbours[node][0]].push_back(node);
}

void Drawing::find_bundles() {
  std::vector<std::size_t> order(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) order[nodes[i]] = i;
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

}  // namespace shardsim::drawing
