// SPDX-License-Identifier: Apache-2.0
#include "network/topology.hpp"

namespace shardsim {

template <>
void describe(Describe<Cable>& d) {
  d.object("cable", "both directions between two nodes");
  d.optional("bandwidth", &Cable::bandwidth, "of each direction; \"unlimited\" is allowed").more_than(Bandwidth{0});
  d.optional("latency", &Cable::latency, "of each direction: propagation, switching and host stack");
}

template <>
void describe(Describe<Frontend>& d) {
  d.object("frontend", "where queries enter the network");
  d.optional("cable", &Frontend::cable, "a node of its own, called 'frontend', on this cable");
  d.optional("host", &Frontend::host, "or: the host that queries start on, so that they cross no link to it");
  d.check([](const Frontend& f) -> std::optional<Complaint> {
    if (f.cable.has_value() == !f.host.empty()) return Complaint{"", "expected either 'cable' or 'host'"};
    return std::nullopt;
  });
}

NodeId add_frontend(NetworkGraph& graph, const Frontend& frontend, NodeId attach, const std::vector<HostPort>& hosts) {
  if (frontend.cable) {
    const NodeId node = boost::add_vertex({"frontend", true}, graph);
    const NetworkLink link{frontend.cable->bandwidth, frontend.cable->latency};
    boost::add_edge(node, attach, link, graph);
    boost::add_edge(attach, node, link, graph);
    return node;
  }
  std::vector<std::string> names;
  for (const HostPort& h : hosts) names.push_back(h.name);
  for (const NodeId node : boost::make_iterator_range(vertices(graph)))
    if (graph[node].is_host && graph[node].name == frontend.host) return node;
  throw ScenarioError("/topology/frontend/host",
                      fmt::format("there is no host {}{}", in_quotes(frontend.host), suggestion(frontend.host, names)));
}

void connect_host(NetworkGraph& graph, NodeId host, NodeId node, const HostPort& port, Duration up, Duration down) {
  boost::add_edge(host, node, {port.send, up}, graph);
  boost::add_edge(node, host, {port.receive, down}, graph);
}

}  // namespace shardsim
