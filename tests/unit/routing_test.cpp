// SPDX-License-Identifier: Apache-2.0
#include "topology/routing.hpp"

#include <boost/graph/breadth_first_search.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "engine/random.hpp"
#include "topology/topology.hpp"

using namespace shardsim;

namespace {

BuiltTopology built(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return build_topology(*read_document<Choice<Topology>>(d), {});
}
NetworkGraph graph_of(const std::string& json) { return built(json).graph; }

NodeId node(const NetworkGraph& graph, const std::string& name) { return node_named(graph, name, ""); }
const Bandwidth kFast{1e9};

void cable(NetworkGraph& graph, NodeId a, NodeId b, double microseconds = 1) {
  add_cable(graph, a, b, kFast, from_seconds(microseconds * 1e-6));
}

/// Names of the nodes on the way, both ends included.
std::vector<std::string> way(const NetworkGraph& graph, Routing& routing, const std::string& from,
                             const std::string& to, std::uint64_t flow = 0) {
  std::vector<std::string> names{from};
  for (const Routing::Link link : routing.path(node(graph, from), node(graph, to), flow)) {
    CHECK(graph[boost::source(link, graph)].name == names.back());
    names.push_back(graph[boost::target(link, graph)].name);
  }
  return names;
}
using Way = std::vector<std::string>;

// a - s - b by two slow cables, a - s1 - s2 - b by three fast ones; and a host that hangs on both sides.
NetworkGraph fast_and_slow() {
  NetworkGraph g;
  const NodeId a = add_host(g, "a"), b = add_host(g, "b");
  const NodeId s = add_switch(g, "s"), s1 = add_switch(g, "s1"), s2 = add_switch(g, "s2");
  cable(g, a, s, 50);
  cable(g, s, b, 50);
  cable(g, a, s1, 1);
  cable(g, s1, s2, 1);
  cable(g, s2, b, 1);
  return g;
}

std::vector<int> hops_from(const NetworkGraph& graph, NodeId from) {
  std::vector<int> hops(boost::num_vertices(graph), -1);
  hops[from] = 0;
  boost::breadth_first_search(
      graph, from,
      boost::visitor(boost::make_bfs_visitor(boost::record_distances(hops.data(), boost::on_tree_edge()))));
  return hops;
}

}  // namespace

TEST_CASE("routing: fewest hops, or least latency") {
  const NetworkGraph g = fast_and_slow();
  Routing by_hops(g);
  CHECK(way(g, by_hops, "a", "b") == Way{"a", "s", "b"});
  Routing by_latency(g, {Metric::latency, Multipath::ecmp, false});
  CHECK(way(g, by_latency, "a", "b") == Way{"a", "s1", "s2", "b"});
  CHECK(way(g, by_latency, "b", "a") == Way{"b", "s2", "s1", "a"});
  CHECK(by_hops.path(0, 0).empty());
}

TEST_CASE("routing: among paths of the same latency the one of fewer hops") {
  NetworkGraph g;
  const NodeId a = add_host(g, "a"), b = add_host(g, "b"), s = add_switch(g, "s"), s1 = add_switch(g, "s1");
  cable(g, a, s, 2);
  cable(g, s, s1, 0);
  cable(g, s, b, 2);
  cable(g, s1, b, 2);
  Routing routing(g, {Metric::latency, Multipath::ecmp, false});
  for (std::uint64_t flow = 0; flow < 20; ++flow) CHECK(way(g, routing, "a", "b", flow) == Way{"a", "s", "b"});
}

TEST_CASE("routing: ecmp spreads flows evenly over equally short paths, and a flow keeps its path") {
  const NetworkGraph g = graph_of(R"({"type": "leaf-spine", "leaves": 2, "hosts_per_leaf": 2, "spines": 4,
    "host_latency": "1 us", "uplink": {"bandwidth": "1 GB/s", "latency": "1 us"}})");
  Routing routing(g);
  std::map<std::string, int> used;
  for (std::uint64_t flow = 0; flow < 4000; ++flow) {
    const Way path = way(g, routing, "leaf0/host0", "leaf1/host1", flow);
    REQUIRE(path.size() == 5);
    ++used[path[2]];
    if (flow % 100 == 0) CHECK(way(g, routing, "leaf0/host0", "leaf1/host1", flow) == path);
  }
  // 1000 of 4000 each, give or take five deviations of sqrt(4000 / 4 * 3 / 4) = 27.
  REQUIRE(used.size() == 4);
  for (const auto& [spine, flows] : used) CHECK(std::abs(flows - 1000) < 137);

  Routing single(g, {Metric::hops, Multipath::single, false});
  std::set<std::string> taken;
  for (std::uint64_t flow = 0; flow < 50; ++flow) taken.insert(way(g, single, "leaf0/host0", "leaf1/host1", flow)[2]);
  CHECK(taken == std::set<std::string>{"spine0"});
}

TEST_CASE("routing: ecmp spreads pairs of hosts too") {
  const NetworkGraph g = graph_of(R"({"type": "leaf-spine", "leaves": 4, "hosts_per_leaf": 4, "spines": 4,
    "host_latency": "1 us", "uplink": {"bandwidth": "1 GB/s", "latency": "1 us"}})");
  Routing routing(g);
  std::set<std::string> used;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      used.insert(way(g, routing, fmt::format("leaf0/host{}", i), fmt::format("leaf3/host{}", j))[2]);
  CHECK(used.size() == 4);
}

TEST_CASE("routing: parallel cables share under ecmp") {
  NetworkGraph g;
  const NodeId a = add_host(g, "a"), s = add_switch(g, "s"), s1 = add_switch(g, "s1"), b = add_host(g, "b");
  cable(g, a, s);
  cable(g, s, s1);
  cable(g, s, s1);
  cable(g, s1, b);
  cable(g, s1, b);
  Routing routing(g);
  std::set<Routing::Link> used;
  for (std::uint64_t flow = 0; flow < 50; ++flow)
    for (const Routing::Link link : routing.path(a, b, flow)) used.insert(link);
  CHECK(used.size() == 1 + 2 + 2);
}

TEST_CASE("routing: hosts pass on nothing, unless told to") {
  // a - s1 - d - s2 - b: d is a host on two switches; and a frontend as well, which never forwards.
  NetworkGraph g;
  const NodeId a = add_host(g, "a"), s1 = add_switch(g, "s1"), d = add_host(g, "d"), s2 = add_switch(g, "s2"),
               b = add_host(g, "b");
  const NodeId frontend = boost::add_vertex({"frontend", NodeKind::frontend, {}}, g);
  cable(g, a, s1);
  cable(g, s1, d);
  cable(g, d, s2);
  cable(g, s2, b);
  cable(g, s1, frontend);
  cable(g, frontend, s2);
  Routing closed(g);
  CHECK_FALSE(closed.reachable(a, b));
  CHECK(closed.reachable(a, d));
  CHECK(closed.reachable(a, frontend));
  CHECK(closed.reachable(d, b));
  Routing open(g, {Metric::hops, Multipath::ecmp, true});
  for (std::uint64_t flow = 0; flow < 20; ++flow) CHECK(way(g, open, "a", "b", flow) == Way{"a", "s1", "d", "s2", "b"});
}

TEST_CASE("routing: a dual-homed host sends and receives over both cables, and is in nobody's way") {
  // Two leaves on one spine, and hosts on both leaves at once: from leaf to leaf the spine is the only way.
  NetworkGraph g;
  const NodeId spine = add_switch(g, "spine"), left = add_switch(g, "left"), right = add_switch(g, "right");
  cable(g, left, spine);
  cable(g, right, spine);
  const NodeId a = add_host(g, "a"), b = add_host(g, "b");
  cable(g, a, left);
  cable(g, b, right);
  for (const char* name : {"d", "e"}) {
    const NodeId host = add_host(g, name);
    cable(g, host, left);
    cable(g, host, right);
  }
  Routing routing(g);
  CHECK(way(g, routing, "a", "b") == Way{"a", "left", "spine", "right", "b"});
  CHECK(way(g, routing, "a", "d") == Way{"a", "left", "d"});
  CHECK(way(g, routing, "d", "b") == Way{"d", "right", "b"});
  std::set<Way> ways;
  for (std::uint64_t flow = 0; flow < 50; ++flow) ways.insert(way(g, routing, "d", "e", flow));
  CHECK(ways == std::set<Way>{{"d", "left", "e"}, {"d", "right", "e"}});
}

TEST_CASE("routing: hosts that are cabled to each other need no switch") {
  NetworkGraph g;
  const NodeId a = add_host(g, "a"), b = add_host(g, "b"), c = add_host(g, "c");
  cable(g, a, b);
  cable(g, b, c);
  Routing routing(g);
  CHECK(way(g, routing, "a", "b") == Way{"a", "b"});
  CHECK_FALSE(routing.reachable(a, c));
  Routing open(g, {Metric::hops, Multipath::ecmp, true});
  CHECK(way(g, open, "a", "c") == Way{"a", "b", "c"});
}

TEST_CASE("routing: one-way links lead one way") {
  const NetworkGraph g = graph_of(R"({"type": "graph", "hosts": ["a", "b"], "switches": ["s", "t"], "links": [
    {"a": "a", "b": "s", "bandwidth": "1 GB/s", "latency": "1 us"},
    {"a": "s", "b": "b", "bandwidth": "1 GB/s", "latency": "1 us", "one_way": true},
    {"a": "b", "b": "t", "bandwidth": "1 GB/s", "latency": "1 us"},
    {"a": "t", "b": "s", "bandwidth": "1 GB/s", "latency": "1 us", "one_way": true}]})");
  Routing routing(g);
  CHECK(way(g, routing, "a", "b") == Way{"a", "s", "b"});
  CHECK(way(g, routing, "b", "a") == Way{"b", "t", "s", "a"});
}

TEST_CASE("routing: no way between two nodes is an error that names both") {
  const NetworkGraph g = graph_of(R"({"type": "graph", "hosts": ["a", "b", "c"], "switches": ["s"], "links": [
    {"a": "a", "b": "s", "bandwidth": "1 GB/s", "latency": "1 us", "one_way": true}]})");
  Routing routing(g);
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(routing.path(node(g, "a"), node(g, "b")), Contains("no path from 'a' to 'b'"));
  CHECK_THROWS_WITH(routing.path(node(g, "b"), node(g, "c")), Contains("no path from 'b' to 'c'"));
  CHECK_THROWS_WITH(routing.path(node(g, "s"), node(g, "a")), Contains("no path from 's' to 'a'"));
  CHECK(routing.reachable(node(g, "a"), node(g, "s")));
  CHECK_FALSE(routing.reachable(node(g, "s"), node(g, "a")));
}

TEST_CASE("routing: a host on two switches is reached by both, or by the one that is nearer") {
  NetworkGraph g;
  const NodeId a = add_host(g, "a"), b = add_host(g, "b"), c = add_host(g, "c");
  const NodeId s = add_switch(g, "s"), s1 = add_switch(g, "s1"), s2 = add_switch(g, "s2");
  cable(g, a, s);
  cable(g, s, s1);
  cable(g, s, s2);
  cable(g, s1, s2);
  cable(g, s1, b, 1);
  cable(g, s2, b, 3);
  cable(g, s1, c, 1);
  cable(g, s2, c, 1);
  Routing by_hops(g);
  Routing by_latency(g, {Metric::latency, Multipath::ecmp, false});
  std::set<Way> ways, back, between;
  for (std::uint64_t flow = 0; flow < 50; ++flow) {
    ways.insert(way(g, by_hops, "a", "b", flow));
    back.insert(way(g, by_hops, "b", "a", flow));
    between.insert(way(g, by_hops, "b", "c", flow));
    CHECK(way(g, by_latency, "a", "b", flow) == Way{"a", "s", "s1", "b"});
    CHECK(way(g, by_latency, "s2", "b", flow) == Way{"s2", "s1", "b"});  // 1 + 1 us instead of 3
    CHECK(way(g, by_latency, "s2", "c", flow) == Way{"s2", "c"});
  }
  CHECK(ways == std::set<Way>{{"a", "s", "s1", "b"}, {"a", "s", "s2", "b"}});
  CHECK(back == std::set<Way>{{"b", "s1", "s", "a"}, {"b", "s2", "s", "a"}});
  CHECK(between == std::set<Way>{{"b", "s1", "c"}, {"b", "s2", "c"}});
}

TEST_CASE("routing: a fat-tree of k = 8 has paths of 2, 4 or 6 hops, by position") {
  const NetworkGraph g =
      graph_of(R"({"type": "fat-tree", "k": 8, "link": {"bandwidth": "1 GB/s", "latency": "1 us"}})");
  Routing routing(g);
  const auto host = [](int i) { return fmt::format("pod{}/rack{}/host{}", i / 16, i / 4 % 4, i % 4); };
  std::set<std::string> cores;
  for (int a = 0; a < 128; a += 3)
    for (int b = 0; b < 128; ++b) {
      const Way path = way(g, routing, host(a), host(b));
      const std::size_t hops = a == b ? 0 : a / 4 == b / 4 ? 2 : a / 16 == b / 16 ? 4 : 6;
      REQUIRE(path.size() == hops + 1);
      if (hops == 6) cores.insert(path[3]);
    }
  CHECK(cores.size() == 16);  // all are used
}

TEST_CASE("routing: paths are as short as those that Boost finds") {
  for (const int seed : {1, 2, 3}) {
    const NetworkGraph g = graph_of(fmt::format(R"({{"type": "jellyfish", "switches": 40, "links_per_switch": 3,
      "hosts_per_switch": 1, "seed": {}, "link": {{"bandwidth": "1 GB/s", "latency": "1 us"}}}})",
                                                seed));
    Routing routing(g);
    for (const NodeId from : boost::make_iterator_range(boost::vertices(g))) {
      const std::vector<int> hops = hops_from(g, from);
      for (const NodeId to : boost::make_iterator_range(boost::vertices(g))) {
        REQUIRE(routing.reachable(from, to) == (hops[to] >= 0));
        if (hops[to] >= 0) REQUIRE(routing.path(from, to).size() == static_cast<std::size_t>(hops[to]));
      }
    }
  }
}

TEST_CASE("routing: latencies are as low as Floyd and Warshall's, in random networks with one-way links") {
  RandomStream random(5, 0, Purpose::topology, 0);
  constexpr std::size_t kNodes = 12;
  constexpr std::int64_t kNone = std::int64_t{1} << 60;
  for (int round = 0; round < 20; ++round) {
    NetworkGraph g;
    for (std::size_t i = 0; i < kNodes; ++i) add_switch(g, fmt::format("s{}", i));
    std::vector<std::vector<std::int64_t>> least(kNodes, std::vector<std::int64_t>(kNodes, kNone));
    for (NodeId i = 0; i < kNodes; ++i) least[i][i] = 0;
    for (int i = 0; i < 30; ++i) {
      const NodeId a = random.below(kNodes), b = random.below(kNodes);
      const auto latency = static_cast<std::int64_t>(1000 * random.below(50));
      if (a == b) continue;
      boost::add_edge(a, b, {kFast, Duration(latency)}, g);
      least[a][b] = std::min(least[a][b], latency);
    }
    for (NodeId by = 0; by < kNodes; ++by)
      for (NodeId from = 0; from < kNodes; ++from)
        for (NodeId to = 0; to < kNodes; ++to)
          least[from][to] = std::min(least[from][to], least[from][by] + least[by][to]);
    Routing routing(g, {Metric::latency, Multipath::ecmp, false});
    for (NodeId from = 0; from < kNodes; ++from)
      for (NodeId to = 0; to < kNodes; ++to) {
        REQUIRE(routing.reachable(from, to) == (least[from][to] < kNone));
        if (least[from][to] >= kNone) continue;
        Duration latency{};
        for (const Routing::Link link : routing.path(from, to, 7)) latency += g[link].latency;
        REQUIRE(latency.count() == least[from][to]);
      }
  }
}
