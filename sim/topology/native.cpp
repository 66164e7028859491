// SPDX-License-Identifier: Apache-2.0
#include "topology/native.hpp"

#include "topology/cables.hpp"

namespace shardsim {

std::string native_text(const BuiltTopology& topology, const RoutingSpec& routing, const std::string& description) {
  const NetworkGraph& graph = topology.graph;
  Json hosts = Json::array();
  Json switches = Json::array();
  Json platforms = Json::object();
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) {
    if (graph[node].kind != NodeKind::frontend)
      (graph[node].kind == NodeKind::host ? hosts : switches).push_back(graph[node].name);
    if (!graph[node].platform.empty()) platforms[graph[node].name] = graph[node].platform;
  }
  std::string out = "{\n  \"type\": \"graph\",\n";
  if (!description.empty()) out += fmt::format("  \"description\": {},\n", Json(description).dump());
  const Json route = value_type<RoutingSpec>().write(&routing, {});
  const RoutingSpec usual;
  if (route != value_type<RoutingSpec>().write(&usual, {})) out += fmt::format("  \"routing\": {},\n", route.dump());
  if (!platforms.empty()) out += fmt::format("  \"host_platforms\": {},\n", platforms.dump());
  if (topology.frontend) out += fmt::format("  \"frontend\": {},\n", Json(graph[*topology.frontend].name).dump());
  out += fmt::format("  \"hosts\": {},\n  \"switches\": {},\n  \"links\": [", hosts.dump(), switches.dump());
  const char* separator = "\n";
  for (const CableView& c : cables_of(graph)) {
    Json link{{"a", graph[c.a].name},
              {"b", graph[c.b].name},
              {"bandwidth", to_text(c.bandwidth)},
              {"latency", to_text(c.latency)}};
    if (c.one_way) link["one_way"] = true;
    out += separator + std::string("    ") + link.dump();
    separator = ",\n";
  }
  return out + "\n  ]\n}\n";
}

}  // namespace shardsim
