// SPDX-License-Identifier: Apache-2.0
#include "cli/topology_action.hpp"
#include "engine/random.hpp"
#include "topology/analysis.hpp"

namespace shardsim {
namespace {

// Routes of random pairs of hosts.
struct Sampled {
  std::uint64_t pairs = 0;
  double mean_hops = 0;
  std::size_t most_hops = 0;
  double mean_latency_us = 0;
};

Sampled sample_routes(const GivenTopology& topology, std::uint64_t pairs) {
  const NetworkGraph& graph = topology.built.graph;
  std::vector<NodeId> hosts;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].kind == NodeKind::host) hosts.push_back(node);
  if (hosts.size() < 2) throw InputError(topology.name, "", "has fewer than two hosts to route between");
  Routing routing(graph, topology.routing);
  RandomStream random(1, 0, Purpose::topology, 1);
  Sampled s;
  double latency = 0;
  std::uint64_t hops = 0;
  for (; s.pairs < pairs && !interrupted(); ++s.pairs) {
    const NodeId from = hosts[random.below(hosts.size())];
    NodeId to = from;
    while (to == from) to = hosts[random.below(hosts.size())];
    const std::vector<Routing::Link> path = routing.path(from, to);
    hops += path.size();
    s.most_hops = std::max(s.most_hops, path.size());
    for (const Routing::Link link : path) latency += to_microseconds(graph[link].latency);
  }
  const double routed = std::max<double>(1, static_cast<double>(s.pairs));
  s.mean_hops = static_cast<double>(hops) / routed;
  s.mean_latency_us = latency / routed;
  return s;
}

std::vector<std::string> texts_of(const std::vector<TopologyFinding>& findings, Speech speech) {
  std::vector<std::string> texts;
  for (const TopologyFinding& f : findings) texts.push_back(text_of(f, speech));
  return texts;
}

Json info_json(const TopologyInfo& info, const GivenTopology& topology) {
  Json tiers = Json::array();
  for (const TierInfo& t : info.tiers)
    tiers.push_back({{"tier", t.tier},
                     {"switches", t.switches},
                     {"oversubscription", t.oversubscription > 0 ? Json(t.oversubscription) : Json()}});
  Json bisection;
  Json halves;
  const bool is_unlimited = info.bisection && info.bisection->most.is_unlimited();
  if (info.bisection) halves = Json::array({info.bisection->smaller, info.bisection->larger});
  if (info.bisection) bisection = is_unlimited ? Json("unlimited") : Json(info.bisection->most.bytes_per_second * 8e-9);
  return {{"hosts", info.hosts},
          {"switches", info.switches},
          {"links", info.links},
          {"one_way_links", info.one_way_links},
          {"components", info.components},
          {"diameter_hops", info.diameter_hops},
          {"mean_hops", info.mean_hops},
          {"sampled", info.is_sampled},
          {"host_pairs", info.host_pairs},
          {"unreachable_pairs", info.unreachable_pairs},
          {"bisection_gbps", bisection},
          {"bisection_bound", info.bisection ? Json("upper") : Json()},
          {"bisection_halves", halves},
          {"bisection_cuts_tried", info.bisection ? info.bisection->cuts_tried : 0},
          {"tiers", tiers},
          {"warnings", texts_of(info.warnings, topology.speech)},
          {"notes", topology.notes}};
}

std::string info_text(const TopologyInfo& info, const GivenTopology& topology) {
  std::string out = fmt::format(
      "hosts           {}\nswitches        {}\nlinks           {}{}\ncomponents      {}\n", info.hosts, info.switches,
      info.links, info.one_way_links > 0 ? fmt::format(" ({} one way)", info.one_way_links) : "", info.components);
  const char* about = info.is_sampled ? " at least (of some senders)" : "";
  out += fmt::format("diameter        {} hops{}, mean {:.2f}\nunreachable     {} of {} pairs of hosts\n",
                     info.diameter_hops, about, info.mean_hops, info.unreachable_pairs, info.host_pairs);
  if (info.bisection) {
    const Bisection& b = *info.bisection;
    const std::string most =
        b.most.is_unlimited() ? "unlimited" : fmt::format("{:g} Gbps", b.most.bytes_per_second * 8e-9);
    out += fmt::format("bisection       {} at most, between {} and {} hosts (an upper bound: the least of {} cuts)\n",
                       most, b.smaller, b.larger, b.cuts_tried);
  }
  for (const TierInfo& t : info.tiers)
    out +=
        fmt::format("tier {}          {} switches{}\n", t.tier, t.switches,
                    t.oversubscription > 0 ? fmt::format(", {:.3g}:1 oversubscribed at most", t.oversubscription) : "");
  for (const std::string& n : topology.notes) out += fmt::format("note            {}\n", n);
  for (const std::string& w : texts_of(info.warnings, topology.speech)) out += fmt::format("note            {}\n", w);
  return out;
}

class Info final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE [--pairs N]"; }
  std::size_t arguments() const override { return 1; }
  int run(GivenTopology topology, const std::vector<std::string>&, const Variables& given) const override {
    const bool json = wants_json(given);
    const TopologyInfo info = analyse(topology.built, topology.routing);
    Json out = info_json(info, topology);
    std::string text = info_text(info, topology);
    if (given.count("pairs") > 0) {
      const Sampled s = sample_routes(topology, whole_number(given, "pairs"));
      out["routed"] = {{"pairs", s.pairs},
                       {"mean_hops", s.mean_hops},
                       {"most_hops", s.most_hops},
                       {"mean_latency_us", s.mean_latency_us}};
      text += fmt::format("routed          {} random pairs: {:.3f} hops, {:.3f} us in the mean\n", s.pairs, s.mean_hops,
                          s.mean_latency_us);
    }
    fmt::print("{}", json ? out.dump(2) + "\n" : text);
    return interrupted() ? kFailed : kOk;
  }
};

}  // namespace

template <>
void describe(Describe<Info>& d) {
  d.object("info", "sizes, diameter, bisection, oversubscription");
}

namespace topology_actions {
Alternative<TopologyAction> info() { return alternative<Info, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
