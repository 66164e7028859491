// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

namespace shardsim {

Network::Network(Simulation& sim, BuiltTopology topology, const RoutingSpec& routing, const TransportSpec& transport)
    : sim_(sim), topology_(std::move(topology)), routing_(topology_.graph, routing), transport_(transport.make(sim)) {
  NetworkGraph& graph = topology_.graph;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    graph[edge].number = links_.size();
    LinkState& state = links_.emplace_back();
    state.link = graph[edge];
    state.from = boost::source(edge, graph);
    state.to = boost::target(edge, graph);
    state.rate = state.link.bandwidth;
    state.never_waits = state.rate.is_unlimited();
  }
}

NodeId Network::frontend() const {
  if (topology_.frontend) return *topology_.frontend;
  throw ScenarioError("/topology", "does not say where queries enter; give 'frontend'");
}

std::string Network::name_of(const LinkState& link) const {
  return graph()[link.from].name + " -> " + graph()[link.to].name;
}

const Route& Network::route(NodeId from, NodeId to) {
  const auto [it, is_new] = routes_.try_emplace({from, to});
  if (is_new) it->second = route_of_flow(from, to, 0);
  return it->second;
}

void Network::require_route(NodeId from, NodeId to) {
  if (!routing_.reachable(from, to)) route(from, to);
}

Route Network::route_of_flow(NodeId from, NodeId to, std::uint64_t flow) {
  const std::vector<Routing::Link> path = routing_.path(from, to, flow);
  Route route;
  route.reserve(path.size());
  for (const Routing::Link edge : path) route.push_back(&links_[topology_.graph[edge].number]);
  return route;
}

void Network::change_down(LinkState& link, int change) {
  link.down += change;
  transport_->link_changed(link);
}

void Network::change_rate(LinkState& link, double factor) {
  link.set_rate({link.link.bandwidth.bytes_per_second / factor}, sim_.now());
  transport_->link_changed(link);
}

}  // namespace shardsim
