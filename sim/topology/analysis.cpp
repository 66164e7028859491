// SPDX-License-Identifier: Apache-2.0
#include "topology/analysis.hpp"

#include <boost/graph/strong_components.hpp>
#include <deque>
#include <map>

#include "topology/bisection.hpp"

namespace shardsim {
namespace {

constexpr std::uint64_t kMostSteps = 1'000'000'000;  // links looked at in searches; seconds

constexpr const char* kCablesByKey = "links are one way: if both directions are meant, set \"one_way\": false";
constexpr const char* kCablesByOption = "links are one way: if both directions are meant, give --one-way no";

std::vector<NodeId> hosts_of(const NetworkGraph& graph) {
  std::vector<NodeId> hosts;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].kind == NodeKind::host) hosts.push_back(node);
  return hosts;
}

// Hops from one host to all others, by breadth-first search over nodes that forward.
class HopCounter {
 public:
  HopCounter(const NetworkGraph& graph, bool hosts_forward)
      : graph_(graph), hosts_forward_(hosts_forward), hops_(boost::num_vertices(graph)) {}

  const std::vector<int>& from(NodeId start) {
    std::fill(hops_.begin(), hops_.end(), -1);
    std::deque<NodeId> next{start};
    hops_[start] = 0;
    for (; !next.empty(); next.pop_front()) {
      const NodeId at = next.front();
      const bool forwards = at == start || graph_[at].kind == NodeKind::switching ||
                            (hosts_forward_ && graph_[at].kind == NodeKind::host);
      if (!forwards) continue;
      for (const auto link : boost::make_iterator_range(boost::out_edges(at, graph_))) {
        const NodeId to = boost::target(link, graph_);
        if (hops_[to] >= 0) continue;
        hops_[to] = hops_[at] + 1;
        next.push_back(to);
      }
    }
    return hops_;
  }

 private:
  const NetworkGraph& graph_;
  bool hosts_forward_;
  std::vector<int> hops_;
};

// Hosts on the same single switch, both ways, see the network alike: one of them stands for all.
std::map<NodeId, std::vector<NodeId>> alike(const NetworkGraph& graph, const std::vector<NodeId>& hosts) {
  constexpr NodeId kNone = ~NodeId{0};
  constexpr NodeId kSeveral = kNone - 1;
  std::vector<NodeId> sender(boost::num_vertices(graph), kNone);  // of each node
  for (const auto link : boost::make_iterator_range(boost::edges(graph))) {
    NodeId& from = sender[boost::target(link, graph)];
    from = from == kNone || from == boost::source(link, graph) ? boost::source(link, graph) : kSeveral;
  }
  std::map<NodeId, std::vector<NodeId>> groups;
  for (const NodeId host : hosts) {
    const auto [first, last] = boost::out_edges(host, graph);
    const bool on_one = first != last && graph[boost::target(*first, graph)].kind == NodeKind::switching &&
                        sender[host] == boost::target(*first, graph) &&
                        std::all_of(first, last, [&, at = boost::target(*first, graph)](auto link) {
                          return boost::target(link, graph) == at;
                        });
    groups[on_one ? boost::target(*first, graph) : host].push_back(host);
  }
  return groups;
}

void measure_paths(const NetworkGraph& graph, const std::vector<NodeId>& hosts, bool hosts_forward,
                   TopologyInfo& info) {
  const auto groups = alike(graph, hosts);
  const std::uint64_t steps = static_cast<std::uint64_t>(boost::num_edges(graph)) + boost::num_vertices(graph);
  const std::size_t affordable = std::max<std::size_t>(16, kMostSteps / std::max<std::uint64_t>(1, steps));
  const std::size_t stride = groups.size() / affordable + 1;
  info.is_sampled = stride > 1;
  HopCounter counter(graph, hosts_forward);
  std::uint64_t total = 0;
  const auto count = [&](std::uint64_t pairs, NodeId from, NodeId to, int hops) {
    info.host_pairs += pairs;
    if (hops >= 0) {
      total += pairs * static_cast<std::uint64_t>(hops);
      info.diameter_hops = std::max(info.diameter_hops, hops);
      return;
    }
    info.unreachable_pairs += pairs;
    if (info.unreachable_example.empty())
      info.unreachable_example = fmt::format("{} to {}", graph[from].name, graph[to].name);
  };
  std::vector<bool> in_group(boost::num_vertices(graph));
  std::size_t number = 0;
  for (const auto& [place, members] : groups) {
    if (number++ % stride != 0) continue;
    const std::uint64_t n = members.size();
    const std::vector<int>& hops = counter.from(members.front());
    for (const NodeId m : members) in_group[m] = true;
    for (const NodeId to : hosts)
      if (!in_group[to]) count(n, members.front(), to, hops[to]);
    if (n > 1) count(n * (n - 1), members[0], members[1], hops[members[1]]);
    for (const NodeId m : members) in_group[m] = false;
  }
  const std::uint64_t reached = info.host_pairs - info.unreachable_pairs;
  info.mean_hops = reached > 0 ? static_cast<double>(total) / static_cast<double>(reached) : 0;
}

void measure_tiers(const NetworkGraph& graph, const std::vector<NodeId>& hosts, TopologyInfo& info) {
  std::vector<int> height(boost::num_vertices(graph), -1);  // hops to the nearest host
  std::deque<NodeId> next(hosts.begin(), hosts.end());
  for (const NodeId host : hosts) height[host] = 0;
  for (; !next.empty(); next.pop_front())
    for (const auto link : boost::make_iterator_range(boost::out_edges(next.front(), graph)))
      if (const NodeId to = boost::target(link, graph); height[to] < 0) {
        height[to] = height[next.front()] + 1;
        next.push_back(to);
      }
  std::map<int, TierInfo> tiers;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) {
    if (graph[node].kind != NodeKind::switching || height[node] < 0) continue;
    double up = 0;
    double down = 0;
    for (const auto link : boost::make_iterator_range(boost::out_edges(node, graph))) {
      const int other = height[boost::target(link, graph)];
      if (graph[boost::target(link, graph)].kind == NodeKind::frontend) continue;
      if (other > height[node]) up += graph[link].bandwidth.bytes_per_second;
      if (other < height[node]) down += graph[link].bandwidth.bytes_per_second;
    }
    TierInfo& tier = tiers[height[node]];
    tier.tier = height[node] - 1;
    ++tier.switches;
    if (up > 0 && std::isfinite(down) && std::isfinite(up))
      tier.oversubscription = std::max(tier.oversubscription, down / up);
  }
  for (const auto& [h, tier] : tiers) info.tiers.push_back(tier);
}

// Links of both directions count once, whether or not both are alike.
void count_links(const NetworkGraph& graph, TopologyInfo& info) {
  std::map<std::pair<NodeId, NodeId>, std::pair<std::size_t, std::size_t>> ways;  // of each pair of nodes
  for (const auto link : boost::make_iterator_range(boost::edges(graph))) {
    const NodeId from = boost::source(link, graph);
    const NodeId to = boost::target(link, graph);
    auto& [up, down] = ways[std::minmax(from, to)];
    ++(from < to ? up : down);
  }
  for (const auto& [pair, count] : ways) {
    const auto [least, most] = std::minmax(count.first, count.second);
    info.links += most;
    info.one_way_links += most - least;
  }
}

void warn_of_pairs(const NetworkGraph& graph, const std::vector<NodeId>& hosts, bool hosts_forward,
                   TopologyInfo& info) {
  TopologyFinding finding{fmt::format("{} of {} pairs of hosts have no way, such as {}", info.unreachable_pairs,
                                      info.host_pairs, info.unreachable_example),
                          "", ""};
  const auto advise = [&](const std::string& by_key, const std::string& by_option) {
    finding.by_key += (finding.by_key.empty() ? "" : "; ") + by_key;
    finding.by_option += (finding.by_option.empty() ? "" : "; ") + by_option;
  };
  if (info.one_way_links > 0) advise(kCablesByKey, kCablesByOption);
  if (!hosts_forward) {
    TopologyInfo forwarding;
    measure_paths(graph, hosts, true, forwarding);
    if (forwarding.unreachable_pairs < info.unreachable_pairs)
      advise("hosts stand between them: if they pass on messages of others, set \"routing\": {\"hosts_forward\": true}",
             "hosts stand between them: if they pass on messages of others, give --routing hosts_forward=true");
  }
  info.warnings.push_back(finding);
}

void warn(const NetworkGraph& graph, const BuiltTopology& topology, const std::vector<NodeId>& hosts,
          bool hosts_forward, TopologyInfo& info) {
  std::size_t alone = 0;
  std::string example;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (boost::out_degree(node, graph) == 0 && alone++ == 0) example = graph[node].name;
  if (alone > 0)
    info.warnings.push_back({fmt::format("{} nodes send over no link, such as {}", alone, in_quotes(example)),
                             info.one_way_links > 0 ? kCablesByKey : "",
                             info.one_way_links > 0 ? kCablesByOption : ""});
  if (info.hosts == 0)
    info.warnings.push_back({"there are no hosts, so no server can be placed",
                             "\"hosts_per_switch\": 2 hangs two on every switch",
                             "--hosts-per-switch 2 hangs two on every switch"});
  if (info.unreachable_pairs > 0) warn_of_pairs(graph, hosts, hosts_forward, info);
  if (!topology.frontend)
    info.warnings.push_back(
        {"it does not say where queries enter", "a run needs 'frontend'", "a run needs 'frontend' (--frontend NODE)"});
}

}  // namespace

TopologyInfo analyse(const BuiltTopology& topology, const RoutingSpec& routing) {
  const NetworkGraph& graph = topology.graph;
  TopologyInfo info;
  const std::vector<NodeId> hosts = hosts_of(graph);
  info.hosts = hosts.size();
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    info.switches += graph[node].kind == NodeKind::switching ? 1 : 0;
  count_links(graph, info);
  std::vector<std::size_t> component(boost::num_vertices(graph));
  info.components = boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  measure_paths(graph, hosts, routing.hosts_forward, info);
  info.bisection = bisection_of(graph, routing.hosts_forward);
  measure_tiers(graph, hosts, info);
  warn(graph, topology, hosts, routing.hosts_forward, info);
  return info;
}

}  // namespace shardsim
