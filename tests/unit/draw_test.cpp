// SPDX-License-Identifier: Apache-2.0
#include "topology/draw.hpp"

#include <fmt/format.h>

#include <boost/property_tree/xml_parser.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "config/error.hpp"

using namespace shardsim;

namespace {

using Xml = boost::property_tree::ptree;

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

struct Drawn {
  std::string kind;
  std::vector<std::string> titles;
  double x = 0, y = 0;
};

/// The middle of the first shape.
std::pair<double, double> middle(const Xml& node) {
  if (const auto circle = node.get_child_optional("circle.<xmlattr>"))
    return {circle->get<double>("cx"), circle->get<double>("cy")};
  if (const auto rect = node.get_child_optional("rect.<xmlattr>"))
    return {rect->get<double>("x") + rect->get<double>("width") / 2,
            rect->get<double>("y") + rect->get<double>("height") / 2};
  std::istringstream points(node.get<std::string>("polygon.<xmlattr>.points"));
  double left = 0, right = 0, y = 0;
  char comma = 0;
  points >> left >> comma >> y;
  for (double x = 0, unused = 0; points >> x >> comma >> unused;) right = std::max(right, x);
  return {(left + right) / 2, y};
}

/// Nodes (or cables) of a picture; reading it fails unless it is well-formed.
std::vector<Drawn> drawn(const std::string& svg, const std::set<std::string>& kinds = {"host", "switch", "frontend"}) {
  std::istringstream text(svg);
  Xml xml;
  boost::property_tree::read_xml(text, xml);
  std::vector<Drawn> out;
  for (const auto& [group_tag, group] : xml.get_child("svg"))
    for (const auto& [tag, node] : group) {
      const auto kind = node.get_optional<std::string>("<xmlattr>.class");
      if (tag != "g" || !kind || !kinds.contains(*kind)) continue;
      Drawn& one = out.emplace_back(Drawn{*kind, {}, 0, 0});
      for (const auto& [child_tag, child] : node)
        if (child_tag == "title") one.titles.push_back(child.data());
      if (*kind != "cable") std::tie(one.x, one.y) = middle(node);
    }
  return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

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

TEST_CASE("a picture is well-formed and shows every node once, with its name") {
  for (const auto& [name, graph] : samples()) {
    INFO(name);
    std::multiset<std::string> expected, found;
    for (const NodeId v : boost::make_iterator_range(boost::vertices(graph))) expected.insert(graph[v].name);
    for (const Drawn& node : drawn(draw_svg(graph, name))) {
      REQUIRE(node.titles.size() == 1);
      found.insert(first_line(node.titles[0]));
    }
    CHECK(found == expected);
  }
}

TEST_CASE("no two nodes of a picture are at the same place") {
  for (const auto& [name, graph] : samples()) {
    INFO(name);
    std::set<std::pair<double, double>> places;
    for (const Drawn& node : drawn(draw_svg(graph, name))) {
      CHECK(std::isfinite(node.x + node.y));
      CHECK(places.emplace(node.x, node.y).second);
    }
  }
}

TEST_CASE("the same graph gives the same picture") {
  for (const auto& [name, graph] : samples()) CHECK(draw_svg(graph, name) == draw_svg(NetworkGraph(graph), name));
}

TEST_CASE("in a drawing of layers, hosts are at the bottom and the frontend above what it hangs on") {
  double highest_host = 1e9, lowest_leaf = 0, highest_leaf = 1e9, lowest_spine = 0, frontend = 0;
  for (const Drawn& node : drawn(draw_svg(leaf_spine(6, 5, 3), "layers"))) {
    const std::string name = node.titles[0];
    if (node.kind == "host") highest_host = std::min(highest_host, node.y);
    if (name.starts_with("leaf")) lowest_leaf = std::max(lowest_leaf, node.y);
    if (name.starts_with("leaf")) highest_leaf = std::min(highest_leaf, node.y);
    if (name.starts_with("spine")) lowest_spine = std::max(lowest_spine, node.y);
    if (node.kind == "frontend") frontend = node.y;
  }
  CHECK(highest_host > lowest_leaf);
  CHECK(highest_leaf == lowest_leaf);
  CHECK(highest_leaf > lowest_spine);
  CHECK(lowest_spine > frontend);
}

TEST_CASE("nodes of a row are in the natural order of their names, and sweeps untangle other orders") {
  SECTION("leaf2 is left of leaf10") {
    std::map<std::string, double> x;
    for (const Drawn& node : drawn(draw_svg(leaf_spine(12, 2, 2), "order"))) x[first_line(node.titles[0])] = node.x;
    CHECK(x["leaf2"] < x["leaf10"]);
    CHECK(x["host9"] < x["host10"]);
  }
  SECTION("two trees whose names are crossed") {
    NetworkGraph graph;
    const NodeId top = add_node(graph, "top"), a = add_node(graph, "a"), b = add_node(graph, "b");
    connect(graph, top, a);
    connect(graph, top, b);
    connect(graph, add_host(graph, "h1"), b);
    connect(graph, add_host(graph, "h2"), a);
    std::map<std::string, double> x;
    for (const Drawn& node : drawn(draw_svg(graph, "crossed"))) x[first_line(node.titles[0])] = node.x;
    CHECK((x["a"] < x["b"]) == (x["h2"] < x["h1"]));
  }
}

TEST_CASE("names are escaped, and what XML cannot hold is replaced") {
  NetworkGraph graph;
  const std::string name = R"(<a> & "b" 'c')";
  add_host(graph, name);
  add_node(graph, "\x01\xFF\xED\xA0\x80z");
  add_node(graph, "an-\u00e4\u00f6\u00fc-\u65e5\u672c\u8a9e-name-that-is-much-too-long-for-a-label");
  const std::string svg = draw_svg(graph, "<title> & \"more\"");
  std::set<std::string> names;
  for (const Drawn& node : drawn(svg)) names.insert(first_line(node.titles[0]));
  CHECK(names.contains(name));
  CHECK(names.contains("\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz"));
  CHECK(svg.find("\u2026") != std::string::npos);
  CHECK(svg.find("&lt;title&gt; &amp; &quot;more&quot;") != std::string::npos);
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
  std::vector<std::string> titles;
  const std::string svg = draw_svg(graph, "figures");
  for (const Drawn& cable : drawn(svg, {"cable"})) {
    REQUIRE(cable.titles.size() == 1);
    titles.push_back(cable.titles[0]);
  }
  CHECK(titles == std::vector<std::string>{"a \u2013 b: 25 Gbps, 1 us",
                                           "a \u2192 d: 10 Gbps, 2 us\nd \u2192 a: 25 Gbps, 1 us",
                                           "b \u2013 c: 25 Gbps, 1 us x2", "c \u2192 d: 25 Gbps, 1 us"});
  CHECK(svg.find("4 hosts, 0 switches, 5 cables") != std::string::npos);
  CHECK(svg.find("one way") != std::string::npos);
}

TEST_CASE("a switch that only the frontend reaches is drawn too, and unlimited cables are") {
  NetworkGraph graph;
  const NodeId host = add_host(graph, "h"), leaf = add_node(graph, "leaf"), beyond = add_node(graph, "beyond");
  const NodeId frontend = add_node(graph, "frontend", NodeKind::frontend);
  const NetworkLink unlimited{Bandwidth::unlimited(), Duration::zero(), 0};
  connect(graph, host, leaf, unlimited);
  connect(graph, leaf, frontend, unlimited);
  connect(graph, frontend, beyond);
  const std::string svg = draw_svg(graph, "beyond");
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("unlimited, 0 s (2 cables)") != std::string::npos);
  CHECK(drawn(svg).size() == 4);
}

TEST_CASE("a picture has a limit, and says which") {
  NetworkGraph graph(kMostDrawn);
  CHECK_NOTHROW(draw_svg(graph, "most"));
  add_node(graph, "one more");
  CHECK_THROWS_WITH(draw_svg(graph, "too many"), Catch::Contains("2000") && Catch::Contains("2001"));
  CHECK_THROWS_AS(draw_svg(graph, "too many"), InputError);
}
