// SPDX-License-Identifier: Apache-2.0
#include "topology/topology.hpp"

namespace shardsim {
namespace {

//   host0 ----.         .---- host2
//              [switch]
//   frontend -'         '---- host3 ...
class Star final : public Generator {
 public:
  std::optional<int> hosts;
  Duration up_latency{};
  Duration down_latency{};

  bool makes_hosts() const override { return !hosts; }

 private:
  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& wanted) const override {
    const NodeId hub = add_switch(graph, "switch");
    for (const std::string& name : wanted) connect(graph, add_host(graph, name), hub);
    for (int i = 0; i < hosts.value_or(0); ++i) connect(graph, add_host(graph, fmt::format("host{}", i)), hub);
    return hub;
  }
  void connect(NetworkGraph& graph, NodeId host, NodeId hub) const {
    boost::add_edge(host, hub, {Bandwidth::unlimited(), up_latency}, graph);
    boost::add_edge(hub, host, {Bandwidth::unlimited(), down_latency}, graph);
  }
};

}  // namespace

template <>
void describe(Describe<Star>& d) {
  d.object("star", "all hosts on one switch that never blocks; each link is as fast as the host's NIC");
  describe_generator(d);
  d.optional("hosts", &Star::hosts, "host0, host1, ...; left out: a host for each server, named after it")
      .at_least(1)
      .at_most(100'000);
  d.required("up_latency", &Star::up_latency, "host to switch: host stack, link, half the switch");
  d.required("down_latency", &Star::down_latency, "switch to host");
}

namespace generators {
Alternative<Topology> star() { return alternative<Star, Topology>(); }
}  // namespace generators

}  // namespace shardsim
