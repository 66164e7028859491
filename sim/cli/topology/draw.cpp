// SPDX-License-Identifier: Apache-2.0
#include "topology/draw.hpp"
#include "cli/graphviz.hpp"
#include "cli/topology_action.hpp"
#include "experiment/output.hpp"

namespace shardsim {
namespace {

class Draw final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE OUT.svg"; }
  std::size_t arguments() const override { return 2; }
  int run(GivenTopology topology, const std::vector<std::string>& files, const Variables& given) const override {
    const std::filesystem::path out = files[0];
    if (out.extension() != ".svg")
      throw InputError(out.string(), "", "pictures are SVG; give a name that ends in .svg");
    refuse_overwrite(out, given);
    const std::string title = std::filesystem::path(topology.name).filename().string();
    write_file(out, graphviz_svg(draw_dot(topology.built.graph, title)));
    fmt::print(stderr, "wrote {}\n", out.string());
    return kOk;
  }
};

}  // namespace

template <>
void describe(Describe<Draw>& d) {
  d.object("draw", "a picture, readable up to some hundred nodes; needs Graphviz (Debian: graphviz)");
}

namespace topology_actions {
Alternative<TopologyAction> draw() { return alternative<Draw, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
