// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "engine/process.hpp"

using namespace shardsim;

namespace {

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<T>(d);
}

struct Lab {
  Simulation sim;
  Choice<Topology> topology;
  Choice<TransportSpec> transport;
  Network network;
  explicit Lab(const std::string& described, const std::string& how = R"({"type": "port"})")
      : topology(parsed<Choice<Topology>>(described)),
        transport(parsed<Choice<TransportSpec>>(how)),
        network(sim, build_topology(*topology, {}), topology->routing, *transport) {}

  NodeId node(const std::string& name) const { return node_named(network.graph(), name, ""); }
};

const std::string kPath = R"({"type": "graph", "hosts": ["a", "b"], "switches": ["s"], "frontend": "a", "links": [
  {"a": "a", "b": "s", "bandwidth": "1 GB/s", "latency": "10 us"},
  {"a": "s", "b": "b", "bandwidth": "0.5 GB/s", "latency": "20 us"}]})";

Process send(Simulation& sim, Network& network, Ends ends, Bytes size, std::vector<Network::Transit>& got) {
  LinkTimes times;
  got.push_back(co_await network.send(ends, size, times));
  (void)sim;
}

}  // namespace

TEST_CASE("a network has a state for each direction of each cable, with a name") {
  Lab lab(kPath);
  REQUIRE(lab.network.links().size() == 4);
  std::set<std::string> names;
  for (std::size_t i = 0; i < 4; ++i) {
    const LinkState& link = lab.network.links()[i];
    CHECK(link.number() == i);
    CHECK(link.rate == link.link.bandwidth);
    names.insert(lab.network.name_of(link));
  }
  CHECK(names == std::set<std::string>{"a -> s", "s -> a", "s -> b", "b -> s"});
}

TEST_CASE("a route is the links from end to end, and kept where it is asked for again") {
  Lab lab(kPath);
  const Ends ends{lab.node("a"), lab.node("b")};
  const Route route = lab.network.route(ends);
  REQUIRE(route.size() == 2);
  CHECK(lab.network.name_of(lab.network.links()[route[0]]) == "a -> s");
  CHECK(lab.network.name_of(lab.network.links()[route[1]]) == "s -> b");
  CHECK(lab.network.route(ends).data() == route.data());
  CHECK(std::ranges::equal(lab.network.route_of_flow(ends, 7), route));
}

TEST_CASE("a host reaches itself at once, over no link") {
  Lab lab(kPath);
  std::vector<Network::Transit> got;
  send(lab.sim, lab.network, {lab.node("a"), lab.node("a")}, Bytes{1'000'000}, got);
  lab.sim.run();
  REQUIRE(got.size() == 1);
  CHECK(got[0].took == Duration::zero());
  CHECK_FALSE(got[0].lost);
  for (const LinkState& link : lab.network.links()) CHECK(link.messages == 0);
}

TEST_CASE("the frontend is the node that the topology names, or an error") {
  Lab lab(kPath);
  CHECK(lab.network.frontend() == lab.node("a"));
  Lab none(R"({"type": "graph", "hosts": ["a"], "links": []})");
  CHECK_THROWS_WITH(none.network.frontend(), Catch::Matchers::Contains("give 'frontend'"));
}

TEST_CASE("a slowed link has its rate back when its factor is one again, and takes as many faults up as down") {
  Lab lab(kPath);
  LinkState& link = lab.network.links()[0];
  lab.network.change_rate(link, 4);
  CHECK(link.rate.bytes_per_second == 0.25e9);  // of 1 GB/s
  lab.network.change_rate(link, 1);
  CHECK(link.rate == link.link.bandwidth);
  lab.network.change_down(link, 1);
  lab.network.change_down(link, 1);
  lab.network.change_down(link, -1);
  CHECK(link.down == 1);
}
