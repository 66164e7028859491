// SPDX-License-Identifier: Apache-2.0
// Graphviz DOT, by Boost.Graph's parser.
#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <boost/graph/graphviz.hpp>

#include "network/cables.hpp"
#include "network/dot_text.hpp"
#include "network/format.hpp"
#include "network/natural_order.hpp"

namespace shardsim {
namespace {

using boost::detail::graph::edge_t;

// Takes what Boost's parser found, as text. (Its public interface converts into the property maps of one graph type,
// and wants to know beforehand whether the graph is directed.)
class Builder final : public boost::detail::graph::mutate_graph {
 public:
  Builder(bool directed, std::string file) : directed_(directed), file_(std::move(file)) {}
  bool is_directed() const override { return directed_; }
  void do_add_vertex(const std::string& node) override {
    if (node.size() > kLongestName)
      throw InputError(file_, "",
                       fmt::format("has a name of {} characters; at most {} are allowed", node.size(), kLongestName));
    if (nodes_.size() >= kMostNodes) throw InputError(file_, "", fmt::format("has more than {} nodes", kMostNodes));
    nodes_.push_back({node, {}, 0});
  }
  void do_add_edge(const edge_t&, const std::string& source, const std::string& target) override {
    if (links_.size() >= kMostLinks) throw InputError(file_, "", fmt::format("has more than {} links", kMostLinks));
    index_nodes();
    links_.push_back({index_.at(source), index_.at(target), directed_, {}, 0});
  }
  void set_node_property(const std::string& key, const std::string& node, const std::string& value) override {
    index_nodes();
    nodes_[index_.at(node)].attributes.emplace_back(key, value);
  }
  // Boost tells the attributes of an edge right after the edge.
  void set_edge_property(const std::string& key, const edge_t&, const std::string& value) override {
    links_.back().attributes.emplace_back(key, value);
  }
  void set_graph_property(const std::string&, const std::string&) override {}
  void finish_building_graph() override {}

  // Boost hands nodes over in the order of their bytes.
  RawTopology take() {
    std::vector<std::size_t> order(nodes_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return natural_less(nodes_[a].id, nodes_[b].id); });
    RawTopology raw;
    std::vector<std::size_t> place(order.size());
    for (const std::size_t i : order) {
      place[i] = raw.nodes.size();
      raw.nodes.push_back(std::move(nodes_[i]));
    }
    raw.links = std::move(links_);
    for (RawTopology::Link& link : raw.links) link.a = place[link.a], link.b = place[link.b];
    return raw;
  }

 private:
  void index_nodes() {
    for (std::size_t i = index_.size(); i < nodes_.size(); ++i) index_[nodes_[i].id] = i;
  }
  bool directed_;
  std::string file_;
  std::vector<RawTopology::Node> nodes_;
  std::vector<RawTopology::Link> links_;
  std::map<std::string, std::size_t> index_;
};

class Dot final : public TopologyFormat {
 public:
  std::vector<std::string> extensions() const override { return {".dot", ".gv"}; }
  std::uintmax_t largest_file() const override { return std::uintmax_t{32} << 20; }

  RawTopology read(const std::string& text, const std::string& file) const override {
    const std::string plain = plain_dot(text, file);
    try {
      try {
        return read_as(true, plain, file);
      } catch (const boost::undirected_graph_error&) {
        return read_as(false, plain, file);
      }
    } catch (const std::bad_alloc&) {
      throw InputError(file, "", "has more nodes or links than memory holds");
    } catch (const boost::graph_exception& e) {
      throw InputError(file, "", fmt::format("is no valid DOT: {}", one_line(e.what())));
    }
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
  static RawTopology read_as(bool directed, const std::string& text, const std::string& file) {
    Builder builder(directed, file);
    boost::detail::graph::read_graphviz_new(text, &builder);
    return builder.take();
  }
  static std::string quoted(const std::string& text) {
    if (text.ends_with('\\'))
      throw InputError(fmt::format("DOT cannot hold the name {}, which ends in a backslash", in_quotes(text)));
    return "\"" + boost::algorithm::replace_all_copy(text, "\"", "\\\"") + "\"";
  }
  static std::string one_line(std::string text) {
    for (char& c : text)
      if (c == '\n' || c == '\r') c = ' ';
    constexpr std::size_t kShown = 240;
    return text.size() > kShown ? text.substr(0, kShown) + "..." : text;
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
