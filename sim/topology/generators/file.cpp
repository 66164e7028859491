// SPDX-License-Identifier: Apache-2.0
#include "topology/format.hpp"

namespace shardsim {
namespace {

class File final : public Topology, public Inspectable {
 public:
  DataFile file;
  std::string format;
  Remarks attributes;
  Remarks kinds;
  TopologyDefaults defaults;
  std::optional<bool> one_way;
  int hosts_per_switch = 0;
  HostCable host_link;
  std::string frontend;
  bool mend = false;

  BuiltTopology build(const std::vector<std::string>& /*wanted*/) const override {
    return settled(file.path.string(), look());
  }
  LookedInto look() const override {
    const std::shared_ptr<TopologyFormat> reader = format_of(file.path, format);
    const std::string text = read_text_file(file.path, reader->largest_file());
    LookedInto looked = look_into(reader->read(text, file.path.string()), {attributes, kinds, defaults, one_way, mend});
    hang_hosts(looked, hosts_per_switch,
               {host_link.bandwidth ? host_link.bandwidth : defaults.bandwidth,
                host_link.latency ? host_link.latency : defaults.latency});
    if (!frontend.empty()) looked.topology.frontend = node_named(looked.topology.graph, frontend, "/topology/frontend");
    return looked;
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
      "whether links go one way only; left out: as the file says (Topology Zoo says directed, and means both ways)");
  describe_mending(d, "link of those hosts; what it leaves out is as 'defaults' say");
  d.optional("frontend", &File::frontend, "node at which queries enter; needed for a run");
}

namespace generators {
Alternative<Topology> file() { return alternative<File, Topology>(); }
}  // namespace generators

}  // namespace shardsim
