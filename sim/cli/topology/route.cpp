// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include "cli/topology_action.hpp"

namespace shardsim {
namespace {

class RouteAction final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE A B [--flow N]"; }
  std::size_t arguments() const override { return 3; }
  int run(GivenTopology topology, const std::vector<std::string>& ends, const Variables& given) const override {
    const bool json = wants_json(given);
    const NetworkGraph& graph = topology.built.graph;
    const NodeId from = node_named(graph, ends[0], "A");
    const NodeId to = node_named(graph, ends[1], "B");
    Routing routing(graph, topology.routing);
    std::vector<std::string> names{graph[from].name};
    Duration latency{};
    Bandwidth bandwidth = Bandwidth::unlimited();
    for (const Routing::Link link : way(routing, from, to, whole_number(given, "flow"), topology.name)) {
      names.push_back(graph[boost::target(link, graph)].name);
      latency += graph[link].latency;
      bandwidth = std::min(bandwidth, graph[link].bandwidth);
    }
    const Json gbps = bandwidth.is_unlimited() ? Json("unlimited") : Json(bandwidth.bytes_per_second * 8e-9);
    if (json)
      fmt::print("{}\n", Json{{"path", names},
                              {"hops", names.size() - 1},
                              {"latency_us", to_microseconds(latency)},
                              {"bandwidth_gbps", gbps}}
                             .dump(2));
    else
      fmt::print("{}\n{} hops, {:g} us, slowest link {}\n", fmt::join(names, " -> "), names.size() - 1,
                 to_microseconds(latency),
                 bandwidth.is_unlimited() ? "unlimited" : fmt::format("{:g} Gbps", bandwidth.bytes_per_second * 8e-9));
    return kOk;
  }

 private:
  static std::vector<Routing::Link> way(Routing& routing, NodeId from, NodeId to, std::uint64_t flow,
                                        const std::string& file) {
    try {
      return routing.path(from, to, flow);
    } catch (const ScenarioError& e) {
      throw InputError(file, "", e.message());
    }
  }
};

}  // namespace

template <>
void describe(Describe<RouteAction>& d) {
  d.object("route", "the way from A to B");
}

namespace topology_actions {
Alternative<TopologyAction> route() { return alternative<RouteAction, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
