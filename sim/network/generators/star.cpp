// SPDX-License-Identifier: Apache-2.0
#include "network/topology.hpp"

namespace shardsim {
namespace {

//   main0 ----.         .---- sparse0
//              [switch]
//   frontend -'         '---- sparse1 ...
class Star final : public Topology {
 public:
  Duration up_latency{};
  Duration down_latency{};
  Frontend frontend;

  BuiltTopology build(const std::vector<HostPort>& hosts) const override {
    BuiltTopology built;
    const NodeId hub = boost::add_vertex({"switch", false}, built.graph);
    for (const HostPort& h : hosts) {
      const NodeId node = boost::add_vertex({h.name, true}, built.graph);
      connect_host(built.graph, node, hub, h, up_latency, down_latency);
    }
    built.frontend = add_frontend(built.graph, frontend, hub, hosts);
    return built;
  }
};

}  // namespace

template <>
void describe(Describe<Star>& d) {
  d.object("star", "all hosts on one switch that never blocks; each link is as fast as the host's network card");
  describe_topology(d);
  d.required("up_latency", &Star::up_latency, "host to switch: host stack, cable, half the switch");
  d.required("down_latency", &Star::down_latency, "switch to host");
  d.required("frontend", &Star::frontend, "where queries enter");
}

namespace generators {
Alternative<Topology> star() { return alternative<Star, Topology>(); }
}  // namespace generators

}  // namespace shardsim
