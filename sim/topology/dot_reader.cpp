// SPDX-License-Identifier: Apache-2.0
// A parser of its own: Boost.Graph's makes other graphs of subgraphs and `strict`, and Graphviz's (libcgraph) keeps its
// state in globals, has no bound for what a file unfolds to, and forgets the lines.
#include "topology/dot_reader.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/functional/hash.hpp>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "topology/dot_lexer.hpp"

namespace shardsim {
namespace {

// Values by attribute; HTML is kept apart, as it is drawn and names nothing.
struct DotValue {
  std::string text;
  bool is_html = false;
};
using DotAttributes = std::map<std::string, DotValue>;

// A graph or subgraph: its nodes, and what nodes and edges made in it begin with.
struct DotScope {
  DotScope* parent = nullptr;
  DotAttributes node_defaults;
  DotAttributes edge_defaults;
  std::vector<std::size_t> nodes;
  std::unordered_set<std::size_t> holds;
  std::map<std::string, std::shared_ptr<DotScope>> named;  // subgraphs that are opened again by their name
};

class DotReader {
 public:
  DotReader(const std::string& text, const std::string& file)
      : file_(file), lexer_(text, file), token_(lexer_.next()) {}

  RawTopology topology() {
    strict_ = take_word("strict");
    directed_ = is_word("digraph");
    if (!directed_ && !is_word("graph")) unexpected("'graph' or 'digraph'");
    take();
    DotScope root;
    if (is_name()) name_ = take().text;
    body(root, 0);
    if (is_word("strict") || is_word("graph") || is_word("digraph"))
      lexer_.fail(token_.line, "a second graph begins here; keep one graph in a file");
    if (token_.kind != DotToken::Kind::end) unexpected("the end of the file");
    return raw();
  }

 private:
  struct Node {
    std::string id;
    DotAttributes attributes;
    int line;
  };
  // Nodes that edges end at: those named, or all of a subgraph once the whole statement has been read, as it may be
  // opened again in it.
  struct EdgeEnd {
    std::vector<std::size_t> named;
    std::shared_ptr<DotScope> subgraph;
    const std::vector<std::size_t>& nodes() const { return subgraph ? subgraph->nodes : named; }
  };
  struct Edge {
    std::size_t a;
    std::size_t b;
    DotAttributes attributes;
    int line;
  };
  static constexpr int kDeepest = 64;

  // Tokens.
  DotToken take() { return std::exchange(token_, lexer_.next()); }
  bool is_name() const {
    return token_.kind == DotToken::Kind::html || (token_.kind == DotToken::Kind::name && !is_keyword());
  }
  bool is_word(const char* word) const {
    return token_.kind == DotToken::Kind::name && !token_.quoted && boost::algorithm::iequals(token_.text, word);
  }
  bool is_keyword() const {
    for (const char* word : {"node", "edge", "graph", "digraph", "subgraph", "strict"})
      if (is_word(word)) return true;
    return false;
  }
  bool take_word(const char* word) { return is_word(word) && (take(), true); }
  bool is_symbol(const char* symbol) const { return token_.kind == DotToken::Kind::symbol && token_.text == symbol; }
  bool take_symbol(const char* symbol) { return is_symbol(symbol) && (take(), true); }
  void expect(const char* symbol) {
    if (!take_symbol(symbol)) unexpected(fmt::format("'{}'", symbol));
  }
  [[noreturn]] void unexpected(const std::string& expected) const {
    lexer_.fail(
        token_.line,
        fmt::format("found {}; expected {}",
                    token_.kind == DotToken::Kind::end ? "the end of the file" : in_quotes(token_.text), expected));
  }
  bool is_edge() const { return is_symbol("--") || is_symbol("->"); }

  // Statements.
  void body(DotScope& scope, int depth) {
    if (depth > kDeepest) lexer_.fail(token_.line, fmt::format("has subgraphs nested more than {} deep", kDeepest));
    expect("{");
    while (!take_symbol("}")) {
      statement(scope, depth);
      take_symbol(";");
    }
  }
  void statement(DotScope& scope, int depth) {
    if (is_word("node") || is_word("edge") || is_word("graph")) {
      const std::string kind = boost::algorithm::to_lower_copy(take().text);
      if (!is_symbol("[")) unexpected("'['");
      for (const auto& [key, value] : attributes()) {
        if (kind == "node") scope.node_defaults[key] = value;
        if (kind == "edge") scope.edge_defaults[key] = value;
      }
      return;
    }
    if (take_symbol(";")) return;
    edges(scope, depth);
  }
  // Nodes or a subgraph, or a chain of them with edges between each and the next.
  void edges(DotScope& scope, int depth) {
    const bool begins_with_name = is_name();
    std::vector<EdgeEnd> chain{end_of_edge(scope, depth, true)};
    if (begins_with_name && chain.front().nodes().empty()) return;  // an attribute of the graph
    const int line = token_.line;
    const bool has_edges = is_edge();
    while (is_edge()) {
      if (is_symbol("->") != directed_)
        unexpected(directed_ ? "'->', as it is a digraph" : "'--', as it is no digraph");
      take();
      chain.push_back(end_of_edge(scope, depth, false));
    }
    const bool is_nodes = begins_with_name && !has_edges;
    DotAttributes given;
    if (is_symbol("[")) {
      if (!begins_with_name && !has_edges) unexpected("';', as a subgraph has no attributes here");
      given = attributes();
    }
    if (is_nodes)
      for (const std::size_t node : chain.front().nodes()) update(nodes_[node].attributes, given);
    for (std::size_t i = 0; i + 1 < chain.size(); ++i)
      for (const std::size_t a : chain[i].nodes())
        for (const std::size_t b : chain[i + 1].nodes()) add_edge(scope, a, b, given, line);
  }
  EdgeEnd end_of_edge(DotScope& scope, int depth, bool is_first) {
    if (is_symbol("{") || is_word("subgraph")) return {{}, subgraph(scope, depth)};
    EdgeEnd end;
    do {
      if (!is_name()) unexpected("a node or a subgraph");
      DotToken id = take();
      if (is_first && end.named.empty() && take_symbol("=")) {
        if (!is_name()) unexpected("a value");
        take();
        return {};
      }
      for (int parts = 0; parts < 2 && take_symbol(":"); ++parts)
        if (is_name())
          take();  // a port: where a drawing's line ends
        else
          unexpected("a port");
      end.named.push_back(node(scope, id));
    } while (take_symbol(","));
    return end;
  }
  std::shared_ptr<DotScope> subgraph(DotScope& scope, int depth) {
    std::shared_ptr<DotScope> inner;
    if (take_word("subgraph") && is_name()) {
      std::shared_ptr<DotScope>& known = scope.named[take().text];
      if (!known) known = std::make_shared<DotScope>();
      inner = known;
    } else {
      inner = std::make_shared<DotScope>();
    }
    inner->parent = &scope;
    body(*inner, depth + 1);
    return inner;
  }
  DotAttributes attributes() {
    DotAttributes given;
    while (take_symbol("[")) {
      while (!take_symbol("]")) {
        if (!is_name()) unexpected("an attribute or ']'");
        const std::string key = take().text;
        expect("=");
        if (!is_name()) unexpected("a value");
        DotToken value = take();
        given[key] = {value.text, value.kind == DotToken::Kind::html};
        if (!take_symbol(";")) take_symbol(",");
      }
    }
    return given;
  }

  // What they make.
  static void update(DotAttributes& attributes, const DotAttributes& given) {
    for (const auto& [key, value] : given) attributes[key] = value;
  }
  static DotAttributes defaults(const DotScope& scope, DotAttributes DotScope::*which) {
    DotAttributes found = scope.parent != nullptr ? defaults(*scope.parent, which) : DotAttributes{};
    update(found, scope.*which);
    return found;
  }
  std::size_t node(DotScope& scope, const DotToken& id) {
    if (id.text.size() > kLongestName)
      throw InputError(
          file_, "", fmt::format("has a name of {} characters; at most {} are allowed", id.text.size(), kLongestName));
    // A node <a> is another than the node "a".
    const auto [known, is_new] =
        node_of_.try_emplace((id.kind == DotToken::Kind::html ? "<" : "\"") + id.text, nodes_.size());
    if (is_new) {
      if (nodes_.size() >= kMostNodes) throw InputError(file_, "", fmt::format("has more than {} nodes", kMostNodes));
      nodes_.push_back({id.text, defaults(scope, &DotScope::node_defaults), id.line});
    }
    for (DotScope* s = &scope; s != nullptr && s->holds.insert(known->second).second; s = s->parent)
      s->nodes.push_back(known->second);
    return known->second;
  }
  // A strict graph has one edge for each pair of nodes; else those with the same key are one.
  void add_edge(const DotScope& scope, std::size_t a, std::size_t b, const DotAttributes& given, int line) {
    if (++edges_named_ > kMostLinks) throw InputError(file_, "", fmt::format("has more than {} links", kMostLinks));
    const auto key = given.find("key");
    if (strict_ || key != given.end()) {
      std::pair<std::size_t, std::size_t> ends(a, b);
      if (!directed_ && b < a) std::swap(ends.first, ends.second);
      const auto [known, is_new] =
          edge_of_.try_emplace({ends, strict_ ? std::string() : key->second.text}, edges_.size());
      if (!is_new) return update(edges_[known->second].attributes, given);
    }
    Edge edge{a, b, defaults(scope, &DotScope::edge_defaults), line};
    update(edge.attributes, given);
    edges_.push_back(std::move(edge));
  }

  RawTopology raw() const {
    RawTopology raw;
    for (const Node& node : nodes_) raw.nodes.push_back({node.id, plain(node.attributes, node.id), node.line});
    for (const Edge& edge : edges_)
      raw.links.push_back({edge.a, edge.b, directed_, plain(edge.attributes, ""), edge.line});
    return raw;
  }
  Attributes plain(const DotAttributes& attributes, const std::string& node) const {
    Attributes out;
    for (const auto& [key, value] : attributes)
      if (!value.is_html) out.emplace_back(key, key == "label" ? label(value.text, node) : value.text);
    return out;
  }
  // The escapes of a label: \N the node's name, \G the graph's, \n \l \r the end of a line.
  std::string label(const std::string& text, const std::string& node) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      const char c = text[++i];
      if (c == 'N')
        out += node;
      else if (c == 'G')
        out += name_;
      else
        out += c == 'n' || c == 'l' || c == 'r' ? ' ' : c;
    }
    return boost::algorithm::trim_copy(out);
  }

  const std::string& file_;
  DotLexer lexer_;
  DotToken token_;
  bool strict_ = false;
  bool directed_ = false;
  std::string name_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::size_t edges_named_ = 0;
  std::unordered_map<std::string, std::size_t> node_of_;
  std::map<std::pair<std::pair<std::size_t, std::size_t>, std::string>, std::size_t> edge_of_;
};

}  // namespace

RawTopology read_dot(const std::string& text, const std::string& file) { return DotReader(text, file).topology(); }

}  // namespace shardsim
