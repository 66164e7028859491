// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

namespace shardsim {
namespace {

// So few that a table of all pairs of them stays in a cache.
constexpr std::size_t kFewNodes = 128;

std::vector<LinkState> states_of(NetworkGraph& graph) {
  std::vector<LinkState> states;
  states.reserve(boost::num_edges(graph));
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    graph[edge].number = states.size();
    LinkState& state = states.emplace_back();
    state.link = graph[edge];
    state.from = boost::source(edge, graph);
    state.to = boost::target(edge, graph);
    state.rate = state.link.bandwidth;
    state.latency = state.link.latency;
  }
  return states;
}

}  // namespace

Network::Network(Simulation& sim, BuiltTopology topology, const RoutingSpec& routing, const TransportSpec& transport)
    : sim_(sim),
      topology_(std::move(topology)),
      routing_(topology_.graph, routing),
      links_(states_of(topology_.graph)),
      transport_(transport.make(sim, links_)),
      nodes_(boost::num_vertices(topology_.graph)),
      kept_(nodes_ <= kFewNodes ? nodes_ * nodes_ : 0) {}

NodeId Network::frontend() const {
  if (topology_.frontend) return *topology_.frontend;
  throw ScenarioError("/topology", "does not say where queries enter; give 'frontend'");
}

std::string Network::name_of(const LinkState& link) const {
  return graph()[link.from].name + " -> " + graph()[link.to].name;
}

Route Network::route(Ends ends) {
  if (ends.from == ends.to) return {};
  Route& kept = kept_.empty() ? kept_of_many_[{ends.from, ends.to}] : kept_[ends.from * nodes_ + ends.to];
  if (kept.data() == nullptr) kept = keep(routing_.numbered_path(ends.from, ends.to));
  return kept;
}

Route Network::new_route(Ends ends, std::span<LinkNumber, kShort> room) {
  const Route found = routing_.numbered_path(ends.from, ends.to);
  if (found.size() > kShort) return route(ends);
  std::ranges::copy(found, room.begin());
  return room.first(found.size());
}

void Network::require_route(Ends ends) {
  if (!routing_.reachable(ends.from, ends.to)) route(ends);
}

std::vector<LinkNumber> Network::route_of_flow(Ends ends, std::uint64_t flow) {
  const Route found = routing_.numbered_path(ends.from, ends.to, flow);
  return {found.begin(), found.end()};
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
