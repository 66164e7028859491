// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <limits>
#include <unordered_map>
#include <vector>

#include "config/description.hpp"
#include "topology/graph.hpp"

namespace shardsim {

/// What makes a path short.
enum class Metric { hops, latency };
/// What is done where several paths are equally short: `ecmp` picks one by a hash of the flow, `single` always the
/// first.
enum class Multipath { ecmp, single };

template <>
struct EnumNames<Metric> {
  static constexpr std::array<std::pair<Metric, std::string_view>, 2> names{
      {{Metric::hops, "hops"}, {Metric::latency, "latency"}}};
};
template <>
struct EnumNames<Multipath> {
  static constexpr std::array<std::pair<Multipath, std::string_view>, 2> names{
      {{Multipath::ecmp, "ecmp"}, {Multipath::single, "single"}}};
};

struct RoutingSpec {
  Metric metric = Metric::hops;
  Multipath multipath = Multipath::ecmp;
  bool hosts_forward = false;
};
template <>
void describe(Describe<RoutingSpec>& d);

/// Shortest paths, worked out when first asked for. Hosts pass on nothing (unless hosts_forward), so distances are kept
/// between switches only: a table of one number a switch for every switch that a destination hangs on.
/// A fat-tree of k = 32 has 8,192 hosts and 512 such tables of 1,280 numbers.
class Routing {
 public:
  /// The graph must outlive the routing and not change.
  explicit Routing(const NetworkGraph& graph, const RoutingSpec& spec = {});

  using Link = NetworkGraph::edge_descriptor;
  /// Links from one node to another, empty when both are the same. A flow always takes the same path; flows of a pair,
  /// told apart by their number, spread over equally short ones. Throws ScenarioError when there is no way.
  std::vector<Link> path(NodeId from, NodeId to, std::uint64_t flow = 0);
  /// Whether there is a way.
  bool reachable(NodeId from, NodeId to);

 private:
  using Cost = std::int64_t;
  using Costs = std::vector<Cost>;  // by relay, to one destination; kNoWay where there is none
  // Links between nodes that forward, backwards: a search from a destination finds the cost from everywhere.
  using RelayGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Cost>;
  static constexpr std::uint32_t kNotRelay = ~std::uint32_t{0};
  static constexpr Cost kNoWay = std::numeric_limits<Cost>::max() / 4;

  // A link between relays, with all that a search looks at side by side.
  struct Onward {
    Link link;
    std::uint32_t to = 0;
    Cost cost = 0;
  };
  // A destination, by the relays that it can be reached from.
  struct Goal {
    NodeId node;
    std::vector<std::pair<const Costs*, Cost>> entries;  ///< costs to a relay, and from there on
  };
  Goal goal(NodeId to);
  const Costs& costs_to(std::uint32_t relay);
  Cost cost_of(Link link) const;
  static Cost cost_from(std::uint32_t relay, const Goal& goal);
  static void consider(Link link, Cost cost, Cost& least, std::vector<Link>& steps);
  void shortest_steps(NodeId at, const Goal& goal, std::vector<Link>& steps) const;

  const NetworkGraph& graph_;
  RoutingSpec spec_;
  std::vector<std::uint32_t> relay_of_;      // by node
  std::vector<std::vector<Onward>> onward_;  // by relay
  std::vector<std::vector<Link>> last_;      // by node that does not forward: links that end there
  RelayGraph backwards_;
  std::unordered_map<std::uint32_t, Costs> tables_;
};

}  // namespace shardsim
