// SPDX-License-Identifier: Apache-2.0
#include "network/routing.hpp"

#include <fmt/format.h>

#include <boost/graph/breadth_first_search.hpp>

#include "config/error.hpp"
#include "engine/random.hpp"

namespace shardsim {

const std::vector<int>& Routing::hops_to(NodeId to) {
  const auto [it, is_new] = hops_.try_emplace(to, boost::num_vertices(graph_), -1);
  if (!is_new) return it->second;
  // Breadth first from the destination. Every cable has both directions, so forward edges serve.
  std::vector<int>& hops = it->second;
  hops[to] = 0;
  const auto record = boost::record_distances(hops.data(), boost::on_tree_edge());
  boost::breadth_first_search(graph_, to, boost::visitor(boost::make_bfs_visitor(record)));
  return hops;
}

std::vector<Routing::Link> Routing::path(NodeId from, NodeId to) {
  const std::vector<int>& hops = hops_to(to);
  if (hops[from] < 0)
    throw ScenarioError("/topology/links", fmt::format("there is no path from '{}' to '{}'; add the missing links",
                                                       graph_[from].name, graph_[to].name));
  std::vector<Link> path;
  RandomStream pick(0x726f757465, 0, Purpose::balancing, from, to);  // a hash of the pair, the same in every run
  for (NodeId at = from; at != to;) {
    std::vector<Link> shorter;
    for (const Link link : boost::make_iterator_range(boost::out_edges(at, graph_)))
      if (hops[boost::target(link, graph_)] == hops[at] - 1) shorter.push_back(link);
    path.push_back(shorter[pick.below(shorter.size())]);
    at = boost::target(path.back(), graph_);
  }
  return path;
}

}  // namespace shardsim
