// SPDX-License-Identifier: Apache-2.0
// Graphviz DOT.
#include <algorithm>
#include <boost/algorithm/string/replace.hpp>

#include "topology/cables.hpp"
#include "topology/dot_reader.hpp"
#include "topology/format.hpp"
#include "topology/natural_order.hpp"

namespace shardsim {
namespace {

// In natural order of their names, so that host2 comes before host10.
RawTopology in_order(RawTopology raw) {
  std::vector<std::size_t> order(raw.nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return natural_less(raw.nodes[a].id, raw.nodes[b].id); });
  std::vector<RawTopology::Node> nodes;
  std::vector<std::size_t> place(order.size());
  for (const std::size_t i : order) {
    place[i] = nodes.size();
    nodes.push_back(std::move(raw.nodes[i]));
  }
  raw.nodes = std::move(nodes);
  for (RawTopology::Link& link : raw.links) link.a = place[link.a], link.b = place[link.b];
  return raw;
}

class Dot final : public TopologyFormat {
 public:
  std::vector<std::string> extensions() const override { return {".dot", ".gv"}; }
  std::uintmax_t largest_file() const override { return std::uintmax_t{32} << 20; }

  RawTopology read(const std::string& text, const std::string& file) const override {
    return in_order(read_dot(text, file));
  }

  // Boost's writer leaves names that are keywords (node, edge, graph, ...) unquoted.
  std::string write(const BuiltTopology& topology) const override {
    const NetworkGraph& graph = topology.graph;
    const std::vector<CableView> cables = cables_of(graph);
    const bool directed = std::any_of(cables.begin(), cables.end(), [](const CableView& c) { return c.one_way; });
    const std::string frontend = entry_host(topology);
    std::string out = directed ? "digraph {\n" : "graph {\n";
    for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) {
      const std::string& platform = graph[node].platform;
      out += fmt::format("  {} [kind={}{}{}];\n", quoted(graph[node].name), written_kind(graph[node].kind),
                         platform.empty() ? "" : ", platform=" + quoted(platform),
                         graph[node].name == frontend ? ", frontend=yes" : "");
    }
    for (const CableView& c : cables) {
      const auto line = [&](NodeId from, NodeId to) {
        return fmt::format("  {} {} {} [bandwidth=\"{}\", latency=\"{}\"];\n", quoted(graph[from].name),
                           directed ? "->" : "--", quoted(graph[to].name), to_text(c.bandwidth), to_text(c.latency));
      };
      out += line(c.a, c.b);
      if (directed && !c.one_way) out += line(c.b, c.a);
    }
    return out + "}\n";
  }

 private:
  static std::string quoted(const std::string& text) {
    if (text.ends_with('\\'))
      throw InputError(fmt::format("DOT cannot hold the name {}, which ends in a backslash", in_quotes(text)));
    return "\"" + boost::algorithm::replace_all_copy(text, "\"", "\\\"") + "\"";
  }
};

}  // namespace

template <>
void describe(Describe<Dot>& d) {
  d.object("dot", "Graphviz DOT");
}

namespace formats {
Alternative<TopologyFormat> dot() { return alternative<Dot, TopologyFormat>(); }
}  // namespace formats

}  // namespace shardsim
