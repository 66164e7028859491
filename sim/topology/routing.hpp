// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <limits>
#include <span>
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

/// Shortest paths, put together step by step from tables that are worked out when first asked for. Hosts pass on
/// nothing (unless hosts_forward), so tables are about switches only: for destinations that hang on the same switches,
/// the equally cheap next links from every switch, in two bytes each. A fat-tree of k = 32 has 8,192 hosts and 512
/// such tables of 1,280 entries.
class Routing {
 public:
  /// The graph must outlive the routing and not change.
  explicit Routing(const NetworkGraph& graph, const RoutingSpec& spec = {});

  using Link = NetworkGraph::edge_descriptor;
  /// Links from one node to another, empty when both are the same. A flow always takes the same path; flows of a pair,
  /// told apart by their number, spread over equally short ones. Throws ScenarioError when there is no way.
  std::vector<Link> path(NodeId from, NodeId to, std::uint64_t flow = 0);
  /// The same, as numbers; valid until the next call.
  std::span<const LinkNumber> numbered_path(NodeId from, NodeId to, std::uint64_t flow = 0);
  /// Whether there is a way.
  bool reachable(NodeId from, NodeId to);

 private:
  using Cost = std::int64_t;
  using Costs = std::vector<Cost>;  // by relay, to one destination; kNoWay where there is none
  // Links between nodes that forward, backwards: a search from a destination finds the cost from everywhere.
  using RelayGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Cost>;
  static constexpr std::uint32_t kNotRelay = ~std::uint32_t{0};
  static constexpr Cost kNoWay = std::numeric_limits<Cost>::max() / 4;

  // A link that a message may take next, and the node that it leads to.
  struct Step {
    LinkNumber link = 0;
    std::uint32_t to = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };
  using Steps = std::span<const Step>;
  // Equally cheap steps: where they begin in steps_, and how many; or one of two others.
  using Choice = std::uint32_t;
  static constexpr unsigned kCountBits = 8;
  static constexpr Choice kNone = 0;
  static constexpr Choice kAsk = ~Choice{0};  // depends on more than where a table leads, or does not fit: work it out
  // A choice of a relay, by its place among all that it has; or the destination hangs here.
  using ChoiceNumber = std::uint16_t;
  static constexpr ChoiceNumber kEnds = 0xffff;
  // To destinations that are alike.
  struct Table {
    std::vector<ChoiceNumber> choices;  ///< by relay; empty: not worked out yet
    std::uint32_t end = 0;              ///< a relay that they hang on
  };
  // Destinations are alike when they hang on the same relays, by links that cost the same.
  using Entries = std::vector<std::pair<std::uint32_t, Cost>>;  // relay, and cost from there on

  // A destination, by the relays that it can be reached from.
  struct Goal {
    NodeId node;
    std::vector<std::pair<const Costs*, Cost>> entries;  ///< costs to a relay, and from there on
  };
  Goal goal(NodeId to);
  const Costs& costs_to(std::uint32_t relay);
  Cost cost_of(Link link) const;
  static Cost cost_from(std::uint32_t relay, const Goal& goal);
  void consider(LinkNumber link, Cost cost, Cost& least, std::vector<Step>& steps) const;
  void onward_steps(NodeId at, const Goal& goal, Cost& least, std::vector<Step>& steps) const;
  void shortest_steps(NodeId at, const Goal& goal, std::vector<Step>& steps) const;

  void number_links();
  void group_destinations();
  void find_ends(NodeId node);
  Choice new_choice(const std::vector<Step>& steps);
  ChoiceNumber number_of(const std::vector<Step>& steps, std::vector<Choice>& known);
  Steps all(Choice choice) const { return {steps_.data() + (choice >> kCountBits), choice & ((1U << kCountBits) - 1)}; }
  const Table& table_to(NodeId to);
  Steps steps_from(NodeId at, NodeId to, const Table& table);

  const NetworkGraph& graph_;
  RoutingSpec spec_;
  std::vector<Link> links_;                    // by number
  std::vector<Cost> link_costs_;               // by number
  std::vector<std::uint32_t> relay_of_;        // by node
  std::vector<std::vector<LinkNumber>> out_;   // by node: its links, but for those of relays to others than relays
  std::vector<std::vector<LinkNumber>> last_;  // by node that does not forward: links that end there
  RelayGraph backwards_;
  std::unordered_map<std::uint32_t, Costs> tables_;

  std::vector<Step> steps_;                   // of all choices
  std::vector<std::vector<Choice>> choices_;  // by relay: those met so far, after kNone and kAsk
  std::vector<Choice> first_, final_;         // by node that does not forward: to its only relay, and from there
  std::vector<std::uint32_t> group_of_;       // by node
  std::vector<Table> by_group_;
  std::size_t worked_out_ = 0;  // of by_group_
  std::vector<Step> asked_;
  std::vector<LinkNumber> path_;
};

}  // namespace shardsim
