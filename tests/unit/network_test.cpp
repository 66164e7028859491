// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>

#include "engine/process.hpp"
#include "network/network.hpp"

using namespace shardsim;
using namespace std::chrono_literals;

namespace {

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<T>(d);
}

const std::string kPath = R"({"type": "graph", "hosts": ["a", "b"], "switches": ["s"], "frontend": "a", "links": [
  {"a": "a", "b": "s", "bandwidth": "1 GB/s", "latency": "10 us"}, {"a": "s", "b": "b", "bandwidth": "0.5 GB/s", "latency": "20 us"}]})";

std::vector<HostPort> hosts(int n, Bandwidth bandwidth = Bandwidth::unlimited()) {
  std::vector<HostPort> out;
  for (int i = 0; i < n; ++i) out.push_back({fmt::format("h{}", i), bandwidth, bandwidth});
  return out;
}

struct Lane {
  Simulation sim;
  Choice<TransportSpec> transport;
  Network network;
  explicit Lane(const std::string& forwarding)
      : transport(parsed<Choice<TransportSpec>>(R"({"type": "port", "forwarding": ")" + forwarding + R"("})")),
        network(sim, parsed<Choice<Topology>>(kPath)->build({}), *transport) {}

  static Process send(Simulation& sim, Network& network, Time at, Bytes size, std::vector<double>& took) {
    co_await sim.until(at);
    const Network::Transit t = co_await network.send(network.route(network.host("a"), network.host("b")), size);
    took.push_back(to_microseconds(t.took));
  }
};

}  // namespace

TEST_CASE("one message over two ports, by hand") {
  std::vector<double> took;
  SECTION("store-and-forward: 10 kB take 10 + 10 us to the switch, then 20 + 20") {
    Lane lane("store-and-forward");
    Lane::send(lane.sim, lane.network, Time(), Bytes{10'000}, took);
    lane.sim.run();
    CHECK(took == std::vector<double>{60});
  }
  SECTION("cut-through: the first byte is at b after 30 us, the last 20 us later: the slower port counts once") {
    Lane lane("cut-through");
    Lane::send(lane.sim, lane.network, Time(), Bytes{10'000}, took);
    lane.sim.run();
    CHECK(took == std::vector<double>{50});
  }
  SECTION("an empty message takes the latency") {
    Lane lane("cut-through");
    Lane::send(lane.sim, lane.network, Time(), Bytes{0}, took);
    lane.sim.run();
    CHECK(took == std::vector<double>{30});
  }
}

TEST_CASE("messages queue at a port in order of arrival, and the port counts their waits") {
  // Two messages of 10 kB at once, store-and-forward. Port a: 0-10 and 10-20. Port s: 20-40 and, after waiting from 30
  // to 40, 40-60. Delivered at 60 and 80.
  Lane lane("store-and-forward");
  std::vector<double> took;
  Lane::send(lane.sim, lane.network, Time(), Bytes{10'000}, took);
  Lane::send(lane.sim, lane.network, Time(), Bytes{10'000}, took);
  lane.sim.run();
  CHECK(took == std::vector<double>{60, 80});
  for (const LinkState& l : lane.network.links()) {
    if (l.messages == 0) continue;
    CHECK(l.bytes.count == 20'000);
    CHECK(l.waited == Duration(10us));
    CHECK(l.longest_wait == Duration(10us));
  }
}

TEST_CASE("a star has a switch, its hosts, and a link each way; its ports are the hosts' cards") {
  const auto star = parsed<Choice<Topology>>(
      R"({"type": "star", "up_latency": "1 us", "down_latency": "2 us", "frontend": {"host": "h0"}})");
  const BuiltTopology built = star->build(hosts(5, Bandwidth{1e9}));
  CHECK(boost::num_vertices(built.graph) == 6);
  CHECK(boost::num_edges(built.graph) == 10);
  for (const auto e : boost::make_iterator_range(boost::edges(built.graph)))
    CHECK(built.graph[e].bandwidth.bytes_per_second == 1e9);
  Routing routing(built.graph);
  CHECK(routing.path(1, 5).size() == 2);
  CHECK(routing.path(3, 3).empty());
}

TEST_CASE("a leaf-spine spreads pairs over its spines, and a pair keeps its path") {
  const auto fabric = parsed<Choice<Topology>>(
      R"({"type": "leaf-spine", "hosts_per_leaf": 4, "spines": 4, "host_latency": "1 us", "uplink": {"bandwidth": "100 Gbps", "latency": "1 us"}, "frontend": {"cable": {}}})");
  const BuiltTopology built = fabric->build(hosts(16));
  // 16 hosts, 4 leaves, 4 spines, the frontend; 16 + 16 + 1 cables.
  CHECK(boost::num_vertices(built.graph) == 25);
  CHECK(boost::num_edges(built.graph) == 2 * 33);
  Routing routing(built.graph);
  std::vector<NodeId> nodes(16);
  for (const NodeId v : boost::make_iterator_range(boost::vertices(built.graph)))
    if (built.graph[v].name[0] == 'h') nodes[std::stoul(built.graph[v].name.substr(1))] = v;
  std::set<NodeId> spines;
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = 4; b < 16; ++b) {
      const auto path = routing.path(nodes[a], nodes[b]);
      REQUIRE(path.size() == 4);
      CHECK(path == routing.path(nodes[a], nodes[b]));
      spines.insert(boost::target(path[1], built.graph));
    }
  CHECK(spines.size() == 4);
  CHECK(routing.path(nodes[0], nodes[3]).size() == 2);
}

TEST_CASE("hosts without a way between them are an error") {
  const auto split =
      parsed<Choice<Topology>>(R"({"type": "graph", "hosts": ["a", "b"], "links": [], "frontend": "a"})");
  const BuiltTopology built = split->build({});
  Routing routing(built.graph);
  CHECK_THROWS_WITH(routing.path(0, 1), Catch::Matchers::Contains("no path from 'a' to 'b'"));
}
