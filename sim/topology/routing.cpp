// SPDX-License-Identifier: Apache-2.0
#include "topology/routing.hpp"

#include <fmt/format.h>

#include <boost/graph/dijkstra_shortest_paths_no_color_map.hpp>

#include "config/error.hpp"
#include "engine/random.hpp"

namespace shardsim {
namespace {

// Tables of more than this are forgotten and worked out again.
constexpr std::size_t kTableBytes = std::size_t{256} << 20;

// What to say where there is no way.
std::string no_path(const NetworkGraph& graph, const RoutingSpec& spec, NodeId from, NodeId to) {
  RoutingSpec forwarding = spec;
  forwarding.hosts_forward = true;
  const bool hosts_in_between = !spec.hosts_forward && Routing(graph, forwarding).reachable(from, to);
  return fmt::format("there is no path from '{}' to '{}'; {}", graph[from].name, graph[to].name,
                     hosts_in_between
                         ? "hosts stand between them: if they pass on messages of others, set 'routing' to "
                           "{\"hosts_forward\": true}; else add the missing links"
                         : "add the missing links");
}

}  // namespace

template <>
void describe(Describe<RoutingSpec>& d) {
  d.object("routing", "which way messages take");
  d.optional("metric", &RoutingSpec::metric, "what makes a path short");
  d.optional("multipath", &RoutingSpec::multipath,
             "between equally short paths: a hash of the flow (ecmp), or always the first (single)");
  d.optional("hosts_forward", &RoutingSpec::hosts_forward, "whether hosts pass on messages of others");
}

Routing::Routing(const NetworkGraph& graph, const RoutingSpec& spec)
    : graph_(graph), spec_(spec), relay_of_(boost::num_vertices(graph), kNotRelay), last_(boost::num_vertices(graph)) {
  std::uint32_t relays = 0;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].kind == NodeKind::switching || (graph[node].kind == NodeKind::host && spec.hosts_forward))
      relay_of_[node] = relays++;
  onward_.resize(relays);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<Cost> costs;
  for (const Link link : boost::make_iterator_range(boost::edges(graph))) {
    const std::uint32_t from = relay_of_[boost::source(link, graph)];
    const std::uint32_t to = relay_of_[boost::target(link, graph)];
    if (to == kNotRelay) {
      last_[boost::target(link, graph)].push_back(link);
    } else if (from != kNotRelay) {
      onward_[from].push_back({link, to, cost_of(link)});
      ends.emplace_back(to, from);
      costs.push_back(cost_of(link));
    }
  }
  backwards_ = RelayGraph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), costs.begin(), relays);
}

// One more than the latency, so that fewer hops win where latency says nothing and no path runs in circles.
Routing::Cost Routing::cost_of(Link link) const {
  return spec_.metric == Metric::hops ? 1 : graph_[link].latency.count() + 1;
}

const Routing::Costs& Routing::costs_to(std::uint32_t relay) {
  const auto known = tables_.find(relay);
  if (known != tables_.end()) return known->second;
  if (tables_.size() * onward_.size() * sizeof(Cost) > kTableBytes) tables_.clear();
  Costs& costs = tables_[relay];
  costs.assign(onward_.size(), kNoWay);
  boost::dijkstra_shortest_paths_no_color_map(
      backwards_, relay,
      boost::weight_map(boost::get(boost::edge_bundle, backwards_))
          .distance_map(boost::make_iterator_property_map(costs.begin(), boost::get(boost::vertex_index, backwards_)))
          .distance_inf(kNoWay));
  return costs;
}

Routing::Goal Routing::goal(NodeId to) {
  Goal goal{to, {}};
  if (relay_of_[to] != kNotRelay) {
    goal.entries.emplace_back(&costs_to(relay_of_[to]), 0);
    return goal;
  }
  // All tables at once: working one out may forget the others.
  for (int round = 0; round < 2; ++round) {
    goal.entries.clear();
    for (const Link link : last_[to])
      if (const std::uint32_t relay = relay_of_[boost::source(link, graph_)]; relay != kNotRelay)
        goal.entries.emplace_back(&costs_to(relay), cost_of(link));
  }
  return goal;
}

Routing::Cost Routing::cost_from(std::uint32_t relay, const Goal& goal) {
  Cost least = kNoWay;
  for (const auto& [costs, rest] : goal.entries) least = std::min(least, (*costs)[relay] + rest);
  return least;
}

void Routing::consider(Link link, Cost cost, Cost& least, std::vector<Link>& steps) {
  if (cost >= kNoWay || cost > least) return;
  if (cost < least) steps.clear();
  least = cost;
  steps.push_back(link);
}

void Routing::shortest_steps(NodeId at, const Goal& goal, std::vector<Link>& steps) const {
  Cost least = kNoWay;
  steps.clear();
  if (relay_of_[at] == kNotRelay) {
    for (const Link link : boost::make_iterator_range(boost::out_edges(at, graph_)))
      if (const NodeId to = boost::target(link, graph_); to == goal.node)
        consider(link, cost_of(link), least, steps);
      else if (relay_of_[to] != kNotRelay)
        consider(link, cost_of(link) + cost_from(relay_of_[to], goal), least, steps);
    return;
  }
  for (const Onward& o : onward_[relay_of_[at]]) consider(o.link, o.cost + cost_from(o.to, goal), least, steps);
  for (const Link link : last_[goal.node])
    if (boost::source(link, graph_) == at) consider(link, cost_of(link), least, steps);
}

std::vector<Routing::Link> Routing::path(NodeId from, NodeId to, std::uint64_t flow) {
  std::vector<Link> path;
  std::vector<Link> steps;
  const Goal goal = this->goal(to);
  RandomStream pick(0x726f757465, 0, Purpose::balancing, from, flow << 32 | to);  // a hash, the same in every run
  for (NodeId at = from; at != to; at = boost::target(path.back(), graph_)) {
    shortest_steps(at, goal, steps);
    if (steps.empty()) throw ScenarioError("/topology/links", no_path(graph_, spec_, from, to));
    path.push_back(steps[spec_.multipath == Multipath::ecmp ? pick.below(steps.size()) : 0]);
  }
  return path;
}

bool Routing::reachable(NodeId from, NodeId to) {
  if (from == to) return true;
  std::vector<Link> steps;
  shortest_steps(from, goal(to), steps);
  return !steps.empty();
}

}  // namespace shardsim
