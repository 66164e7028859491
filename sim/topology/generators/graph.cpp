// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "topology/format.hpp"
#include "topology/repair.hpp"

namespace shardsim {
namespace {

struct GraphLink {
  std::string a;
  std::string b;
  std::string name;
  Bandwidth bandwidth;
  Duration latency{};
  bool one_way = false;
};

class Graph final : public Topology, public Inspectable {
 public:
  std::vector<std::string> hosts;
  std::vector<std::string> switches;
  std::vector<GraphLink> links;
  std::string frontend;
  std::optional<bool> one_way;
  int hosts_per_switch = 0;
  HostCable host_link;
  bool mend = false;

  BuiltTopology build(const std::vector<std::string>& /*wanted*/) const override { return settled("", look()); }
  LookedInto look() const override {
    LookedInto looked;
    BuiltTopology& built = looked.topology;
    std::unordered_map<std::string, NodeId> nodes;
    for (const std::string& h : hosts) nodes.emplace(h, add_host(built.graph, h));
    for (const std::string& s : switches) nodes.emplace(s, add_switch(built.graph, s));
    if (!frontend.empty() && !nodes.contains(frontend))
      nodes[frontend] = boost::add_vertex({frontend, NodeKind::frontend, {}}, built.graph);
    for (const GraphLink& l : links) {
      boost::add_edge(nodes.at(l.a), nodes.at(l.b), {l.bandwidth, l.latency}, built.graph);
      if (l.a != l.b && !one_way.value_or(l.one_way))
        boost::add_edge(nodes.at(l.b), nodes.at(l.a), {l.bandwidth, l.latency}, built.graph);
    }
    if (!frontend.empty()) built.frontend = nodes.at(frontend);
    if (mend) repair(looked);
    hang_hosts(looked, hosts_per_switch, host_link);
    return looked;
  }

  // All that is wrong, told at the first place.
  std::optional<Complaint> problem() const {
    std::vector<Complaint> found;
    std::unordered_set<std::string> names;
    for (const auto* list : {&hosts, &switches})
      for (std::size_t i = 0; i < list->size(); ++i)
        if (!names.insert((*list)[i]).second && !mend)
          found.push_back({fmt::format("{}/{}", list == &hosts ? "hosts" : "switches", i),
                           fmt::format("a second node is called {}", in_quotes((*list)[i]))});
    if (names.size() > kMostNodes)
      found.push_back({"hosts", fmt::format("found {} nodes; at most {} are allowed", names.size(), kMostNodes)});
    const bool own_node = !frontend.empty() && names.insert(frontend).second;
    look_at_links(names, found);
    if (own_node && std::none_of(links.begin(), links.end(),
                                 [&](const GraphLink& l) { return l.a == frontend || l.b == frontend; })) {
      names.erase(frontend);
      found.push_back({"frontend", fmt::format("there is no node {}{}", in_quotes(frontend), near(frontend, names))});
    }
    if (found.empty()) return std::nullopt;
    constexpr std::size_t kShown = 5;
    Complaint first = found.front();
    for (std::size_t i = 1; i < std::min(kShown, found.size()); ++i)
      first.message += fmt::format("; {}: {}", found[i].key, found[i].message);
    if (found.size() > kShown) first.message += fmt::format("; and {} more", found.size() - kShown);
    return first;
  }

 private:
  void look_at_links(const std::unordered_set<std::string>& names, std::vector<Complaint>& found) const {
    std::unordered_set<std::string> link_names;
    for (std::size_t i = 0; i < links.size(); ++i) {
      const GraphLink& link = links[i];
      for (const auto& [end, name] : {std::pair("a", link.a), std::pair("b", link.b)})
        if (!names.contains(name))
          found.push_back({fmt::format("links/{}/{}", i, end),
                           fmt::format("there is no host or switch {}{}", in_quotes(name), near(name, names))});
      if (link.a == link.b && !mend) found.push_back({fmt::format("links/{}", i), "links a node to itself"});
      if (!link.name.empty() && !link_names.insert(link.name).second)
        found.push_back(
            {fmt::format("links/{}/name", i), fmt::format("a second link is called {}", in_quotes(link.name))});
    }
  }
  static std::string near(const std::string& name, const std::unordered_set<std::string>& names) {
    std::vector<std::string> known(names.begin(), names.end());
    std::sort(known.begin(), known.end());
    return suggestion(name, known);
  }
};

}  // namespace

template <>
void describe(Describe<GraphLink>& d) {
  d.object("link", "a link between two nodes");
  d.required("a", &GraphLink::a, "name of a host or switch");
  d.required("b", &GraphLink::b, "name of another");
  d.required("bandwidth", &GraphLink::bandwidth, "of each direction; \"unlimited\" is allowed").more_than(Bandwidth{0});
  d.required("latency", &GraphLink::latency, "of each direction");
  d.optional("name", &GraphLink::name, "a name of its own; no two alike");
  d.optional("one_way", &GraphLink::one_way, "only from a to b");
}

template <>
void describe(Describe<Graph>& d) {
  d.object("graph", "hosts, switches and links, one by one");
  describe_topology(d);
  d.required("hosts", &Graph::hosts, "names of hosts");
  d.optional("switches", &Graph::switches, "names of switches");
  d.required("links", &Graph::links, "links");
  d.optional(
      "frontend", &Graph::frontend,
      "node at which queries enter: a host, a switch, or a node of its own that is only in 'links'; needed for a run");
  d.optional("one_way", &Graph::one_way, "whether links go one way only, whatever each says");
  describe_mending(d, "link of those hosts");
  d.check([](const Graph& g) { return g.problem(); });
}

namespace generators {
Alternative<Topology> graph() { return alternative<Graph, Topology>(); }
}  // namespace generators

}  // namespace shardsim
