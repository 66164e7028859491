// SPDX-License-Identifier: Apache-2.0
#include "network/flow_replay.hpp"

#include <unordered_map>

#include "config/csv.hpp"
#include "engine/process.hpp"

namespace shardsim {
namespace {

// Sends a round after the other.
class Replay {
 public:
  Replay(std::vector<ReplayedFlow>& flows, Simulation& sim, Network& network)
      : flows_(flows), sim_(sim), network_(network) {}

  // Starts the next round, and those behind it where all of its flows have ended at once, as from a host to itself.
  // Precondition: there is a round to start.
  void go_on() {
    do {
      const std::size_t first = next_;
      while (next_ < flows_.size() && flows_[next_].round == flows_[first].round) ++next_;
      left_ = next_ - first + 1;  // this loop counts as one, so that no round begins within another
      for (std::size_t i = first; i < next_; ++i) send(*this, flows_[i], sim_.now());
    } while (--left_ == 0 && next_ < flows_.size());
  }
  Simulation& simulation() { return sim_; }

 private:
  static Process send(Replay& replay, ReplayedFlow& flow, Time began) {
    co_await replay.sim_.until(began + flow.start);
    LinkTimes times;
    const Network::Transit transit = co_await replay.network_.send({flow.from, flow.to}, flow.size, times);
    flow.took = transit.took;
    flow.lost = transit.lost;
    if (--replay.left_ == 0 && replay.next_ < replay.flows_.size()) replay.go_on();
  }

  std::vector<ReplayedFlow>& flows_;
  Simulation& sim_;
  Network& network_;
  std::size_t next_ = 0;
  std::size_t left_ = 0;
};

}  // namespace

std::vector<ReplayedFlow> read_flows(const std::filesystem::path& file, const NetworkGraph& graph) {
  std::unordered_map<std::string, NodeId> nodes;
  std::vector<std::string> names;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) {
    nodes[graph[node].name] = node;
    names.push_back(graph[node].name);
  }
  CsvReader csv(file, "start_us, from, to and bytes of a flow a line");
  const std::size_t start = csv.column("start_us");
  const std::size_t from = csv.column("from");
  const std::size_t to = csv.column("to");
  const std::size_t bytes = csv.column("bytes");
  const std::optional<std::size_t> round = csv.column_if_any("round");
  const auto node = [&](std::size_t column) {
    const auto it = nodes.find(csv.text(column));
    if (it == nodes.end())
      csv.fail(fmt::format("there is no node {}{}", in_quotes(csv.text(column)), suggestion(csv.text(column), names)));
    return it->second;
  };
  std::vector<ReplayedFlow> flows;
  while (csv.next()) {
    constexpr double kLargest = 1e15;
    const double size = csv.number(bytes, "a number of bytes");
    if (size > kLargest) csv.fail("asks for more than 10^15 bytes");
    const double start_ps = csv.number(start, "a time in microseconds") * 1e6;
    if (start_ps > static_cast<double>(kLongestDuration.count())) csv.fail("starts more than a day on");
    flows.push_back({from_picoseconds(start_ps), node(from), node(to), Bytes{static_cast<std::int64_t>(size + 0.5)}});
    if (!round) continue;
    const double number = csv.number(*round, "the number of a round");
    if (flows.size() > 1 && number < flows[flows.size() - 2].round)
      csv.fail_cell(*round, "a round not before that of the line above");
    flows.back().round = number;
  }
  return flows;
}

void replay(std::vector<ReplayedFlow>& flows, Simulation& sim, Network& network) {
  if (flows.empty()) return;
  Replay replay(flows, sim, network);
  replay.go_on();
  sim.run();
}

}  // namespace shardsim
