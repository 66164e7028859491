// SPDX-License-Identifier: Apache-2.0
#include "topology/routing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths_no_color_map.hpp>
#include <map>

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
  choices_.assign(relays, {kNone, kAsk});
  number_links();
  group_destinations();
  first_.resize(relay_of_.size(), kAsk);
  final_.resize(relay_of_.size(), kAsk);
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (relay_of_[node] == kNotRelay) find_ends(node);
}

void Routing::number_links() {
  out_.resize(relay_of_.size());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<Cost> costs;
  for (const Link link : boost::make_iterator_range(boost::edges(graph_))) {
    const auto number = static_cast<LinkNumber>(links_.size());
    links_.push_back(link);
    link_costs_.push_back(cost_of(link));
    const NodeId source = boost::source(link, graph_);
    const NodeId target = boost::target(link, graph_);
    const std::uint32_t from = relay_of_[source];
    const std::uint32_t to = relay_of_[target];
    if (to == kNotRelay) last_[target].push_back(number);
    if (to == kNotRelay && from != kNotRelay) continue;
    out_[source].push_back(number);
    if (from == kNotRelay) continue;
    ends.emplace_back(to, from);
    costs.push_back(link_costs_.back());
  }
  backwards_ =
      RelayGraph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), costs.begin(), choices_.size());
}

void Routing::group_destinations() {
  std::map<Entries, std::uint32_t> groups;
  for (NodeId node = 0; node < relay_of_.size(); ++node) {
    Entries entries;
    if (relay_of_[node] != kNotRelay) entries.emplace_back(relay_of_[node], 0);
    for (const LinkNumber link : last_[node])
      if (const std::uint32_t relay = relay_of_[boost::source(links_[link], graph_)]; relay != kNotRelay)
        entries.emplace_back(relay, link_costs_[link]);
    group_of_.push_back(groups.try_emplace(std::move(entries), groups.size()).first->second);
  }
  by_group_.resize(groups.size());
}

// Where a node hangs on one relay, all its messages pass that, by the cheapest of the links between the two.
void Routing::find_ends(NodeId node) {
  const auto only_relay = [&](const std::vector<LinkNumber>& links, const auto& other_end) -> Choice {
    std::vector<Step> steps;
    Cost least = kNoWay;
    for (const LinkNumber link : links) {
      if (relay_of_[other_end(link)] == kNotRelay || other_end(link) != other_end(links.front())) return kAsk;
      consider(link, link_costs_[link], least, steps);
    }
    return new_choice(steps);
  };
  first_[node] = only_relay(out_[node], [&](LinkNumber link) { return boost::target(links_[link], graph_); });
  final_[node] = only_relay(last_[node], [&](LinkNumber link) { return boost::source(links_[link], graph_); });
}

// One more than the latency, so that fewer hops win where latency says nothing and no path runs in circles.
Routing::Cost Routing::cost_of(Link link) const {
  return spec_.metric == Metric::hops ? 1 : graph_[link].latency.count() + 1;
}

const Routing::Costs& Routing::costs_to(std::uint32_t relay) {
  const auto known = tables_.find(relay);
  if (known != tables_.end()) return known->second;
  const std::size_t relays = choices_.size();
  if (tables_.size() * relays * sizeof(Cost) > kTableBytes) tables_.clear();
  Costs& costs = tables_[relay];
  costs.assign(relays, kNoWay);
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
    for (const LinkNumber link : last_[to])
      if (const std::uint32_t relay = relay_of_[boost::source(links_[link], graph_)]; relay != kNotRelay)
        goal.entries.emplace_back(&costs_to(relay), link_costs_[link]);
  }
  return goal;
}

Routing::Cost Routing::cost_from(std::uint32_t relay, const Goal& goal) {
  Cost least = kNoWay;
  for (const auto& [costs, rest] : goal.entries) least = std::min(least, (*costs)[relay] + rest);
  return least;
}

void Routing::consider(LinkNumber link, Cost cost, Cost& least, std::vector<Step>& steps) const {
  if (cost >= kNoWay || cost > least) return;
  if (cost < least) steps.clear();
  least = cost;
  steps.push_back({link, static_cast<std::uint32_t>(boost::target(links_[link], graph_))});
}

// By way of a relay.
void Routing::onward_steps(NodeId at, const Goal& goal, Cost& least, std::vector<Step>& steps) const {
  for (const LinkNumber link : out_[at])
    if (const std::uint32_t relay = relay_of_[boost::target(links_[link], graph_)]; relay != kNotRelay)
      consider(link, link_costs_[link] + cost_from(relay, goal), least, steps);
}

void Routing::shortest_steps(NodeId at, const Goal& goal, std::vector<Step>& steps) const {
  Cost least = kNoWay;
  steps.clear();
  if (relay_of_[at] == kNotRelay) {
    for (const LinkNumber link : out_[at])
      if (const NodeId to = boost::target(links_[link], graph_); to == goal.node)
        consider(link, link_costs_[link], least, steps);
      else if (relay_of_[to] != kNotRelay)
        consider(link, link_costs_[link] + cost_from(relay_of_[to], goal), least, steps);
    return;
  }
  onward_steps(at, goal, least, steps);
  for (const LinkNumber link : last_[goal.node])
    if (boost::source(links_[link], graph_) == at) consider(link, link_costs_[link], least, steps);
}

Routing::Choice Routing::new_choice(const std::vector<Step>& steps) {
  constexpr std::size_t kMostCount = (1U << kCountBits) - 1;
  constexpr std::size_t kMostFirst = (std::size_t{1} << (32 - kCountBits)) - 2;
  if (steps.empty()) return kNone;
  if (steps.size() > kMostCount || steps_.size() > kMostFirst) return kAsk;
  const auto choice = static_cast<Choice>(steps_.size() << kCountBits | steps.size());
  steps_.insert(steps_.end(), steps.begin(), steps.end());
  return choice;
}

// Few choices differ: most are a single step, or all that lead up.
Routing::ChoiceNumber Routing::number_of(const std::vector<Step>& steps, std::vector<Choice>& known) {
  if (steps.empty()) return 0;
  for (std::size_t i = 2; i < known.size(); ++i)
    if (std::ranges::equal(all(known[i]), steps)) return static_cast<ChoiceNumber>(i);
  const Choice choice = known.size() < kEnds ? new_choice(steps) : kAsk;
  if (choice == kAsk) return 1;
  known.push_back(choice);
  return static_cast<ChoiceNumber>(known.size() - 1);
}

const Routing::Table& Routing::table_to(NodeId to) {
  Table& table = by_group_[group_of_[to]];
  if (!table.choices.empty()) return table;
  const std::size_t relays = choices_.size();
  if (++worked_out_ * relays * sizeof(ChoiceNumber) > kTableBytes) {
    for (Table& old : by_group_) old = {};
    worked_out_ = 1;
  }
  table.choices.resize(relays);
  const Goal goal = this->goal(to);
  for (NodeId at = 0; at < relay_of_.size(); ++at) {
    const std::uint32_t relay = relay_of_[at];
    if (relay == kNotRelay) continue;
    Cost least = kNoWay;
    asked_.clear();
    onward_steps(at, goal, least, asked_);
    table.choices[relay] = number_of(asked_, choices_[relay]);
  }
  for (const LinkNumber link : last_[to])
    if (const std::uint32_t relay = relay_of_[boost::source(links_[link], graph_)]; relay != kNotRelay) {
      table.choices[relay] = kEnds;
      table.end = relay;
    }
  return table;
}

inline Routing::Steps Routing::steps_from(NodeId at, NodeId to, const Table& table) {
  const std::uint32_t relay = relay_of_[at];
  Choice choice = first_[at];
  if (relay != kNotRelay) {
    const ChoiceNumber number = table.choices[relay];
    choice = number == kEnds ? final_[to] : choices_[relay][number];
  }
  if (choice != kAsk) [[likely]]
    return all(choice);
  shortest_steps(at, goal(to), asked_);
  return asked_;
}

std::span<const LinkNumber> Routing::numbered_path(NodeId from, NodeId to, std::uint64_t flow) {
  path_.clear();
  if (from == to) return path_;
  const Table& table = table_to(to);
  // The last steps are read from near here, when the first have been found.
  if (!table.choices.empty()) __builtin_prefetch(&table.choices[table.end]);
  RandomStream pick(0x726f757465, 0, Purpose::balancing, from, flow << 32 | to);  // a hash, the same in every run
  std::size_t drawn = 0;
  for (NodeId at = from; at != to;) {
    const Steps steps = steps_from(at, to, table);
    if (steps.empty()) throw ScenarioError("/topology/links", no_path(graph_, spec_, from, to));
    std::size_t taken = 0;
    if (steps.size() > 1 && spec_.multipath == Multipath::ecmp) {
      for (; drawn < path_.size(); ++drawn) pick.bits();  // a number for each step, also where there is no choice
      ++drawn;
      taken = pick.below(steps.size());
    }
    path_.push_back(steps[taken].link);
    at = steps[taken].to;
  }
  return path_;
}

std::vector<Routing::Link> Routing::path(NodeId from, NodeId to, std::uint64_t flow) {
  std::vector<Link> path;
  for (const LinkNumber link : numbered_path(from, to, flow)) path.push_back(links_[link]);
  return path;
}

bool Routing::reachable(NodeId from, NodeId to) {
  if (from == to) return true;
  const Table& table = table_to(to);
  Steps steps = steps_from(from, to, table);
  // The first step of one that hangs on a single relay says nothing about the others.
  if (!steps.empty() && relay_of_[from] == kNotRelay && first_[from] != kAsk && steps.front().to != to)
    steps = steps_from(steps.front().to, to, table);
  return !steps.empty();
}

}  // namespace shardsim
