// SPDX-License-Identifier: Apache-2.0
#include "network/topology.hpp"

namespace shardsim {
namespace {

//        spine0   spine1          every leaf is cabled to every spine
//        /    \  /    \           .
//     leaf0   leaf1   leaf2       hosts_per_leaf hosts on a leaf, in order
class LeafSpine final : public Topology {
 public:
  int hosts_per_leaf = 16;
  int spines = 2;
  Duration host_latency{};
  Cable uplink;
  Frontend frontend;

  BuiltTopology build(const std::vector<HostPort>& hosts) const override {
    BuiltTopology built;
    NetworkGraph& graph = built.graph;
    std::vector<NodeId> spine;
    for (int s = 0; s < spines; ++s) spine.push_back(boost::add_vertex({fmt::format("spine{}", s), false}, graph));
    std::vector<NodeId> leaves;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      if (i % static_cast<std::size_t>(hosts_per_leaf) == 0) leaves.push_back(add_leaf(graph, leaves.size(), spine));
      const NodeId node = boost::add_vertex({hosts[i].name, true}, graph);
      connect_host(graph, node, leaves.back(), hosts[i], host_latency, host_latency);
    }
    built.frontend = add_frontend(graph, frontend, leaves.front(), hosts);
    return built;
  }

 private:
  NodeId add_leaf(NetworkGraph& graph, std::size_t number, const std::vector<NodeId>& spine) const {
    const NodeId leaf = boost::add_vertex({fmt::format("leaf{}", number), false}, graph);
    for (const NodeId s : spine) {
      boost::add_edge(leaf, s, {uplink.bandwidth, uplink.latency}, graph);
      boost::add_edge(s, leaf, {uplink.bandwidth, uplink.latency}, graph);
    }
    return leaf;
  }
};

}  // namespace

template <>
void describe(Describe<LeafSpine>& d) {
  d.object("leaf-spine", "hosts on leaf switches, every leaf cabled to every spine");
  describe_topology(d);
  d.required("hosts_per_leaf", &LeafSpine::hosts_per_leaf, "hosts on a leaf, in order of their numbers")
      .at_least(1)
      .at_most(4096);
  d.required("spines", &LeafSpine::spines, "spine switches").at_least(1).at_most(1024);
  d.required("host_latency", &LeafSpine::host_latency, "host to leaf, and leaf to host");
  d.required("uplink", &LeafSpine::uplink, "cable between a leaf and a spine");
  d.required("frontend", &LeafSpine::frontend, "where queries enter; its cable hangs on the first leaf");
}

namespace generators {
Alternative<Topology> leaf_spine() { return alternative<LeafSpine, Topology>(); }
}  // namespace generators

}  // namespace shardsim
