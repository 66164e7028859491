// SPDX-License-Identifier: Apache-2.0
#include "topology/draw.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "config/error.hpp"

using namespace shardsim;

namespace {

NodeId add_node(NetworkGraph& graph, const std::string& name, NodeKind kind = NodeKind::switching) {
  return boost::add_vertex(NetworkNode{name, kind, ""}, graph);
}

NodeId add_host(NetworkGraph& graph, const std::string& name) { return add_node(graph, name, NodeKind::host); }

const NetworkLink kLink{Bandwidth{25e9 / 8}, from_seconds(1e-6), 0};

void connect(NetworkGraph& graph, NodeId a, NodeId b, NetworkLink link = kLink) {
  boost::add_edge(a, b, link, graph);
  boost::add_edge(b, a, link, graph);
}

NetworkGraph leaf_spine(int leaves, int hosts, int spines) {
  NetworkGraph graph;
  for (int s = 0; s < spines; ++s) add_node(graph, fmt::format("spine{}", s));
  for (int l = 0; l < leaves; ++l) {
    const NodeId leaf = add_node(graph, fmt::format("leaf{}", l));
    for (int s = 0; s < spines; ++s) connect(graph, leaf, static_cast<NodeId>(s));
    for (int h = 0; h < hosts; ++h) connect(graph, add_host(graph, fmt::format("host{}", l * hosts + h)), leaf);
  }
  connect(graph, add_node(graph, "frontend", NodeKind::frontend), 0);
  return graph;
}

/// Rows and columns that close to rings.
NetworkGraph torus(std::size_t rows, std::size_t columns, NodeKind kind) {
  NetworkGraph graph;
  for (std::size_t i = 0; i < rows * columns; ++i) add_node(graph, fmt::format("n{}", i), kind);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      connect(graph, i * columns + j, (i + 1) % rows * columns + j);
      connect(graph, i * columns + j, i * columns + (j + 1) % columns);
    }
  return graph;
}

/// Switches in a ring with chords, and hosts on each: most cables stay in one tier.
NetworkGraph jellyfish(std::size_t switches, std::size_t hosts) {
  NetworkGraph graph;
  for (std::size_t i = 0; i < switches; ++i) add_node(graph, fmt::format("sw{}", i));
  for (std::size_t i = 0; i < switches; ++i) {
    connect(graph, i, (i + 1) % switches);
    connect(graph, i, (i * 3 + 5) % switches == i ? (i + 2) % switches : (i * 3 + 5) % switches);
    for (std::size_t h = 0; h < hosts; ++h) connect(graph, add_host(graph, fmt::format("h{}-{}", i, h)), i);
  }
  return graph;
}

/// Parts of several kinds: a star, a ring without hosts, nodes without cables.
NetworkGraph parts() {
  NetworkGraph graph = leaf_spine(1, 8, 1);
  const NodeId a = add_node(graph, "r0"), b = add_node(graph, "r1"), c = add_node(graph, "r2");
  connect(graph, a, b);
  connect(graph, b, c);
  connect(graph, c, a);
  add_host(graph, "lonely");
  add_node(graph, "alone");
  add_node(graph, "gate", NodeKind::frontend);
  return graph;
}

/// A box: what stands in it, its hosts' too, and where its label is if that was worked out here.
struct Box {
  std::string kind;
  std::vector<std::string> tips;
  double x = 0, y = 0;
};

std::vector<std::string> all(const std::string& text, const std::string& pattern) {
  const std::regex what(pattern);
  std::vector<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), what), end; it != end; ++it) out.push_back((*it)[1]);
  return out;
}

std::string first_line(const std::string& tip) { return tip.substr(0, tip.find("&#10;")); }

/// By their names.
std::map<std::string, Box> boxes(const std::string& dot) {
  std::map<std::string, Box> out;
  std::istringstream lines(dot);
  const std::regex box("n\\d+\\[class=\"(\\w+)\"(?: pos=\"(-?\\d+),(-?\\d+)\")? .*");
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, box)) continue;
    const std::vector<std::string> tips = all(line, "tooltip=\"([^\"]*)\"");
    REQUIRE(!tips.empty());
    Box& one = out[first_line(tips[0])] = Box{found[1], tips};
    if (found[2].matched) one.x = std::stod(found[2]), one.y = std::stod(found[3]);
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& dot) {
  return all(dot, "class=\"cable\"[^\n]*tooltip=\"([^\"]*)\"");
}

std::map<std::string, NetworkGraph> samples() {
  return {{"nothing", {}},
          {"star", leaf_spine(1, 8, 1)},
          {"leaf-spine", leaf_spine(20, 16, 4)},
          {"ring of hosts", torus(1, 12, NodeKind::host)},
          {"torus of hosts", torus(4, 8, NodeKind::host)},
          {"torus of switches", torus(8, 8, NodeKind::switching)},
          {"jellyfish", jellyfish(16, 2)},
          {"large jellyfish", jellyfish(200, 3)},
          {"parts", parts()}};
}

}  // namespace

TEST_CASE("a picture shows every node once, with its name") {
  for (const auto& [name, graph] : samples()) {
    INFO(name);
    std::multiset<std::string> expected, found;
    for (const NodeId v : boost::make_iterator_range(boost::vertices(graph))) expected.insert(graph[v].name);
    for (const auto& [box, what] : boxes(draw_dot(graph, name)))
      for (const std::string& tip : what.tips) found.insert(first_line(tip));
    CHECK(found == expected);
  }
}

TEST_CASE("no two boxes of a picture in rows are at the same place") {
  for (const auto& [name, graph] : samples()) {
    const std::string dot = draw_dot(graph, name);
    if (dot.find("layout=nop") == std::string::npos) continue;
    INFO(name);
    std::set<std::pair<double, double>> places;
    for (const auto& [box, what] : boxes(dot)) CHECK(places.emplace(what.x, what.y).second);
  }
}

TEST_CASE("tiers are rows, and what has none is left to Graphviz") {
  const std::map<std::string, bool> in_rows{{"nothing", true},         {"star", true},
                                            {"leaf-spine", true},      {"ring of hosts", false},
                                            {"torus of hosts", false}, {"torus of switches", false},
                                            {"jellyfish", false},      {"large jellyfish", false},
                                            {"parts", false}};
  for (const auto& [name, graph] : samples()) {
    INFO(name);
    CHECK((draw_dot(graph, name).find("layout=nop") != std::string::npos) == in_rows.at(name));
  }
}

TEST_CASE("the same graph gives the same picture") {
  for (const auto& [name, graph] : samples()) CHECK(draw_dot(graph, name) == draw_dot(NetworkGraph(graph), name));
}

TEST_CASE("hosts stand in the box of their switch, and the frontend above what it hangs on") {
  std::map<std::string, Box> found = boxes(draw_dot(leaf_spine(6, 5, 3), "rows"));
  CHECK(found.size() == 6 + 3 + 1);
  CHECK(first_line(found["leaf1"].tips[1]) == "host5");
  CHECK(found["leaf1"].tips.size() == 6);
  CHECK(found["leaf0"].y == found["leaf5"].y);
  CHECK(found["leaf0"].y < found["spine0"].y);  // Graphviz counts upwards
  CHECK(found["spine0"].y < found["frontend"].y);
  CHECK(found["frontend"].x == found["spine0"].x);
}

TEST_CASE("a host of two switches has a box of its own, below them") {
  NetworkGraph graph;
  const NodeId a = add_node(graph, "a"), b = add_node(graph, "b"), both = add_host(graph, "both");
  connect(graph, a, both);
  connect(graph, b, both);
  std::map<std::string, Box> found = boxes(draw_dot(graph, "two"));
  CHECK(found["both"].y < found["a"].y);
  CHECK(lines_of(draw_dot(graph, "two")).size() == 2);
}

TEST_CASE("boxes of a row are in the natural order of their names, or over what they are cabled to") {
  std::map<std::string, Box> found = boxes(draw_dot(leaf_spine(12, 2, 2), "order"));
  CHECK(found["leaf2"].x < found["leaf10"].x);
  NetworkGraph graph;  // two trees whose names are crossed
  const NodeId top = add_node(graph, "top"), a = add_node(graph, "a"), b = add_node(graph, "b");
  const NodeId rack1 = add_node(graph, "rack1"), rack2 = add_node(graph, "rack2");
  connect(graph, top, a);
  connect(graph, top, b);
  connect(graph, b, rack1);
  connect(graph, a, rack2);
  connect(graph, rack1, add_host(graph, "h1"));
  connect(graph, rack2, add_host(graph, "h2"));
  found = boxes(draw_dot(graph, "crossed"));
  CHECK(found["rack1"].x < found["rack2"].x);
  CHECK(found["b"].x < found["a"].x);
}

TEST_CASE("names are escaped, and what XML cannot hold is replaced") {
  NetworkGraph graph;
  add_host(graph, R"(<a> & "b" 'c' \N)");
  add_node(graph, "\x01\xFF\xED\xA0\x80z");
  add_node(graph, "an-\u00e4\u00f6\u00fc-\u65e5\u672c\u8a9e-name-that-is-much-too-long-for-a-label");
  const std::string dot = draw_dot(graph, "<title> & \"more\"");
  const std::map<std::string, Box> found = boxes(dot);
  CHECK(found.contains(R"(&lt;a&gt; &amp; &quot;b&quot; &#39;c&#39; \\N)"));  // Graphviz would put a name for \N
  CHECK(found.contains("\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz"));
  CHECK(dot.find("\u2026") != std::string::npos);
  CHECK(dot.find("<b>&lt;title&gt; &amp; &quot;more&quot;</b>") != std::string::npos);
}

TEST_CASE("a cable is one line that tells its figures, both ways where they differ") {
  NetworkGraph graph;
  const NodeId a = add_host(graph, "a"), b = add_host(graph, "b"), c = add_host(graph, "c"), d = add_host(graph, "d");
  connect(graph, a, b);
  connect(graph, b, c);
  connect(graph, b, c);
  boost::add_edge(c, d, kLink, graph);
  boost::add_edge(d, a, kLink, graph);
  boost::add_edge(a, d, NetworkLink{Bandwidth{10e9 / 8}, from_seconds(2e-6), 0}, graph);
  const std::string dot = draw_dot(graph, "figures");
  CHECK(lines_of(dot) == std::vector<std::string>{"a \u2013 b: 25 Gbps, 1 us",
                                                  "a \u2192 d: 10 Gbps, 2 us&#10;d \u2192 a: 25 Gbps, 1 us",
                                                  "b \u2013 c: 25 Gbps, 1 us x2", "c \u2192 d: 25 Gbps, 1 us"});
  CHECK(dot.find("4 hosts, 0 switches, 5 cables") != std::string::npos);
  CHECK(dot.find("one way") != std::string::npos);
  CHECK(all(dot, "(dir=\\w+)") == std::vector<std::string>{"dir=forward"});
}

TEST_CASE("the cable of a host in its switch's box is told by the host") {
  NetworkGraph graph = leaf_spine(1, 1, 1);
  CHECK(boxes(draw_dot(graph, "told"))["leaf0"].tips[1] == "host0&#10;host&#10;host0 \u2013 leaf0: 25 Gbps, 1 us");
}

TEST_CASE("a switch that only the frontend reaches is drawn too, and unlimited cables are") {
  NetworkGraph graph;
  const NodeId host = add_host(graph, "h"), leaf = add_node(graph, "leaf"), beyond = add_node(graph, "beyond");
  const NodeId frontend = add_node(graph, "frontend", NodeKind::frontend);
  const NetworkLink unlimited{Bandwidth::unlimited(), Duration::zero(), 0};
  connect(graph, host, leaf, unlimited);
  connect(graph, leaf, frontend, unlimited);
  connect(graph, frontend, beyond);
  const std::string dot = draw_dot(graph, "beyond");
  CHECK(dot.find("nan") == std::string::npos);
  CHECK(dot.find("unlimited, 0 s (2 cables)") != std::string::npos);
  CHECK(boxes(dot).size() == 3);  // the host is in leaf's
}

TEST_CASE("a picture has a limit, and says which") {
  NetworkGraph graph(kMostDrawn);
  CHECK_NOTHROW(draw_dot(graph, "most"));
  add_node(graph, "one more");
  CHECK_THROWS_WITH(draw_dot(graph, "too many"), Catch::Contains("2000") && Catch::Contains("2001"));
  CHECK_THROWS_AS(draw_dot(graph, "too many"), InputError);
}
