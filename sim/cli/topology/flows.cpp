// SPDX-License-Identifier: Apache-2.0
#include "cli/topology_action.hpp"
#include "network/flow_replay.hpp"

namespace shardsim {
namespace {

Json link_json(const Network& network, const LinkState& l) {
  return {{"link", network.name_of(l)},
          {"bytes", l.bytes.count},
          {"messages", l.messages},
          {"lost_bytes", l.lost_bytes.count},
          {"lost_messages", l.lost_messages},
          {"marked", l.marked},
          {"busy_us", to_microseconds(l.busy)},
          {"max_wait_us", to_microseconds(l.longest_wait)},
          {"queue_peak_bytes", l.queue_peak.count}};
}

class Flows final : public TopologyAction {
 public:
  std::string usage() const override { return "FILE FLOWS.csv [--transport T]"; }
  std::size_t arguments() const override { return 2; }
  int run(GivenTopology topology, const std::vector<std::string>& files, const Variables& given) const override {
    const bool json = wants_json(given);
    Simulation sim;
    Network network(sim, std::move(topology.built), topology.routing, *topology.transport);
    std::vector<ReplayedFlow> flows = read_flows(files[0], network.graph());
    sim.on_heartbeat(1 << 16, [&] {
      if (interrupted()) sim.stop();
    });
    try {
      replay(flows, sim, network);
    } catch (const ScenarioError& e) {
      throw InputError(topology.name, "", e.message());
    }
    if (interrupted()) return kFailed;
    fmt::print("{}", json ? as_json(network, flows) : as_csv(network, flows));
    return kOk;
  }

 private:
  static std::string as_csv(const Network& network, const std::vector<ReplayedFlow>& flows) {
    std::string out = "start_us,from,to,bytes,took_us,lost\n";
    for (const ReplayedFlow& f : flows)
      out += fmt::format("{},{},{},{},{},{}\n", to_microseconds(f.start), network.graph()[f.from].name,
                         network.graph()[f.to].name, f.size.count, to_microseconds(f.took), f.lost ? 1 : 0);
    return out;
  }
  static std::string as_json(const Network& network, const std::vector<ReplayedFlow>& flows) {
    Json out{{"flows", Json::array()}, {"links", Json::array()}};
    for (const ReplayedFlow& f : flows)
      out["flows"].push_back({{"start_us", to_microseconds(f.start)},
                              {"from", network.graph()[f.from].name},
                              {"to", network.graph()[f.to].name},
                              {"bytes", f.size.count},
                              {"took_us", to_microseconds(f.took)},
                              {"lost", f.lost}});
    for (const LinkState& l : network.links())
      if (l.messages > 0) out["links"].push_back(link_json(network, l));
    return out.dump(1) + "\n";
  }
};

}  // namespace

template <>
void describe(Describe<Flows>& d) {
  d.object("flows",
           "sends the flows of a CSV file (start_us,from,to,bytes; with a column round, round by round) and tells what "
           "each took");
}

namespace topology_actions {
Alternative<TopologyAction> flows() { return alternative<Flows, TopologyAction>(); }
}  // namespace topology_actions

}  // namespace shardsim
