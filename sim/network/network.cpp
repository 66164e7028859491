// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

namespace shardsim {

Network::Network(Simulation& sim, BuiltTopology topology, const TransportSpec& transport)
    : sim_(sim), topology_(std::move(topology)), routing_(topology_.graph), transport_(transport.make(sim)) {
  NetworkGraph& graph = topology_.graph;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    graph[edge].number = links_.size();
    links_.push_back({graph[edge], boost::source(edge, graph), boost::target(edge, graph)});
  }
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].is_host) hosts_[graph[node].name] = node;
}

NodeId Network::host(const std::string& name) const {
  const auto it = hosts_.find(name);
  if (it != hosts_.end()) return it->second;
  std::vector<std::string> names;
  for (const auto& [known, node] : hosts_) names.push_back(known);
  throw ScenarioError("/topology/hosts",
                      fmt::format("there is no host {}{}", in_quotes(name), suggestion(name, names)));
}

const Route& Network::route(NodeId from, NodeId to) {
  const auto [it, is_new] = routes_.try_emplace({from, to});
  if (!is_new) return it->second;
  for (const Routing::Link edge : routing_.path(from, to)) it->second.push_back(&links_[topology_.graph[edge].number]);
  return it->second;
}

}  // namespace shardsim
