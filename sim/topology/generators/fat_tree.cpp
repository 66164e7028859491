// SPDX-License-Identifier: Apache-2.0
#include "topology/topology.hpp"

namespace shardsim {
namespace {

// Al-Fares, Loukissas, Vahdat (SIGCOMM 2008): k pods of k/2 racks and k/2 aggregation switches, k^2/4 core switches,
// k^3/4 hosts. Aggregation switch i of every pod is cabled to core switches i k/2 ... (i + 1) k/2 - 1.
class FatTree final : public Generator {
 public:
  int k = 4;
  Cable host_link;
  Cable link;

 private:
  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& /*wanted*/) const override {
    const int half = k / 2;
    std::vector<NodeId> cores;
    for (int c = 0; c < half * half; ++c) cores.push_back(add_switch(graph, fmt::format("core{}", c)));
    for (int p = 0; p < k; ++p) add_pod(graph, p, cores);
    return cores.front();
  }
  void add_pod(NetworkGraph& graph, int number, const std::vector<NodeId>& cores) const {
    const int half = k / 2;
    std::vector<NodeId> aggregation;
    auto core = cores.begin();
    for (int a = 0; a < half; ++a) {
      aggregation.push_back(add_switch(graph, fmt::format("pod{}/agg{}", number, a)));
      for (int c = 0; c < half; ++c) add_cable(graph, aggregation.back(), *core++, link);
    }
    for (int r = 0; r < half; ++r) {
      const NodeId rack = add_switch(graph, fmt::format("pod{}/rack{}", number, r));
      for (const NodeId a : aggregation) add_cable(graph, rack, a, link);
      add_hosts(graph, rack, half, fmt::format("pod{}/rack{}/host", number, r), host_link);
    }
  }
};

}  // namespace

template <>
void describe(Describe<FatTree>& d) {
  d.object("fat-tree", "k-ary fat tree (Al-Fares 2008): k^3/4 hosts, full bisection");
  describe_generator(d);
  d.required("k", &FatTree::k, "ports of a switch, even").at_least(2).at_most(64);
  d.optional("host_link", &FatTree::host_link, "between a host and its rack's switch").formerly("host_cable");
  d.required("link", &FatTree::link, "between two switches").formerly("cable");
  d.check([](const FatTree& f) -> std::optional<Complaint> {
    if (f.k % 2 != 0) return Complaint{"k", fmt::format("found {}; expected an even number", f.k)};
    return std::nullopt;
  });
}

namespace generators {
Alternative<Topology> fat_tree() { return alternative<FatTree, Topology>(); }
}  // namespace generators

}  // namespace shardsim
