// SPDX-License-Identifier: Apache-2.0
#include "topology/bisection.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "topology/cut_meter.hpp"
#include "topology/halving.hpp"

namespace shardsim {
namespace {

constexpr std::size_t kMostForCuts = 400'000;  // nodes and links

// Which unit each node belongs to: a switch and the hosts that hang on it alone are one, where they stay together.
class Units {
 public:
  Units(const NetworkGraph& graph, bool together) : graph_(graph), of_(boost::num_vertices(graph), kNone) {
    std::vector<NodeId> home(of_.size());
    std::iota(home.begin(), home.end(), NodeId{0});
    if (together) find_homes(home);
    for (NodeId node = 0; node < of_.size(); ++node) {
      if (graph[node].kind == NodeKind::frontend) continue;
      std::uint32_t& unit = of_[home[node]];
      if (unit == kNone) {
        unit = static_cast<std::uint32_t>(units_.hosts.size());
        units_.hosts.push_back(0);
      }
      of_[node] = unit;
      if (graph[node].kind == NodeKind::host) ++units_.hosts[unit];
    }
    join();
  }
  const UnitGraph& graph() const { return units_; }
  bool side_of(NodeId node, const Side& side) const { return side[of_[node]]; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // A host's home is the one switch that it is linked to, both ways.
  void find_homes(std::vector<NodeId>& home) const {
    constexpr NodeId kUnknown = ~NodeId{0};
    constexpr NodeId kSeveral = kUnknown - 1;
    std::vector<NodeId> to(of_.size(), kUnknown);
    std::vector<NodeId> from(of_.size(), kUnknown);
    const auto note = [](NodeId& seen, NodeId node) { seen = seen == kUnknown || seen == node ? node : kSeveral; };
    for (const auto link : boost::make_iterator_range(boost::edges(graph_))) {
      const NodeId a = boost::source(link, graph_);
      const NodeId b = boost::target(link, graph_);
      if (graph_[b].kind != NodeKind::frontend) note(to[a], b);
      if (graph_[a].kind != NodeKind::frontend) note(from[b], a);
    }
    for (NodeId node = 0; node < home.size(); ++node)
      if (graph_[node].kind == NodeKind::host && to[node] == from[node] && to[node] < kSeveral &&
          graph_[to[node]].kind == NodeKind::switching)
        home[node] = to[node];
  }

  // Weights are whole, as sums must not depend on their order; an unlimited link weighs as much as all others.
  void join() {
    double all = 1;
    for (const auto link : boost::make_iterator_range(boost::edges(graph_)))
      if (const Bandwidth b = graph_[link].bandwidth; !b.is_unlimited()) all += b.bytes_per_second;
    constexpr double kAll = 1e12;  // of the sum; an int64 holds a million times as much
    const double unit = std::max(1.0, all / kAll);
    const std::int64_t unlimited = std::llround(all / unit) + 1;
    units_.joined.resize(units_.hosts.size());
    for (const auto link : boost::make_iterator_range(boost::edges(graph_))) {
      const std::uint32_t a = of_[boost::source(link, graph_)];
      const std::uint32_t b = of_[boost::target(link, graph_)];
      if (a == kNone || b == kNone || a == b) continue;
      const Bandwidth rate = graph_[link].bandwidth;
      const std::int64_t weight =
          rate.is_unlimited() ? unlimited : std::max<std::int64_t>(1, std::llround(rate.bytes_per_second / unit));
      units_.joined[a].emplace_back(b, weight);
      units_.joined[b].emplace_back(a, weight);
    }
    for (auto& joined : units_.joined) merge(joined);
  }
  static void merge(std::vector<std::pair<std::uint32_t, std::int64_t>>& joined) {
    std::sort(joined.begin(), joined.end());
    std::size_t kept = 0;
    for (const auto& [other, weight] : joined)
      if (kept > 0 && joined[kept - 1].first == other)
        joined[kept - 1].second += weight;
      else
        joined[kept++] = {other, weight};
    joined.resize(kept);
  }

  const NetworkGraph& graph_;
  std::vector<std::uint32_t> of_;  // by node
  UnitGraph units_;
};

Bisection least_of(const NetworkGraph& graph, bool hosts_forward, const std::vector<NodeId>& hosts, const Units& units,
                   const WaysOfHalving& ways) {
  const std::size_t judged = boost::num_edges(graph) < 20'000 ? 4 : 1;
  Bisection found{Bandwidth::unlimited(), 0, 0, ways.tried};
  const CutMeter meter(graph, hosts_forward);
  for (std::size_t i = 0; i < std::min(judged, ways.distinct.size()); ++i) {
    std::vector<bool> sends(hosts.size());
    for (std::size_t h = 0; h < hosts.size(); ++h) sends[h] = units.side_of(hosts[h], ways.distinct[i].side);
    found.most = std::min(found.most, meter.between(hosts, sends));
    const auto senders = static_cast<std::size_t>(std::count(sends.begin(), sends.end(), true));
    found.smaller = std::min(senders, hosts.size() - senders);
    sends.flip();
    found.most = std::min(found.most, meter.between(hosts, sends));
  }
  found.larger = hosts.size() - found.smaller;
  return found;
}

}  // namespace

std::optional<Bisection> bisection_of(const NetworkGraph& graph, bool hosts_forward) {
  std::vector<NodeId> hosts;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].kind == NodeKind::host) hosts.push_back(node);
  if (hosts.size() < 2 || boost::num_vertices(graph) + boost::num_edges(graph) > kMostForCuts) return std::nullopt;
  for (const bool together : {true, false}) {
    const Units units(graph, together);
    const auto [smaller, first] = even_subset(units.graph().hosts);
    if (together && 3 * smaller < static_cast<std::int64_t>(hosts.size())) continue;
    return least_of(graph, hosts_forward, hosts, units, ways_of_halving(units.graph(), smaller, first));
  }
  return std::nullopt;
}

}  // namespace shardsim
