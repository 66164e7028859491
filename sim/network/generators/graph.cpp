// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "network/topology.hpp"

namespace shardsim {
namespace {

struct GraphLink {
  std::string a;
  std::string b;
  Bandwidth bandwidth;
  Duration latency{};
};

class Graph final : public Topology {
 public:
  std::vector<std::string> hosts;
  std::vector<std::string> switches;
  std::vector<GraphLink> links;
  std::string frontend;

  BuiltTopology build(const std::vector<HostPort>& wanted) const override {
    std::map<std::string, const HostPort*> ports;
    for (const HostPort& p : wanted) ports[p.name] = &p;
    BuiltTopology built;
    std::map<std::string, NodeId> nodes;
    for (const std::string& h : hosts) nodes[h] = boost::add_vertex({h, true}, built.graph);
    for (const std::string& s : switches) nodes[s] = boost::add_vertex({s, false}, built.graph);
    for (const HostPort& p : wanted)
      if (!nodes.contains(p.name))
        throw ScenarioError("/topology/hosts",
                            fmt::format("a server is to run on host {}, which the graph does not have{}",
                                        in_quotes(p.name), suggestion(p.name, hosts)));
    for (const GraphLink& l : links) {
      boost::add_edge(nodes.at(l.a), nodes.at(l.b), direction(l, ports, l.a, l.b), built.graph);
      boost::add_edge(nodes.at(l.b), nodes.at(l.a), direction(l, ports, l.b, l.a), built.graph);
    }
    built.frontend = nodes.at(frontend);
    return built;
  }

  std::optional<Complaint> problem() const {
    std::set<std::string> names;
    for (const auto* list : {&hosts, &switches})
      for (std::size_t i = 0; i < list->size(); ++i)
        if (!names.insert((*list)[i]).second)
          return Complaint{fmt::format("{}/{}", list == &hosts ? "hosts" : "switches", i),
                           fmt::format("a second node is called {}", in_quotes((*list)[i]))};
    const std::vector<std::string> known(names.begin(), names.end());
    for (std::size_t i = 0; i < links.size(); ++i) {
      for (const auto& [end, name] : {std::pair("a", links[i].a), std::pair("b", links[i].b)})
        if (!names.contains(name))
          return Complaint{fmt::format("links/{}/{}", i, end),
                           fmt::format("there is no host or switch {}{}", in_quotes(name), suggestion(name, known))};
      if (links[i].a == links[i].b) return Complaint{fmt::format("links/{}", i), "links a node to itself"};
    }
    if (!names.contains(frontend))
      return Complaint{"frontend",
                       fmt::format("there is no node {}{}", in_quotes(frontend), suggestion(frontend, known))};
    return std::nullopt;
  }

 private:
  static NetworkLink direction(const GraphLink& link, const std::map<std::string, const HostPort*>& ports,
                               const std::string& from, const std::string& to) {
    Bandwidth bandwidth = link.bandwidth;
    if (const auto it = ports.find(from); it != ports.end()) bandwidth = std::min(bandwidth, it->second->send);
    if (const auto it = ports.find(to); it != ports.end()) bandwidth = std::min(bandwidth, it->second->receive);
    return {bandwidth, link.latency};
  }
};

}  // namespace

template <>
void describe(Describe<GraphLink>& d) {
  d.object("link", "a cable between two nodes");
  d.required("a", &GraphLink::a, "name of a host or switch");
  d.required("b", &GraphLink::b, "name of another");
  d.required("bandwidth", &GraphLink::bandwidth, "of each direction; \"unlimited\" is allowed").more_than(Bandwidth{0});
  d.required("latency", &GraphLink::latency, "of each direction");
}

template <>
void describe(Describe<Graph>& d) {
  d.object("graph", "hosts, switches and links, one by one");
  describe_topology(d);
  d.required("hosts", &Graph::hosts, "names of hosts");
  d.optional("switches", &Graph::switches, "names of switches");
  d.required("links", &Graph::links, "cables");
  d.required("frontend", &Graph::frontend, "node at which queries enter");
  d.check([](const Graph& g) { return g.problem(); });
}

namespace generators {
Alternative<Topology> graph() { return alternative<Graph, Topology>(); }
}  // namespace generators

}  // namespace shardsim
