// SPDX-License-Identifier: Apache-2.0
// A graph as Boost.Graph's writers want it: undirected when every cable has both directions, with attributes as text.
#pragma once

#include <boost/property_map/dynamic_property_map.hpp>

#include "network/cables.hpp"
#include "network/topology.hpp"

namespace shardsim {

struct WrittenNode {
  std::string name;
  std::string kind;
  std::string platform;
};
struct WrittenLink {
  std::string bandwidth;
  std::string latency;
};

namespace detail {

template <class Directed, class Write>
void write_as(const BuiltTopology& topology, const std::vector<CableView>& cables, Write write) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, Directed, WrittenNode, WrittenLink>;
  Graph graph;
  bool has_platforms = false;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(topology.graph))) {
    const NetworkNode& n = topology.graph[node];
    const bool is_frontend = topology.frontend == node && n.kind == NodeKind::frontend;
    boost::add_vertex({n.name,
                       is_frontend                ? "frontend"
                       : n.kind == NodeKind::host ? "host"
                                                  : "switch",
                       n.platform},
                      graph);
    has_platforms = has_platforms || !n.platform.empty();
  }
  for (const CableView& c : cables) {
    const WrittenLink link{to_text(c.bandwidth), to_text(c.latency)};
    boost::add_edge(c.a, c.b, link, graph);
    if (std::is_same_v<Directed, boost::directedS> && !c.one_way) boost::add_edge(c.b, c.a, link, graph);
  }
  boost::dynamic_properties properties;
  properties.property("name", boost::get(&WrittenNode::name, graph));
  properties.property("kind", boost::get(&WrittenNode::kind, graph));
  if (has_platforms) properties.property("platform", boost::get(&WrittenNode::platform, graph));
  properties.property("bandwidth", boost::get(&WrittenLink::bandwidth, graph));
  properties.property("latency", boost::get(&WrittenLink::latency, graph));
  write(graph, properties);
}

}  // namespace detail

/// Calls write(graph, properties) with attributes name, kind, platform, bandwidth and latency.
template <class Write>
void write_with(const BuiltTopology& topology, Write write) {
  const std::vector<CableView> cables = cables_of(topology.graph);
  bool one_way = false;
  for (const CableView& c : cables) one_way = one_way || c.one_way;
  if (one_way)
    detail::write_as<boost::directedS>(topology, cables, write);
  else
    detail::write_as<boost::undirectedS>(topology, cables, write);
}

}  // namespace shardsim
