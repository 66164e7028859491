// SPDX-License-Identifier: Apache-2.0
#include "cli/topology_action.hpp"
#include "network/analysis.hpp"

namespace shardsim {
namespace {

class Check final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE"; }
  std::size_t arguments() const override { return 1; }
  int run(GivenTopology topology, const std::vector<std::string>&, const Variables& given) const override {
    const TopologyInfo info = analyse(topology.built, topology.routing);
    const bool ok = info.unreachable_pairs == 0 && info.hosts > 0;
    if (wants_json(given)) {
      fmt::print("{}\n", Json{{"ok", ok}, {"warnings", info.warnings}}.dump(2));
      return ok ? kOk : kFailed;
    }
    for (const std::string& w : info.warnings) fmt::print("{}: {}\n", topology.name, w);
    fmt::print("{}: {}, {} hosts, {} switches, {} links\n", topology.name, ok ? "ok" : "not ok", info.hosts,
               info.switches, info.links);
    return ok ? kOk : kFailed;
  }
};

}  // namespace

template <>
void describe(Describe<Check>& d) {
  d.object("check", "what is wrong with it; exit code 1 if servers could not reach each other");
}

namespace topology_actions {
Alternative<TopologyAction> check() { return alternative<Check, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
