// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <map>

#include "topology/cables.hpp"
#include "topology/dot_reader.hpp"
#include "topology/format.hpp"

using namespace shardsim;
using Catch::Matchers::Contains;

namespace {

NetworkGraph read(const std::string& file, const std::string& text, const Interpretation& how = {}) {
  return interpret(format_of(file, "")->read(text, file), how, file).graph;
}
NetworkGraph graphml(const std::string& body, const Interpretation& how = {}) {
  return read("net.graphml", "<?xml version=\"1.0\"?>\n<graphml>\n" + body + "\n</graphml>\n", how);
}
NetworkGraph dot(const std::string& text, const Interpretation& how = {}) { return read("net.dot", text, how); }

/// Two nodes and an edge between them, whose <data> are given.
NetworkGraph joined(const std::string& data, const Interpretation& how = {}) {
  return graphml(
      "<graph edgedefault=\"undirected\">\n<node id=\"a\"><data key=\"kind\">host</data></node>\n"
      "<node id=\"b\"><data key=\"kind\">switch</data></node>\n<edge source=\"a\" target=\"b\">" +
          data + "</edge>\n</graph>",
      how);
}

Interpretation with_defaults() {
  Interpretation how;
  how.defaults = {Bandwidth{1e9}, from_seconds(1e-6), "switch"};
  return how;
}

struct Facts {
  NodeKind kind;
  std::string platform;
  bool operator==(const Facts&) const = default;
};
std::map<std::string, Facts> nodes_of(const NetworkGraph& g) {
  std::map<std::string, Facts> nodes;
  for (const NodeId n : boost::make_iterator_range(boost::vertices(g))) nodes[g[n].name] = {g[n].kind, g[n].platform};
  return nodes;
}
std::vector<std::string> names_of(const NetworkGraph& g) {
  std::vector<std::string> names;
  for (const NodeId n : boost::make_iterator_range(boost::vertices(g))) names.push_back(g[n].name);
  return names;
}
/// Cables as text, in any order: "a - b 1e9 1000" or "a > b ..." where one way.
std::vector<std::string> cables(const NetworkGraph& g) {
  std::vector<std::string> all;
  for (const CableView& c : cables_of(g)) {
    std::string a = g[c.a].name, b = g[c.b].name;
    if (!c.one_way && b < a) std::swap(a, b);
    all.push_back(
        fmt::format("{} {} {} {} {}", a, c.one_way ? '>' : '-', b, c.bandwidth.bytes_per_second, c.latency.count()));
  }
  std::sort(all.begin(), all.end());
  return all;
}
double gigabits(const NetworkGraph& g) { return g[*boost::edges(g).first].bandwidth.bytes_per_second / 1.25e8; }
std::string latency_of(const NetworkGraph& g) { return to_text(g[*boost::edges(g).first].latency); }

}  // namespace

TEST_CASE("GraphML: names, kinds, platforms and both directions of an undirected edge") {
  const NetworkGraph g = graphml(R"(
    <key id="d0" for="node" attr.name="kind"/> <key id="d1" for="node" attr.name="name"/>
    <key id="d2" for="node" attr.name="platform"/>
    <key id="d3" for="edge" attr.name="bandwidth"/> <key id="d4" for="edge" attr.name="latency"/>
    <graph edgedefault="undirected">
      <node id="n0"><data key="d0">host</data><data key="d1">left</data><data key="d2">small</data></node>
      <node id="n1"><data key="d0">switch</data></node>
      <node id="n2"><data key="d0">Server</data></node>
      <node id="n3"><data key="d0">frontend</data></node>
      <edge source="n0" target="n1"><data key="d3">10 Gbps</data><data key="d4">5 us</data></edge>
    </graph>)");
  CHECK(nodes_of(g) == std::map<std::string, Facts>{{"left", {NodeKind::host, "small"}},
                                                    {"n1", {NodeKind::switching, ""}},
                                                    {"n2", {NodeKind::host, ""}},
                                                    {"n3", {NodeKind::frontend, ""}}});
  CHECK(cables(g) == std::vector<std::string>{"left - n1 1250000000 5000000"});
}

TEST_CASE("GraphML: directed edges lead one way; an edge may differ from its graph, and the reader be told better") {
  const std::string nodes = "<node id=\"a\"/><node id=\"b\"/>";
  const auto edge = [](const std::string& more) { return "<edge source=\"b\" target=\"a\" " + more + "/></graph>"; };
  const std::string directed = "<graph edgedefault=\"directed\">" + nodes;
  const std::string undirected = "<graph edgedefault=\"undirected\">" + nodes;
  const std::vector<std::string> one{"b > a 1000000000 1000000"}, both{"a - b 1000000000 1000000"};
  CHECK(cables(graphml(directed + edge(""), with_defaults())) == one);
  CHECK(cables(graphml(undirected + edge(""), with_defaults())) == both);
  CHECK(cables(graphml(directed + edge("directed=\"false\""), with_defaults())) == both);
  CHECK(cables(graphml(undirected + edge("directed=\"true\""), with_defaults())) == one);
  Interpretation cables_meant = with_defaults();
  cables_meant.one_way = false;
  CHECK(cables(graphml(directed + edge(""), cables_meant)) == both);
}

TEST_CASE("figures are read in the spellings of others") {
  const auto bandwidth = [](const std::string& text) {
    return gigabits(joined("<data key=\"bandwidth\">" + text + "</data><data key=\"latency\">1 us</data>"));
  };
  for (const char* text : {"1Gbps", "1 Gbps", "1G", "1Gbit/s", "1Gb/s", "1GbE", "1000M", "1000 Mbit", "125 MB/s",
                           "0.125GB/s", "125000000 B/s", "1e9 bps", "1e6k", "0.001T", " 1 Gbps "})
    CHECK(bandwidth(text) == Approx(1));
  CHECK(std::isinf(bandwidth("unlimited")));
  const auto latency = [](const std::string& text) {
    return latency_of(joined("<data key=\"bandwidth\">1G</data><data key=\"latency\">" + text + "</data>"));
  };
  for (const char* text : {"5us", "5 us", "5 µs", "5 usec", "0.005 ms", "0.005msec", "5000 ns", "5e-6 s", "5e-6 sec"})
    CHECK(latency(text) == "5 us");
}

TEST_CASE("bare numbers have the unit that the attribute map gives, and attributes the names") {
  Interpretation how;
  how.attributes = {{"bandwidth", "speed Mbps"}, {"latency", "length_ms ms"}};
  const NetworkGraph g = joined("<data key=\"speed\">400</data><data key=\"length_ms\">1.5</data>", how);
  CHECK(gigabits(g) == Approx(0.4));
  CHECK(latency_of(g) == "1.5 ms");
  // A unit in the text counts more than the map's.
  CHECK(gigabits(joined("<data key=\"speed\">1 Gbps</data><data key=\"length_ms\">1</data>", how)) == Approx(1));
  // Topology Zoo: LinkSpeedRaw is in bit/s.
  CHECK(gigabits(joined("<data key=\"LinkSpeedRaw\">2500000000.0</data><data key=\"delay\">1 us</data>")) ==
        Approx(2.5));
  how.attributes = {{"colour", "x"}};
  CHECK_THROWS_WITH(joined("", how), Contains("/topology/attributes/colour") && Contains("nothing is read as"));
}

TEST_CASE("kinds of nodes are known words, what the map says, or the default") {
  const auto with_kind = [](const std::string& kind, const Interpretation& how) {
    return nodes_of(graphml("<graph><node id=\"a\"><data key=\"type\">" + kind + "</data></node></graph>", how))
        .at("a")
        .kind;
  };
  CHECK(with_kind("router", {}) == NodeKind::switching);
  CHECK(with_kind("HOST", {}) == NodeKind::host);
  Interpretation how;
  how.kinds = {{"PoP", "host"}};
  CHECK(with_kind("PoP", how) == NodeKind::host);
  CHECK_THROWS_WITH(with_kind("teapot", how), Contains("'a'") && Contains("type 'teapot'") && Contains("\"kinds\""));
  CHECK_THROWS_WITH(with_kind("teapot", {}), Contains("no known kind"));
  CHECK_THROWS_WITH(with_kind("", {}), Contains("'a'") && Contains("kind, type, role") && Contains("defaults"));
  CHECK(with_kind("", with_defaults()) == NodeKind::switching);
}

TEST_CASE("GraphML: default values of keys hold where a node or edge says nothing") {
  const NetworkGraph g = graphml(R"(
    <key id="d0" for="node" attr.name="kind"><default>host</default></key>
    <key id="d3" for="edge" attr.name="bandwidth"><default>10 Gbps</default></key>
    <key id="d4" for="edge" attr.name="latency"><default>5 us</default></key>
    <graph edgedefault="undirected">
      <node id="a"/> <node id="b"><data key="d0">switch</data></node> <node id="c"/>
      <edge source="a" target="b"/>
      <edge source="c" target="b"><data key="d3">1 Gbps</data></edge>
    </graph>)");
  CHECK(nodes_of(g) == std::map<std::string, Facts>{
                           {"a", {NodeKind::host, ""}}, {"b", {NodeKind::switching, ""}}, {"c", {NodeKind::host, ""}}});
  CHECK(cables(g) == std::vector<std::string>{"a - b 1250000000 5000000", "b - c 125000000 5000000"});
}

TEST_CASE("GraphML: default values of a graph's keys are not its nodes'; those for all are edges' too", "") {
  const std::string nodes = "<graph><node id=\"a\"/><node id=\"b\"/><edge source=\"a\" target=\"b\"/></graph>";
  CHECK(names_of(graphml("<key id=\"k\" for=\"graph\" attr.name=\"label\"><default>net</default></key>" + nodes,
                         with_defaults())) == std::vector<std::string>{"a", "b"});
  CHECK(gigabits(graphml("<key id=\"k\" for=\"all\" attr.name=\"bandwidth\"><default>10G</default></key>" + nodes,
                         with_defaults())) == Approx(10));
}

TEST_CASE("GraphML: drawings of yFiles are passed over, but for their labels; CDATA and namespaces are text") {
  const NetworkGraph g = graphml(R"(
    <key id="d3" for="edge" attr.name="bandwidth"/> <key id="d6" for="node" yfiles.type="nodegraphics"/>
    <graph edgedefault="undirected">
      <node id="n0"><data key="d6"><y:ShapeNode xmlns:y="http://www.yworks.com/xml/graphml">
        <y:Geometry height="30" width="30" x="1" y="2"/><y:Fill color="red">bandwidth</y:Fill>
        <y:NodeLabel alignment="center"> left </y:NodeLabel></y:ShapeNode></data>
        <data key="kind"><![CDATA[host]]></data></node>
      <node id="n1"><data key="kind">switch</data><data key="name"><![CDATA[a<b> & "c"]]></data></node>
      <edge id="e" source="n0" target="n1"><data key="d3">1<!-- no, ten --><note>9</note>0 Gbps</data>
        <data key="d10"><y:PolyLineEdge xmlns:y="http://www.yworks.com/xml/graphml"><y:Path sx="0"/></y:PolyLineEdge></data>
        <data key="latency">1 us</data></edge>
    </graph>)");
  CHECK(nodes_of(g) ==
        std::map<std::string, Facts>{{"left", {NodeKind::host, ""}}, {"a<b> & \"c\"", {NodeKind::switching, ""}}});
  CHECK(gigabits(g) == Approx(10));
}

TEST_CASE("a link without figures is an error that names it, what was looked for, and the remedy") {
  CHECK_THROWS_AS(joined(""), InputError);
  CHECK_THROWS_WITH(joined(""), Contains("net.graphml") && Contains("line 6") && Contains("'a' - 'b'") &&
                                    Contains("no bandwidth") && Contains("capacity, bw, speed") &&
                                    Contains("\"defaults\": {\"bandwidth\""));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">1G</data>"), Contains("no latency") && Contains("latency, delay, lat"));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">1000</data><data key=\"delay\">1 us</data>"),
                    Contains("bw '1000' without a unit") && Contains("\"attributes\": {\"bandwidth\": \"bw Mbps\"}"));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">1G</data><data key=\"delay\">3</data>"),
                    Contains("delay '3' without a unit") && Contains("\"latency\": \"delay ms\""));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">fast</data>"), Contains("bw: 'fast' does not begin with a number"));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">1 GHz</data>"), Contains("unknown unit 'GHz'"));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">-1 Gbps</data>"), Contains("negative"));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">0 Gbps</data>"), Contains("expected more than 0"));
  CHECK_THROWS_WITH(joined("<data key=\"bw\">1 G</data><data key=\"delay\">100000 s</data>"),
                    Contains("longer than a day"));
}

TEST_CASE("GraphML: a graph within a node has its own direction, and leaves that of the outer one alone") {
  const NetworkGraph g = graphml(R"(<graph edgedefault="undirected">
      <node id="a"/><node id="b"><graph edgedefault="directed"><node id="c"/><node id="d"/>
        <edge source="c" target="d"/></graph></node>
      <edge source="a" target="b"/><edge source="b" target="c"/></graph>)",
                                 with_defaults());
  CHECK(cables(g) ==
        std::vector<std::string>{"a - b 1000000000 1000000", "b - c 1000000000 1000000", "c > d 1000000000 1000000"});
}

TEST_CASE("GraphML: elements of a foreign namespace are none of the graph's, with all that is in them") {
  const std::string body = R"(<graph><node id="a"/><x:node id="b" xmlns:x="urn:other"><node id="c"/></x:node>
    <other xmlns="urn:other"><node id="d"/><edge source="d" target="d"/></other><node id="e"/></graph>)";
  CHECK(names_of(graphml(body, with_defaults())) == std::vector<std::string>{"a", "e"});
  const std::string declared =
      "<g:graphml xmlns:g=\"http://graphml.graphdrawing.org/xmlns\" xmlns=\"urn:other\">"
      "<node id=\"x\"/><g:graph><g:node id=\"a\"/><node id=\"b\"/></g:graph></g:graphml>";
  CHECK(names_of(read("net.graphml", declared, with_defaults())) == std::vector<std::string>{"a"});
}

TEST_CASE("GraphML: two graphs in a file are an error with its line, not one network") {
  CHECK_THROWS_WITH(graphml("<graph><node id=\"a\"/></graph>\n<graph><node id=\"b\"/></graph>", with_defaults()),
                    Contains("net.graphml:4") && Contains("second <graph>"));
}

TEST_CASE("all that a file leaves to settle is found at once, each kind with its first place and how many more") {
  RawTopology raw;
  raw.nodes = {{"a", {{"kind", "host"}}, 3}, {"b", {}, 4}, {"c", {{"name", "a"}}, 5}};
  raw.links = {
      {0, 1, false, {{"bw", "1G"}}, 6}, {1, 2, false, {{"bw", "5"}, {"delay", "1 us"}}, 7}, {2, 2, false, {}, 8}};
  const LookedInto looked = look_into(raw, {});
  std::vector<std::string> found;
  for (const TopologyFinding& f : looked.findings) found.push_back(f.what);
  REQUIRE(found.size() == 6);
  CHECK_THAT(found[0], Contains("line 4") && Contains("'b'") && Contains("host or a switch"));
  CHECK(looked.findings[0].others == 1);
  CHECK_THAT(found[1], Contains("line 5") && Contains("another node has that name"));
  CHECK_THAT(found[2], Contains("line 6") && Contains("no latency"));
  CHECK(looked.findings[2].others == 1);  // the loop
  CHECK_THAT(found[3], Contains("line 7") && Contains("bw '5' without a unit"));
  CHECK_THAT(found[4], Contains("line 8") && Contains("to itself"));
  CHECK_THAT(found[5], Contains("line 8") && Contains("no bandwidth"));
  CHECK_THAT(text_of(looked.findings[0], Speech::options),
             Contains("and 1 more like it") && Contains("--default kind=switch"));
  CHECK_THAT(text_of(looked.findings, Speech::keys), Contains("6 things to settle: (1) ") && Contains("\"defaults\""));
}

TEST_CASE("repair: doubled names, loops, doubled links and all but the largest part, said in one line") {
  RawTopology raw;
  for (const char* name : {"x", "x", "x~2", "y", "far"}) raw.nodes.push_back({name, {}, 0});
  const auto link = [&](std::size_t a, std::size_t b, bool one_way, Attributes more) {
    raw.links.push_back({a, b, one_way, std::move(more), 0});
  };
  link(0, 1, false, {});
  link(1, 0, false, {});                     // the same cable again
  link(0, 1, false, {{"bandwidth", "5G"}});  // another one
  link(1, 2, true, {});
  link(2, 1, true, {});  // the way back
  link(2, 3, true, {});
  link(2, 3, true, {});  // the same way again
  link(3, 3, false, {});
  Interpretation how = with_defaults();
  how.repair = true;
  const LookedInto looked = look_into(raw, how);
  CHECK(looked.findings.empty());
  CHECK(names_of(looked.topology.graph) == std::vector<std::string>{"x", "x~3", "x~2", "y"});
  CHECK(cables(looked.topology.graph) ==
        std::vector<std::string>{"x - x~3 1000000000 1000000", "x - x~3 625000000 1000000",
                                 "x~2 - x~3 1000000000 1000000", "x~2 > y 1000000000 1000000"});
  REQUIRE(looked.notes.size() == 2);
  CHECK(looked.notes[1] ==
        "repaired: 1 node renamed, such as 'x~3', 1 link of a node to itself dropped, 2 doubled links dropped, 1 node "
        "apart "
        "from the largest part left out");
}

TEST_CASE("GraphML: what makes no network is an error with its line") {
  const auto error = [](const std::string& graph) { return graphml(graph, with_defaults()); };
  const std::string a = "<graph>\n<node id=\"a\"/>\n", b = "<node id=\"b\"/>\n";
  CHECK_THROWS_WITH(error(a + "<edge source=\"a\" target=\"a\"/></graph>"),
                    Contains("line 5") && Contains("to itself"));
  CHECK_THROWS_WITH(error(a + "<node id=\"a\"/></graph>"),
                    Contains("net.graphml:5") && Contains("second node") && Contains("'a'"));
  CHECK_THROWS_WITH(
      error(a + b + "<edge id=\"e\" source=\"a\" target=\"b\"/>\n<edge id=\"e\" source=\"a\" target=\"b\"/></graph>"),
      Contains("net.graphml:7") && Contains("second edge with the id 'e'"));
  CHECK_THROWS_WITH(error(a + "<edge source=\"a\" target=\"z\"/></graph>"),
                    Contains("net.graphml:5") && Contains("node 'z'"));
  CHECK_THROWS_WITH(error(a + "<hyperedge/></graph>"), Contains("hyperedge"));
  CHECK_THROWS_WITH(error(a + "<node/></graph>"), Contains("without id"));
  CHECK_THROWS_WITH(error("<key id=\"k\"/>"), Contains("no <graph>"));
  CHECK_THROWS_WITH(error(a + "<node id=\"c\"><data key=\"name\">a</data></node></graph>"),
                    Contains("'a'") && Contains("another node has that name"));
  CHECK_THROWS_AS(error(a), InputError);
  CHECK_THROWS_WITH(read("x.graphml", "<graphml>\n<graph>\n<node id=\"a\"/>\n"),
                    Contains("x.graphml:4") && Contains("XML"));
  CHECK_THROWS_WITH(read("x.graphml", "<graphml>\n<graph></node>"),
                    Contains("x.graphml:2") && Contains("mismatched tag"));
  CHECK_THROWS_WITH(read("x.graphml", ""), Contains("x.graphml:1"));
  std::string deep = "<graphml><graph>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK_THROWS_WITH(read("x.graphml", deep), Contains("more than 256 deep"));
}

TEST_CASE("GraphML: entities are refused at once, and so is what they would grow to") {
  std::string bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY l0 \"lol\">\n";
  for (int i = 1; i < 30; ++i)
    bomb += fmt::format("<!ENTITY l{} \"&l{};&l{};&l{};&l{};\">\n", i, i - 1, i - 1, i - 1, i - 1);
  bomb += "]>\n<graphml><graph><node id=\"&l29;\"/></graph></graphml>";
  const std::clock_t begin = std::clock();  // of the CPU: the machine may be busy
  CHECK_THROWS_AS(read("x.graphml", bomb), InputError);
  CHECK_THROWS_WITH(read("x.graphml", bomb), Contains("x.graphml:3") && Contains("entity"));
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 1);
}

TEST_CASE("DOT: nodes in natural order, attributes with defaults, quotes, subgraphs, both directions") {
  const NetworkGraph g = dot(R"(graph "my net" {
    /* hosts first */ node [kind=host]; edge [bandwidth="1 Gbps", latency="2 us"];
    host10; host2; host1 [platform="small one"];
    node [kind=switch];
    subgraph cluster_core { "core/1"; "core/2" [label="x", name=core2]; }
    host1 -- "core/1" -- core; // a chain of two
    host2 -- "core/2" [bandwidth="10G"];
  })");
  CHECK(names_of(g) == std::vector<std::string>{"core", "core/1", "core2", "host1", "host2", "host10"});
  CHECK(nodes_of(g).at("host1") == Facts{NodeKind::host, "small one"});
  CHECK(nodes_of(g).at("core") == Facts{NodeKind::switching, ""});
  CHECK(cables(g) == std::vector<std::string>{"core - core/1 125000000 2000000", "core/1 - host1 125000000 2000000",
                                              "core2 - host2 1250000000 2000000"});
}

TEST_CASE("DOT: labels in HTML are text", "") {
  for (const char* label : {"<a>", "<<b>bold</b>>", "<it\"s <b>bold</b><br/>>", "<a &amp; b>"}) {
    INFO(label);
    CHECK_NOTHROW(dot(fmt::format("digraph {{ a [label={}, name=x] }}", label), with_defaults()));
  }
}

TEST_CASE("DOT: subgraphs as ends of edges stand for all their nodes, by the language's reference") {
  const auto links = [](const std::string& text) { return cables(dot(text, with_defaults())).size(); };
  CHECK(links("graph { {a--b} -- {c--d} }") == 6);            // a-b, c-d, and each of a, b to each of c, d
  CHECK(links("graph { a -- subgraph s { b -- c } }") == 3);  // b-c, and a to both
  CHECK(links("graph { {a b} -- {c d} -- e }") == 6);
  CHECK(links("graph { subgraph s {a} subgraph s {b} c -- subgraph s {} }") == 2);  // opened again: both nodes
  CHECK(links("graph { a, b -- c }") == 2);
  // Both ends are the whole of s, once it is whole: a-b twice, and each to itself.
  CHECK(read_dot("graph { subgraph s {a} -- subgraph s {b} }", "net.dot").links.size() == 4);
  CHECK(links("graph { a -- {} }") == 0);
  CHECK(links("graph { a:p:n -- b:q; }") == 1);
}

TEST_CASE("DOT: a strict graph has one edge for a pair, with the attributes said last") {
  const std::string twice =
      "{ edge [latency=\"1 us\", bandwidth=\"1G\"]; a -- b [bandwidth=\"2G\"];"
      " edge [latency=\"9 us\"]; b -- a [latency=\"3 us\"]; a -- b }";
  CHECK(cables(dot("strict graph " + twice, with_defaults())) == std::vector<std::string>{"a - b 250000000 3000000"});
  CHECK(cables(dot("graph " + twice, with_defaults())).size() == 3);
  CHECK(cables(dot("strict digraph { a -> b -> a -> b }", with_defaults())) ==
        std::vector<std::string>{"a - b 1000000000 1000000"});
  // In a graph that is not strict a key makes two edges one.
  CHECK(cables(dot("graph { a -- b [key=1]; a -- b [key=1]; a -- b [key=2] }", with_defaults())).size() == 2);
}

TEST_CASE("DOT: defaults hold in their scope, for what is made after them") {
  const NetworkGraph g =
      dot("graph { old; node [kind=host]; a; { node [kind=switch]; b; a; old } c }", with_defaults());
  const auto kinds = nodes_of(g);
  CHECK(kinds.at("old").kind == NodeKind::switching);
  CHECK(kinds.at("a").kind == NodeKind::host);
  CHECK(kinds.at("b").kind == NodeKind::switching);
  CHECK(kinds.at("c").kind == NodeKind::host);
}

TEST_CASE("DOT: labels name nodes as Graphviz would show them; those in HTML name nothing") {
  const auto name = [](const std::string& attributes) {
    return names_of(dot("graph G { a1 [" + attributes + "] }", with_defaults())).front();
  };
  CHECK(name("label=\"\\N\"") == "a1");  // what dot itself writes
  CHECK(name("label=\"x of \\N in \\G\"") == "x of a1 in G");
  CHECK(name("label=\"two\\nlines\\l\"") == "two lines");
  CHECK(name("label=<<b>bold</b>>") == "a1");
  CHECK(name("label=<plain>") == "a1");
  CHECK(name("label=\"le\" + \"ft\"") == "left");
  CHECK(names_of(dot("graph { a [label=<x>]; b [label=<x>]; c [label=\"\\N\"] }", with_defaults())) ==
        std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("DOT: byte-order marks, lines that begin with #, and all comments are passed over") {
  const std::string text = "\xef\xbb\xbf# 1 \"net\"\n#include\n  # indented\ngraph { # no comment here\n}";
  CHECK_THROWS_WITH(dot(text, with_defaults()), Contains("net.dot:4") && Contains("'#' is out of place"));
  CHECK(names_of(dot("\xef\xbb\xbf# line\r\n#x\ngraph {\n  #y\n a // b\n /* c\n# */ d\n}", with_defaults())) ==
        std::vector<std::string>{"a", "d"});
}

TEST_CASE("DOT: what Graphviz would read as something else than it looks is an error with its line") {
  CHECK_THROWS_WITH(dot("graph {\n 10.0.0.1 -- b }", with_defaults()), Contains("net.dot:2") && Contains("in quotes"));
  CHECK_THROWS_WITH(dot("graph {\n a.b }", with_defaults()), Contains("net.dot:2") && Contains("in quotes"));
  CHECK_THROWS_WITH(dot("graph { a }\ngraph { b }", with_defaults()),
                    Contains("net.dot:2") && Contains("second graph"));
  CHECK_THROWS_WITH(dot("graph { a -> b }", with_defaults()), Contains("'--', as it is no digraph"));
  CHECK_THROWS_WITH(dot("graph { \"a", with_defaults()), Contains("net.dot:1") && Contains("no end"));
  // Unfolded, 4 million links: refused while they are made.
  std::string nodes;
  for (int i = 0; i < 2000; ++i) nodes += fmt::format(" n{}", i);
  CHECK_THROWS_WITH(dot("strict graph { {" + nodes + "} -- {" + nodes + "} }", with_defaults()),
                    Contains("more than 2000000 links"));
  const NetworkGraph numbers = dot("graph { -1.5 -- .5; 1. -- \"1\"; <b> -- a }", with_defaults());
  CHECK(boost::num_vertices(numbers) == 6);
}

TEST_CASE("DOT: braces alone make a subgraph too", "") {
  CHECK(cables(dot("digraph { a -> {b c} }", with_defaults())).size() == 2);
}

TEST_CASE("DOT: a digraph's edges lead one way, and parallel ones count each") {
  const NetworkGraph g = dot("digraph { a -> b; b -> a [latency=\"7 us\"]; a -> c; a -> c }", with_defaults());
  CHECK(cables(g) == std::vector<std::string>{"a > b 1000000000 1000000", "a > c 1000000000 1000000",
                                              "a > c 1000000000 1000000", "b > a 1000000000 7000000"});
}

TEST_CASE("DOT: what makes no network is an error") {
  for (const char* text :
       {"digraph { a -> ; }", "digraph { a [x= ; }", "digraph { a -> b", "hello", "", "digraph { a -- b }"}) {
    INFO(text);
    CHECK_THROWS_AS(dot(text, with_defaults()), InputError);
    CHECK_THROWS_WITH(dot(text, with_defaults()), Contains("net.dot") && Contains("no valid DOT"));
  }
  CHECK_THROWS_WITH(dot("graph { a -- b [bandwidth=\"1e300 bps\"] }", with_defaults()), Contains("unlimited"));
  // Latin-1, which no JSON could hold.
  CHECK_THROWS_WITH(dot("graph {\n\"caf\xe9\" -- b }", with_defaults()), Contains("net.dot:2") && Contains("UTF-8"));
  CHECK_THROWS_WITH(dot("graph { a -- a }", with_defaults()), Contains("to itself"));
  CHECK_THROWS_WITH(dot("graph { a -- b }"), Contains("'a'") && Contains("host or a switch"));
  std::string deep = "graph { ";
  for (int i = 0; i < 100'000; ++i) deep += "subgraph { ";
  CHECK_THROWS_WITH(dot(deep), Contains("more than 64 deep"));
}

TEST_CASE("DOT: what makes no network is an error also where links have both directions", "") {
  for (const char* text : {"graph { a -- ; }", "graph { a [x= ; }", "graph { a -- b", "graph { a -> b }"}) {
    INFO(text);
    CHECK_THROWS_AS(dot(text, with_defaults()), InputError);
  }
}

TEST_CASE("what is written is read back as the same network") {
  BuiltTopology built;
  NetworkGraph& g = built.graph;
  const NodeId host = add_host(g, "rack1/host 1"), other = add_host(g, "a \"quoted\" <name> & more");
  const NodeId leaf = add_switch(g, "leaf0"), spine = add_switch(g, "ünï");
  built.frontend = boost::add_vertex({"frontend", NodeKind::frontend, {}}, g);
  g[host].platform = "sc-large";
  add_cable(g, host, leaf, Bandwidth{1e9 / 3}, Duration(1));
  add_cable(g, other, leaf, Bandwidth::unlimited(), Duration{});
  add_cable(g, leaf, spine, Bandwidth{12.5e9}, from_seconds(5e-6));
  add_cable(g, leaf, spine, Bandwidth{12.5e9}, from_seconds(5e-6));  // parallel
  add_cable(g, *built.frontend, spine, Bandwidth{1.25e9}, from_seconds(1e-3));
  const bool with_one_way = GENERATE(false, true);
  if (with_one_way) {
    boost::add_edge(spine, host, {Bandwidth{5e6}, Duration(7)}, g);  // alone
    boost::add_edge(host, other, {Bandwidth{5e6}, Duration(7)}, g);  // two directions that differ
    boost::add_edge(other, host, {Bandwidth{5e6}, Duration(8)}, g);
  }
  for (const char* file : {"x.graphml", "x.dot"}) {
    INFO(file << (with_one_way ? ", one way" : ""));
    const NetworkGraph again = read(file, format_of(file, "")->write(built));
    CHECK(nodes_of(again) == nodes_of(g));
    CHECK(cables(again) == cables(g));
    CHECK(boost::num_edges(again) == boost::num_edges(g));
  }
}

TEST_CASE("DOT: nodes may be called like the words of the language", "") {
  BuiltTopology built;
  const NodeId node = add_switch(built.graph, "node"), edge = add_switch(built.graph, "Edge");
  add_cable(built.graph, node, edge, Bandwidth{1e9}, Duration(1));
  CHECK(cables(dot(format_of("x.dot", "")->write(built))) == cables(built.graph));
}

TEST_CASE("a format is known by its name or by the file's extension") {
  CHECK(format_of("a.graphml", "")->extensions() == format_of("b.xml", "")->extensions());
  CHECK(format_of("a.gv", "")->extensions() == format_of("any.thing", "dot")->extensions());
  CHECK_THROWS_WITH(format_of("net.gml", ""),
                    Contains("net.gml") && Contains(".graphml") && Contains("scripts/convert_topology.py"));
  CHECK_THROWS_WITH(format_of("net.dot", "graphm"), Contains("did you mean 'graphml'"));
}
