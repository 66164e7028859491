// SPDX-License-Identifier: Apache-2.0
#include "topology/looked_into.hpp"

namespace shardsim {

template <>
void describe(Describe<HostCable>& d) {
  d.object("host-link", "both directions between an added host and its switch");
  d.optional("bandwidth", &HostCable::bandwidth, "of each direction; \"unlimited\" is allowed").more_than(Bandwidth{0});
  d.optional("latency", &HostCable::latency, "of each direction: propagation, switching and host stack");
}

void hang_hosts(LookedInto& looked, int count, const HostCable& cable) {
  if (count == 0) return;
  NetworkGraph& graph = looked.topology.graph;
  const auto miss = [&](bool is_missing, const char* what, const char* example) {
    if (is_missing)
      looked.findings.push_back({fmt::format("nothing says the {} of the added hosts' links", what),
                                 fmt::format("give \"host_link\": {{\"{}\": \"{}\"}}", what, example),
                                 fmt::format("give --host-link '{}={}'", what, example)});
  };
  miss(!cable.bandwidth, "bandwidth", "10 Gbps");
  miss(!cable.latency, "latency", "1 us");
  const Cable made{cable.bandwidth.value_or(Bandwidth::unlimited()), cable.latency.value_or(Duration{})};
  const std::size_t nodes = boost::num_vertices(graph);
  std::size_t switches = 0;
  for (NodeId node = 0; node < nodes; ++node) {
    if (graph[node].kind != NodeKind::switching) continue;
    ++switches;
    add_hosts(graph, node, count, std::string(graph[node].name) + "/host", made);
  }
  looked.notes.push_back(fmt::format("added: hosts at each of {} switches, {} a switch, on links of {}, {}", switches,
                                     count, to_text(made.bandwidth), to_text(made.latency)));
}

}  // namespace shardsim
