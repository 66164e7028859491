// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "topology/cables.hpp"
#include "topology/topology.hpp"

using namespace shardsim;

namespace {

const std::string kCable = R"("link": {"bandwidth": "10 Gbps", "latency": "1 us"})";

BuiltTopology built(const std::string& type, const std::string& fields, const std::vector<std::string>& wanted = {}) {
  Document d = Document::wrap(Json::parse(R"({"type": ")" + type + R"(", )" + fields + "}"), "test", {});
  return build_topology(*read_document<Choice<Topology>>(d), wanted);
}

std::size_t count(const NetworkGraph& graph, NodeKind kind) {
  std::size_t n = 0;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) n += graph[node].kind == kind ? 1 : 0;
  return n;
}
std::size_t hosts(const BuiltTopology& b) { return count(b.graph, NodeKind::host); }
std::size_t switches(const BuiltTopology& b) { return count(b.graph, NodeKind::switching); }
std::size_t cables(const BuiltTopology& b) { return cables_of(b.graph).size(); }

bool has(const BuiltTopology& b, const std::string& name) {
  for (const NodeId node : boost::make_iterator_range(boost::vertices(b.graph)))
    if (b.graph[node].name == name) return true;
  return false;
}

/// Cables between every two nodes, by name.
std::map<std::pair<std::string, std::string>, int> pairs(const BuiltTopology& b) {
  std::map<std::pair<std::string, std::string>, int> all;
  for (const CableView& c : cables_of(b.graph)) ++all[std::minmax(b.graph[c.a].name, b.graph[c.b].name)];
  return all;
}
int cables_between(const BuiltTopology& b, const std::string& one, const std::string& other) {
  const auto all = pairs(b);
  const auto it = all.find(std::minmax(one, other));
  return it == all.end() ? 0 : it->second;
}
/// Cables of each switch to other switches.
std::vector<int> degrees(const BuiltTopology& b) {
  std::map<NodeId, int> by_node;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(b.graph)))
    if (b.graph[node].kind == NodeKind::switching) by_node[node] = 0;
  for (const CableView& c : cables_of(b.graph))
    if (by_node.contains(c.a) && by_node.contains(c.b)) ++by_node[c.a], ++by_node[c.b];
  std::vector<int> all;
  for (const auto& [node, degree] : by_node) all.push_back(degree);
  return all;
}
bool all_are(const std::vector<int>& values, int value) {
  return std::all_of(values.begin(), values.end(), [&](int v) { return v == value; });
}
bool is_simple(const BuiltTopology& b) {
  const auto all = pairs(b);
  return std::all_of(all.begin(), all.end(), [](const auto& p) { return p.second == 1; });
}

}  // namespace

TEST_CASE("star: hosts of its own, or those wanted, on one switch; links of the two latencies without limit") {
  const std::string latencies = R"("up_latency": "1 us", "down_latency": "2 us")";
  const BuiltTopology own = built("star", R"("hosts": 5, )" + latencies);
  CHECK(hosts(own) == 5);
  CHECK(switches(own) == 1);
  CHECK(boost::num_edges(own.graph) == 10);
  CHECK(has(own, "host4"));
  const BuiltTopology made = built("star", latencies, {"main0", "sparse0"});
  CHECK(hosts(made) == 2);
  CHECK(has(made, "sparse0"));
  for (const auto edge : boost::make_iterator_range(boost::edges(made.graph))) {
    const bool up = made.graph[boost::source(edge, made.graph)].kind == NodeKind::host;
    CHECK(made.graph[edge].bandwidth.is_unlimited());
    CHECK(made.graph[edge].latency == from_seconds(up ? 1e-6 : 2e-6));
  }
}

TEST_CASE("leaf-spine: every leaf on every spine, hosts in order on the leaves") {
  const std::string rest = R"("hosts_per_leaf": 4, "spines": 2, "host_latency": "1 us", "host_bandwidth": "1 GB/s",
    "uplink": {"bandwidth": "4 GB/s", "latency": "2 us"})";
  const BuiltTopology own = built("leaf-spine", R"("leaves": 3, )" + rest);
  CHECK(hosts(own) == 12);
  CHECK(switches(own) == 5);
  CHECK(cables(own) == 12 + 6);
  CHECK(cables_between(own, "leaf2/host3", "leaf2") == 1);
  CHECK(cables_between(own, "leaf2", "spine1") == 1);
  CHECK(cables_between(own, "leaf0", "leaf1") == 0);
  for (const CableView& c : cables_of(own.graph)) {
    const bool host = own.graph[c.a].kind == NodeKind::host || own.graph[c.b].kind == NodeKind::host;
    CHECK(c.bandwidth.bytes_per_second == (host ? 1e9 : 4e9));
    CHECK(c.latency == from_seconds(host ? 1e-6 : 2e-6));
  }
  const BuiltTopology made = built("leaf-spine", rest, {"a", "b", "c", "d", "e", "f"});  // a second leaf for two
  CHECK(hosts(made) == 6);
  CHECK(switches(made) == 4);
  CHECK(cables(made) == 6 + 4);
  CHECK(cables_between(made, "d", "leaf0") == 1);
  CHECK(cables_between(made, "e", "leaf1") == 1);
}

TEST_CASE("fat-tree: k = 4 has 16 hosts, 20 switches and 48 cables") {
  const BuiltTopology tree = built("fat-tree", R"("k": 4, )" + kCable);
  CHECK(hosts(tree) == 16);
  CHECK(switches(tree) == 20);
  CHECK(cables(tree) == 48);
  CHECK(is_simple(tree));
  CHECK(cables_between(tree, "pod3/rack1/host0", "pod3/rack1") == 1);
  CHECK(cables_between(tree, "pod3/rack1", "pod3/agg0") == 1);
  CHECK(cables_between(tree, "pod3/rack1", "pod2/agg0") == 0);
  // Aggregation switch 1 of every pod is on core switches 2 and 3.
  for (int pod = 0; pod < 4; ++pod)
    for (int core = 0; core < 4; ++core)
      CHECK(cables_between(tree, fmt::format("pod{}/agg1", pod), fmt::format("core{}", core)) == (core >= 2 ? 1 : 0));
  // Every switch has k ports, all of them used.
  for (const NodeId node : boost::make_iterator_range(boost::vertices(tree.graph)))
    if (tree.graph[node].kind == NodeKind::switching) CHECK(boost::out_degree(node, tree.graph) == 4);
  CHECK_THROWS_WITH(built("fat-tree", R"("k": 5, )" + kCable), Catch::Matchers::Contains("even"));
}

TEST_CASE("dragonfly: groups are complete, and every pair of groups has as many cables as any other") {
  const auto make = [](int groups, int routers, int global) {
    return built("dragonfly", fmt::format(R"("groups": {}, "routers": {}, "hosts_per_router": 2, "global_links": {},
      "local_link": {{"latency": "1 us"}}, "global_link": {{"latency": "5 us"}})",
                                          groups, routers, global));
  };
  SECTION("balanced, as in the paper: 9 groups of 4 routers with 2 global cables have one a pair") {
    const BuiltTopology fly = make(9, 4, 2);
    CHECK(switches(fly) == 36);
    CHECK(hosts(fly) == 72);
    CHECK(cables(fly) == 72 + 9 * 6 + 36);
    CHECK(all_are(degrees(fly), 3 + 2));
    CHECK(is_simple(fly));
    CHECK(cables_between(fly, "group8/router0", "group8/router3") == 1);
    CHECK(has(fly, "group8/router3/host1"));
  }
  for (const auto& [groups, routers, global] :
       {std::tuple(2, 1, 1), {4, 4, 2}, {5, 5, 1}, {6, 7, 1}, {7, 3, 3}, {10, 3, 3}}) {
    INFO(groups << " groups, " << routers << " routers, " << global << " global cables");
    const BuiltTopology fly = make(groups, routers, global);
    std::map<std::pair<std::string, std::string>, int> between;
    std::map<std::string, int> of_router;
    for (const CableView& c : cables_of(fly.graph)) {
      const std::string a = fly.graph[c.a].name, b = fly.graph[c.b].name;
      if (a.substr(0, a.find('/')) == b.substr(0, b.find('/'))) continue;
      ++between[std::minmax(a.substr(0, a.find('/')), b.substr(0, b.find('/')))];
      ++of_router[a], ++of_router[b];
      CHECK(c.latency == from_seconds(5e-6));
    }
    CHECK(between.size() == static_cast<std::size_t>(groups * (groups - 1) / 2));
    const auto [fewest, most] = std::minmax_element(between.begin(), between.end(),
                                                    [](const auto& x, const auto& y) { return x.second < y.second; });
    CHECK(most->second - fewest->second <= 1);
    for (const auto& [router, used] : of_router) CHECK(used <= global);
  }
  CHECK_THROWS_WITH(make(10, 4, 2), Catch::Matchers::Contains("8 global links for 9 other groups"));
}

TEST_CASE("torus: routers have two cables in each dimension, one where only two are in a row") {
  const BuiltTopology square = built("torus", R"("dimensions": [3, 3], )" + kCable);
  CHECK(switches(square) == 9);
  CHECK(hosts(square) == 9);
  CHECK(cables(square) == 18 + 9);
  CHECK(all_are(degrees(square), 4));
  CHECK(is_simple(square));
  CHECK(cables_between(square, "router2.1", "router0.1") == 1);  // wraps around
  CHECK(cables_between(square, "router1.1", "router2.2") == 0);
  CHECK(cables_between(square, "router2.2", "router2.2/host0") == 1);
  const BuiltTopology ladder = built("torus", R"("dimensions": [2, 4], "hosts_per_router": 3, )" + kCable);
  CHECK(hosts(ladder) == 24);
  CHECK(cables(ladder) == 4 + 8 + 24);
  CHECK(all_are(degrees(ladder), 3));
  CHECK(is_simple(ladder));
  CHECK(all_are(degrees(built("torus", R"("dimensions": [4, 4, 4], )" + kCable)), 6));
  CHECK(all_are(degrees(built("torus", R"("dimensions": [1, 5], )" + kCable)), 2));
}

TEST_CASE("jellyfish: every switch has the same number of cables, none twice; a seed gives one network") {
  const auto make = [](int switches, int cables, int seed) {
    return built("jellyfish", fmt::format(R"("switches": {}, "links_per_switch": {}, "hosts_per_switch": 1,
      "seed": {}, {})",
                                          switches, cables, seed, kCable));
  };
  for (const auto& [n, k] : {std::pair(10, 3), {20, 4}, {50, 7}, {100, 10}, {200, 16}, {8, 7}, {9, 8}, {6, 4}})
    for (int seed = 0; seed < 5; ++seed) {
      INFO(n << " switches, " << k << " cables, seed " << seed);
      const BuiltTopology fish = make(n, k, seed);
      const std::vector<int> each = degrees(fish);
      CHECK(each.size() == static_cast<std::size_t>(n));
      CHECK(std::count(each.begin(), each.end(), k) == n);  // all ports are used
      CHECK(is_simple(fish));
    }
  CHECK_THROWS_WITH(make(9, 3, 1), Catch::Matchers::Contains("27 ports"));  // one would stay free
  CHECK(pairs(make(30, 4, 1)) == pairs(make(30, 4, 1)));
  CHECK(pairs(make(30, 4, 1)) != pairs(make(30, 4, 2)));
}

TEST_CASE("multi-zone: a tree of halls, pods and racks with a cable of its own for each level") {
  const BuiltTopology zones = built("multi-zone", R"("halls": 2, "pods": 3, "racks": 4, "hosts_per_rack": 5,
    "host_link": {"latency": "1 us"}, "rack_link": {"latency": "2 us"}, "pod_link": {"latency": "3 us"},
    "hall_link": {"latency": "4 us"})");
  CHECK(switches(zones) == 1 + 2 + 6 + 24);
  CHECK(hosts(zones) == 120);
  CHECK(cables(zones) == 2 + 6 + 24 + 120);
  CHECK(has(zones, "hall1/pod2/rack3/host4"));
  std::map<std::int64_t, int> by_latency;
  for (const CableView& c : cables_of(zones.graph)) ++by_latency[c.latency.count() / 1'000'000];
  CHECK(by_latency == std::map<std::int64_t, int>{{1, 120}, {2, 24}, {3, 6}, {4, 2}});
  CHECK(cables_between(zones, "hall1", "backbone") == 1);
  CHECK(cables_between(zones, "hall1/pod2", "hall1") == 1);
}

TEST_CASE("queries enter where the frontend says") {
  const auto frontend_of = [](const BuiltTopology& b) { return b.graph[b.frontend.value()].name; };
  const std::string tree = R"("k": 4, )" + kCable;
  SECTION("nowhere") {
    const BuiltTopology none = built("fat-tree", tree);
    CHECK_FALSE(none.frontend.has_value());
    CHECK(count(none.graph, NodeKind::frontend) == 0);
  }
  SECTION("at a node of its own on a switch of the highest tier") {
    const BuiltTopology cabled = built("fat-tree", tree + R"(, "frontend": {"link": {"latency": "7 us"}})");
    CHECK(frontend_of(cabled) == "frontend");
    CHECK(count(cabled.graph, NodeKind::frontend) == 1);
    CHECK(cables_between(cabled, "frontend", "core0") == 1);
    CHECK(cables(cabled) == 49);
  }
  SECTION("or where it is attached") {
    const BuiltTopology attached =
        built("fat-tree", tree + R"(, "frontend": {"link": {"latency": "7 us"}, "attach": "pod1/rack0"})");
    CHECK(cables_between(attached, "frontend", "pod1/rack0") == 1);
    CHECK(cables_between(attached, "frontend", "core0") == 0);
  }
  SECTION("or on a host") {
    const BuiltTopology on_host = built("fat-tree", tree + R"(, "frontend": {"host": "pod0/rack1/host1"})");
    CHECK(frontend_of(on_host) == "pod0/rack1/host1");
    CHECK(cables(on_host) == 48);
  }
  SECTION("which must be there") {
    using Catch::Matchers::Contains;
    CHECK_THROWS_WITH(built("fat-tree", tree + R"(, "frontend": {"host": "pod0/rack1/host9"})"),
                      Contains("/topology/frontend/host") && Contains("no node 'pod0/rack1/host9'"));
    CHECK_THROWS_WITH(built("fat-tree", tree + R"(, "frontend": {"link": {}, "attach": "core9"})"),
                      Contains("/topology/frontend/attach") && Contains("no node 'core9'"));
    CHECK_THROWS_WITH(built("fat-tree", tree + R"(, "frontend": {"link": {}, "host": "core0"})"),
                      Contains("either 'link' or 'host'"));
    CHECK_THROWS_WITH(built("fat-tree", tree + R"(, "frontend": {"host": "core0", "attach": "core0"})"),
                      Contains("there is none"));
  }
}

TEST_CASE("hosts take the platform of the pattern that they match") {
  const BuiltTopology own = built("star", R"("hosts": 12, "up_latency": "1 us", "down_latency": "1 us",
    "host_platforms": {"host?": "small", "host1[01]": "large"})");
  for (const NodeId node : boost::make_iterator_range(boost::vertices(own.graph))) {
    const std::string& name = own.graph[node].name;
    CHECK(own.graph[node].platform == (name == "switch" ? "" : name.size() == 5 ? "small" : "large"));
  }
  CHECK_THROWS_WITH(built("star", R"("hosts": 2, "up_latency": "1 us", "down_latency": "1 us",
    "host_platforms": {"rack*": "small"})"),
                    Catch::Matchers::Contains("no host matches 'rack*'"));
}
