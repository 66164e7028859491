// SPDX-License-Identifier: Apache-2.0
#include "network/format.hpp"

namespace shardsim {
namespace {

class File final : public Topology {
 public:
  DataFile file;
  std::string format;
  Remarks attributes;
  Remarks kinds;
  TopologyDefaults defaults;
  std::optional<bool> one_way;
  int hosts_per_switch = 0;
  Cable host_cable;
  std::string frontend;

  BuiltTopology build(const std::vector<std::string>& /*wanted*/) const override {
    const std::shared_ptr<TopologyFormat> reader = format_of(file.path, format);
    const std::string text = read_text_file(file.path, reader->largest_file());
    BuiltTopology built =
        interpret(reader->read(text, file.path.string()), {attributes, kinds, defaults, one_way}, file.path.string());
    const std::size_t nodes = boost::num_vertices(built.graph);
    for (NodeId node = 0; node < nodes; ++node) {
      if (built.graph[node].kind == NodeKind::switching)
        add_hosts(built.graph, node, hosts_per_switch, std::string(built.graph[node].name) + "/host", host_cable);
    }
    if (!frontend.empty()) built.frontend = node_named(built.graph, frontend, "/topology/frontend");
    return built;
  }
};

}  // namespace

template <>
void describe(Describe<File>& d) {
  d.object("file", "a network in a GraphML or DOT file; scripts/convert_topology.py makes JSON of other formats");
  describe_topology(d);
  d.required("file", &File::file, "path, relative to the file that names it");
  d.optional("format", &File::format, "graphml or dot; left out: by the file's extension");
  d.optional(
      "attributes", &File::attributes,
      "which attribute of the file is bandwidth, latency, kind, name or platform, with the unit of bare numbers: "
      "{\"bandwidth\": \"speed Mbps\"}");
  d.optional("kinds", &File::kinds, "what the values of the kind attribute stand for: {\"PoP\": \"host\"} or switch");
  d.optional("defaults", &File::defaults, "what holds where the file says nothing");
  d.optional(
      "one_way", &File::one_way,
      "whether links go one way only; left out: as the file says (Topology Zoo says directed, and means cables)");
  d.optional("hosts_per_switch", &File::hosts_per_switch, "hosts to add to every switch, called SWITCH/host0, ...")
      .at_least(0)
      .at_most(1000);
  d.optional("host_cable", &File::host_cable, "cable of those hosts");
  d.optional("frontend", &File::frontend, "node at which queries enter; needed for a run");
}

namespace generators {
Alternative<Topology> file() { return alternative<File, Topology>(); }
}  // namespace generators

}  // namespace shardsim
