// SPDX-License-Identifier: Apache-2.0
#include "cli/topology_action.hpp"
#include "experiment/output.hpp"
#include "topology/format.hpp"
#include "topology/native.hpp"

namespace shardsim {
namespace {

class Convert final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE OUT.json|.graphml|.dot"; }
  std::size_t arguments() const override { return 2; }
  int run(GivenTopology topology, const std::vector<std::string>& files, const Variables& given) const override {
    const std::filesystem::path out = files[0];
    if (out.extension() != ".json") format_of(out, "");  // an unknown extension is an error before anything is done
    refuse_overwrite(out, given);
    const std::string from = std::filesystem::path(topology.name).filename().string();
    write_file(out, out.extension() == ".json" ? native_text(topology.built, topology.routing, "from " + from)
                                               : format_of(out, "")->write(topology.built));
    for (const std::string& note : topology.notes) fmt::print(stderr, "{}: {}\n", topology.name, note);
    fmt::print(stderr, "wrote {}\n", out.string());
    return kOk;
  }
};

}  // namespace

template <>
void describe(Describe<Convert>& d) {
  d.object("convert", "writes it in the format that OUT's name says");
}

namespace topology_actions {
Alternative<TopologyAction> convert() { return alternative<Convert, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
