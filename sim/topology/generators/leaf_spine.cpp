// SPDX-License-Identifier: Apache-2.0
#include "topology/topology.hpp"

namespace shardsim {
namespace {

//        spine0   spine1          every leaf is cabled to every spine
//        /    \  /    \           .
//     leaf0   leaf1   leaf2       hosts_per_leaf hosts on a leaf, in order
class LeafSpine final : public Generator {
 public:
  std::optional<int> leaves;
  int hosts_per_leaf = 16;
  int spines = 2;
  Bandwidth host_bandwidth = Bandwidth::unlimited();
  Duration host_latency{};
  Cable uplink;

  bool makes_hosts() const override { return !leaves; }
  std::string complaint(std::int64_t of_leaves) const {
    return complaint_about_size(leaves ? of_leaves * hosts_per_leaf : 0, of_leaves * spines);
  }

 private:
  // Where the leaves depend on how many servers there are.
  void check_size(std::int64_t of_leaves) const {
    if (const std::string found = complaint(of_leaves); !found.empty()) throw ScenarioError("/topology/spines", found);
  }
  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& wanted) const override {
    if (!leaves) check_size((std::ssize(wanted) + hosts_per_leaf - 1) / hosts_per_leaf);
    std::vector<NodeId> spine;
    for (int s = 0; s < spines; ++s) spine.push_back(add_switch(graph, fmt::format("spine{}", s)));
    const auto add_leaf = [&](int number) {
      const NodeId leaf = add_switch(graph, fmt::format("leaf{}", number));
      for (const NodeId s : spine) add_cable(graph, leaf, s, uplink);
      return leaf;
    };
    const Cable host_link{host_bandwidth, host_latency};
    for (int l = 0; l < leaves.value_or(0); ++l)
      add_hosts(graph, add_leaf(l), hosts_per_leaf, fmt::format("leaf{}/host", l), host_link);
    NodeId leaf = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto per_leaf = static_cast<std::size_t>(hosts_per_leaf);
      if (i % per_leaf == 0) leaf = add_leaf(static_cast<int>(i / per_leaf));
      add_cable(graph, add_host(graph, wanted[i]), leaf, host_link);
    }
    return leaves || wanted.empty() ? spine.front()
                                    : boost::target(*boost::out_edges(spine.front(), graph).first, graph);
  }
};

}  // namespace

template <>
void describe(Describe<LeafSpine>& d) {
  d.object("leaf-spine", "hosts on leaf switches, every leaf linked to every spine");
  describe_generator(d);
  d.optional("leaves", &LeafSpine::leaves, "leaf0/host0, ...; left out: a host for each server, named after it")
      .at_least(1)
      .at_most(4096);
  d.required("hosts_per_leaf", &LeafSpine::hosts_per_leaf, "hosts on a leaf, in order of their numbers")
      .at_least(1)
      .at_most(4096);
  d.required("spines", &LeafSpine::spines, "spine switches").at_least(1).at_most(1024);
  d.optional("host_bandwidth", &LeafSpine::host_bandwidth, "host to leaf, where slower than the NIC")
      .more_than(Bandwidth{0});
  d.required("host_latency", &LeafSpine::host_latency, "host to leaf, and leaf to host");
  d.required("uplink", &LeafSpine::uplink, "link between a leaf and a spine");
  d.check([](const LeafSpine& l) -> std::optional<Complaint> {
    const std::string complaint = l.leaves ? l.complaint(*l.leaves) : "";
    return complaint.empty() ? std::nullopt : std::optional(Complaint{"leaves", complaint});
  });
}

namespace generators {
Alternative<Topology> leaf_spine() { return alternative<LeafSpine, Topology>(); }
}  // namespace generators

}  // namespace shardsim
