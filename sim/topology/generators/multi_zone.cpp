// SPDX-License-Identifier: Apache-2.0
#include "topology/topology.hpp"

namespace shardsim {
namespace {

//   backbone                         joins the halls
//     hall0 ...                      a hall's switch joins its pods
//       hall0/pod0 ...               a pod's switch joins its racks
//         hall0/pod0/rack0 ...       a rack's switch joins its hosts
//           hall0/pod0/rack0/host0
// One switch stands for all of a level: its link upward is the sum of the real ones.
class MultiZone final : public Generator {
 public:
  int halls = 2;
  int pods = 4;
  int racks = 8;
  int hosts_per_rack = 16;
  Cable host_link;
  Cable rack_link;
  Cable pod_link;
  Cable hall_link;

 private:
  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& /*wanted*/) const override {
    const NodeId backbone = add_switch(graph, "backbone");
    for (int h = 0; h < halls; ++h) {
      const NodeId hall = add_below(graph, backbone, fmt::format("hall{}", h), hall_link);
      for (int p = 0; p < pods; ++p) {
        const NodeId pod = add_below(graph, hall, fmt::format("hall{}/pod{}", h, p), pod_link);
        for (int r = 0; r < racks; ++r) {
          const std::string name = fmt::format("hall{}/pod{}/rack{}", h, p, r);
          add_hosts(graph, add_below(graph, pod, name, rack_link), hosts_per_rack, name + "/host", host_link);
        }
      }
    }
    return backbone;
  }
  static NodeId add_below(NetworkGraph& graph, NodeId above, const std::string& name, const Cable& cable) {
    const NodeId node = add_switch(graph, name);
    add_cable(graph, node, above, cable);
    return node;
  }
};

}  // namespace

template <>
void describe(Describe<MultiZone>& d) {
  d.object("multi-zone", "racks in pods in data halls, each level with a latency and an uplink of its own");
  describe_generator(d);
  d.required("halls", &MultiZone::halls, "data halls").at_least(1).at_most(256);
  d.required("pods", &MultiZone::pods, "pods of a hall").at_least(1).at_most(256);
  d.required("racks", &MultiZone::racks, "racks of a pod").at_least(1).at_most(256);
  d.required("hosts_per_rack", &MultiZone::hosts_per_rack, "hosts of a rack").at_least(1).at_most(256);
  d.optional("host_link", &MultiZone::host_link, "between a host and its rack's switch").formerly("host_cable");
  d.required("rack_link", &MultiZone::rack_link, "between a rack and its pod: all its uplinks together")
      .formerly("rack_cable");
  d.required("pod_link", &MultiZone::pod_link, "between a pod and its hall").formerly("pod_cable");
  d.required("hall_link", &MultiZone::hall_link, "between a hall and the backbone").formerly("hall_cable");
  d.check([](const MultiZone& z) -> std::optional<Complaint> {
    const std::int64_t racks = std::int64_t{z.halls} * z.pods * z.racks;
    const std::string complaint = complaint_about_size(racks * z.hosts_per_rack, racks);
    return complaint.empty() ? std::nullopt : std::optional(Complaint{"halls", complaint});
  });
}

namespace generators {
Alternative<Topology> multi_zone() { return alternative<MultiZone, Topology>(); }
}  // namespace generators

}  // namespace shardsim
