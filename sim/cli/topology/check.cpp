// SPDX-License-Identifier: Apache-2.0
#include "cli/topology_action.hpp"
#include "topology/analysis.hpp"

namespace shardsim {
namespace {

class Check final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE"; }
  std::size_t arguments() const override { return 1; }
  bool takes_unsettled() const override { return true; }
  int run(GivenTopology topology, const std::vector<std::string>&, const Variables& given) const override {
    const TopologyInfo info = analyse(topology.built, topology.routing);
    const bool ok = topology.findings.empty() && info.unreachable_pairs == 0 && info.hosts > 0;
    const std::vector<std::string> findings = texts(topology.findings, topology.speech);
    const std::vector<std::string> warnings = texts(info.warnings, topology.speech);
    if (wants_json(given)) {
      fmt::print("{}\n",
                 Json{{"ok", ok}, {"findings", findings}, {"warnings", warnings}, {"notes", topology.notes}}.dump(2));
      return ok ? kOk : kFailed;
    }
    for (const std::vector<std::string>* lines : {&std::as_const(topology.notes), &findings, &warnings})
      for (const std::string& line : *lines) fmt::print("{}: {}\n", topology.name, one_line(line));
    fmt::print("{}: {}, {} hosts, {} switches, {} links\n", topology.name, ok ? "ok" : "not ok", info.hosts,
               info.switches, info.links);
    return ok ? kOk : kFailed;
  }

 private:
  static std::vector<std::string> texts(const std::vector<TopologyFinding>& findings, Speech speech) {
    std::vector<std::string> out;
    for (const TopologyFinding& f : findings) out.push_back(text_of(f, speech));
    return out;
  }
};

}  // namespace

template <>
void describe(Describe<Check>& d) {
  d.object("check",
           "all that is wrong with it, and what settles it; exit code 1 if it cannot be used, or servers could not "
           "reach each other");
}

namespace topology_actions {
Alternative<TopologyAction> check() { return alternative<Check, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
