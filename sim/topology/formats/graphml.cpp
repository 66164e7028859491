// SPDX-License-Identifier: Apache-2.0
// GraphML, read as a stream by Expat (Boost.Graph's reader keeps neither the ids of nodes nor lines for errors), and
// written by Boost.Graph.
#include <expat.h>

#include <boost/algorithm/string/trim.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/property_map/dynamic_property_map.hpp>
#include <sstream>

#include "topology/cables.hpp"
#include "topology/format.hpp"

namespace shardsim {
namespace {

class GraphmlReader {
 public:
  explicit GraphmlReader(std::string file) : file_(std::move(file)), parser_(XML_ParserCreateNS(nullptr, kSeparator)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), guarded_start, guarded_end);
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const XML_Char* text, int size) {
      static_cast<GraphmlReader*>(self)->append(text, static_cast<std::size_t>(size));
    });
    // A file of a network has no use for entities; refusing them refuses entity bombs.
    XML_SetEntityDeclHandler(parser_.get(), [](void* self, const XML_Char*, int, const XML_Char*, int, const XML_Char*,
                                               const XML_Char*, const XML_Char*, const XML_Char*) {
      static_cast<GraphmlReader*>(self)->stop("declares an entity; write the text out");
    });
  }

  RawTopology read(const std::string& text) {
    constexpr std::size_t kPiece = 1 << 20;
    for (std::size_t at = 0; at < text.size() || at == 0; at += kPiece) {
      const std::size_t size = std::min(kPiece, text.size() - at);
      const bool last = at + size >= text.size();
      if (XML_Parse(parser_.get(), text.data() + at, static_cast<int>(size), last ? 1 : 0) == XML_STATUS_ERROR &&
          problem_.empty())
        stop(fmt::format("is no valid XML: {}", XML_ErrorString(XML_GetErrorCode(parser_.get()))));
      if (!problem_.empty()) throw InputError(fmt::format("{}:{}", file_, problem_line_), "", problem_);
      if (last) break;
    }
    if (!saw_graph_) throw InputError(file_, "", "holds no <graph>; is it GraphML?");
    resolve_links();
    return std::move(raw_);
  }

 private:
  using Given = std::map<std::string, std::string>;
  struct Key {
    std::string name;
    std::string fallback;
    bool has_fallback = false;
    bool for_nodes = false;
    bool for_links = false;
  };
  struct Ends {
    std::string source;
    std::string target;
  };

  // Nothing may be thrown through Expat's C code.
  static void guarded_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    auto& reader = *static_cast<GraphmlReader*>(self);
    if (reader.problem_.empty()) reader.start(name, attributes);
  }
  static void guarded_end(void* self, const XML_Char* name) {
    auto& reader = *static_cast<GraphmlReader*>(self);
    if (reader.problem_.empty()) reader.end(local(name));
  }
  // Expat gives names as NAMESPACE, separator, NAME; without the first two where there is no namespace.
  static constexpr char kSeparator = ' ';
  static std::string local(const std::string& name) { return name.substr(name.rfind(kSeparator) + 1); }
  static std::string space(const std::string& name) {
    const std::size_t end = name.rfind(kSeparator);
    return end == std::string::npos ? "" : name.substr(0, end);
  }

  void stop(const std::string& problem) {
    if (!problem_.empty()) return;
    problem_ = problem;
    problem_line_ = line();
    XML_StopParser(parser_.get(), XML_FALSE);
  }
  int line() const { return static_cast<int>(XML_GetCurrentLineNumber(parser_.get())); }

  void start(const std::string& name, const XML_Char** attributes) {
    constexpr int kDeepest = 256;
    if (++depth_ > kDeepest) return stop(fmt::format("nests elements more than {} deep", kDeepest));
    if (depth_ == 1) space_ = space(name);
    if (foreign_depth_ > 0) return;
    if (data_depth_ == 0 && space(name) != space_) {  // of another vocabulary, with all that is in it
      foreign_depth_ = depth_;
      return;
    }
    const std::string element = local(name);
    Given given;
    for (; *attributes != nullptr; attributes += 2) {
      given[attributes[0]] = attributes[1];
      if (given[attributes[0]].size() > kLongestName)
        return stop(fmt::format("has an attribute of more than {} characters", kLongestName));
    }
    if (data_depth_ > 0) {  // a drawing, of which only the label is of use
      if (element == "NodeLabel" && owner_ != nullptr) text_.clear(), in_text_ = depth_;  // yFiles
      return;
    }
    if (element == "graph") start_graph(given);
    if (element == "key") start_key(given);
    if (element == "default") text_.clear(), in_text_ = depth_;
    if (element == "node") start_node(given);
    if (element == "edge") start_edge(given);
    if (element == "hyperedge") stop("has a <hyperedge>; join its nodes by a switch");
    if (element == "data") {
      data_key_ = given["key"];
      text_.clear();
      in_text_ = data_depth_ = depth_;
    }
  }
  // A graph within a node is part of the network, with edges of its own default; a second one beside it is none.
  void start_graph(const Given& given) {
    if (one_way_.empty() && std::exchange(saw_graph_, true))
      return stop("holds a second <graph>; keep one of them, or put each in a file of its own");
    const auto edges = given.find("edgedefault");
    one_way_.push_back(edges != given.end() && edges->second == "directed");
  }
  bool one_way() const { return !one_way_.empty() && one_way_.back(); }
  void start_key(Given& given) {
    key_ = given["id"];
    const std::string& owner = given["for"];
    const bool for_all = owner.empty() || owner == "all";
    keys_[key_] = {given.contains("attr.name") ? given["attr.name"] : key_, "", false, for_all || owner == "node",
                   for_all || owner == "edge"};
  }
  void start_node(Given& given) {
    if (raw_.nodes.size() >= kMostNodes) return stop(fmt::format("has more than {} nodes", kMostNodes));
    if (given["id"].empty()) return stop("has a <node> without id");
    if (!node_of_.emplace(given["id"], raw_.nodes.size()).second)
      return stop(fmt::format("has a second node with the id {}", in_quotes(given["id"])));
    raw_.nodes.push_back({given["id"], {}, line()});
    owner_ = &raw_.nodes.back().attributes;
  }
  void start_edge(Given& given) {
    if (raw_.links.size() >= kMostLinks) return stop(fmt::format("has more than {} edges", kMostLinks));
    if (given.contains("id") && !edge_ids_.insert(given["id"]).second)
      return stop(fmt::format("has a second edge with the id {}", in_quotes(given["id"])));
    ends_.push_back({given["source"], given["target"]});
    const auto directed = given.find("directed");
    raw_.links.push_back({0,
                          0,
                          directed == given.end() ? one_way() : directed->second == "true" || directed->second == "1",
                          {},
                          line()});
    owner_ = &raw_.links.back().attributes;
  }

  void append(const XML_Char* text, std::size_t size) {
    if (in_text_ == 0 || depth_ != in_text_ || foreign_depth_ > 0)
      return;  // drawings of yFiles nest elements below <data>
    // A default is copied to every node.
    const std::size_t longest = data_depth_ > 0 ? kLongestName : 256;
    if (text_.size() + size > longest) return stop(fmt::format("holds a value of more than {} characters", longest));
    text_.append(text, size);
  }
  void end(const std::string& element) {
    if (foreign_depth_ > 0) {
      if (foreign_depth_ == depth_) foreign_depth_ = 0;
      --depth_;
      return;
    }
    if (element == "graph" && data_depth_ == 0) one_way_.pop_back();
    if (element == "default" && in_text_ == depth_) {
      keys_[key_].fallback = text_;
      keys_[key_].has_fallback = true;
      in_text_ = 0;
    }
    if (element == "NodeLabel" && in_text_ == depth_) {
      owner_->emplace_back("label", boost::algorithm::trim_copy(text_));
      in_text_ = 0;
    }
    if (element == "data" && data_depth_ == depth_) {
      if (owner_ != nullptr && in_text_ == depth_)
        owner_->emplace_back(keys_.contains(data_key_) ? keys_[data_key_].name : data_key_, text_);
      in_text_ = data_depth_ = 0;
    }
    if (data_depth_ == 0 && (element == "node" || element == "edge")) owner_ = nullptr;
    --depth_;
  }

  void resolve_links() {
    for (std::size_t i = 0; i < raw_.links.size(); ++i) {
      for (const std::string& end : {ends_[i].source, ends_[i].target})
        if (!node_of_.contains(end))
          throw InputError(fmt::format("{}:{}", file_, raw_.links[i].line), "",
                           fmt::format("an edge ends at the node {}, which is not there", in_quotes(end)));
      raw_.links[i].a = node_of_[ends_[i].source];
      raw_.links[i].b = node_of_[ends_[i].target];
    }
    for (const auto& [id, key] : keys_)
      if (key.has_fallback) apply_fallback(key);
  }
  void apply_fallback(const Key& key) {
    const auto apply = [&](Attributes& attributes) {
      for (const auto& [name, text] : attributes)
        if (name == key.name) return;
      attributes.emplace_back(key.name, key.fallback);
    };
    if (key.for_links)
      for (auto& link : raw_.links) apply(link.attributes);
    if (key.for_nodes)
      for (auto& node : raw_.nodes) apply(node.attributes);
  }

  struct Free {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };
  std::string file_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
  RawTopology raw_;
  std::vector<Ends> ends_;
  std::map<std::string, std::size_t> node_of_;
  std::set<std::string> edge_ids_;
  std::map<std::string, Key> keys_;
  std::string key_;       // being declared
  std::string data_key_;  // of the <data> being read
  std::string text_;
  Attributes* owner_ = nullptr;
  int depth_ = 0;
  int in_text_ = 0;  // depth of the element whose text is wanted; 0: none
  int data_depth_ = 0;
  int foreign_depth_ = 0;      // of the element of another vocabulary; 0: none
  std::string space_;          // namespace of the root element
  std::vector<bool> one_way_;  // edges of the graphs that are open
  bool saw_graph_ = false;
  std::string problem_;
  int problem_line_ = 0;
};

// A graph as Boost's writer wants it: undirected when every cable has both directions, with attributes as text.
struct WrittenNode {
  std::string name;
  std::string kind;
  std::string platform;
  std::string frontend;
};
struct WrittenLink {
  std::string bandwidth;
  std::string latency;
};

template <class Directed>
std::string written(const NetworkGraph& network, const std::vector<CableView>& cables, const std::string& frontend) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, Directed, WrittenNode, WrittenLink>;
  Graph graph;
  bool has_platforms = false;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(network))) {
    const NetworkNode& n = network[node];
    boost::add_vertex(WrittenNode{n.name, written_kind(n.kind), n.platform, n.name == frontend ? "yes" : "no"}, graph);
    has_platforms = has_platforms || !n.platform.empty();
  }
  for (const CableView& c : cables) {
    const WrittenLink link{to_text(c.bandwidth), to_text(c.latency)};
    boost::add_edge(c.a, c.b, link, graph);
    if (std::is_same_v<Directed, boost::directedS> && !c.one_way) boost::add_edge(c.b, c.a, link, graph);
  }
  boost::dynamic_properties properties;
  properties.property("name", boost::get(&WrittenNode::name, graph));
  properties.property("kind", boost::get(&WrittenNode::kind, graph));
  if (has_platforms) properties.property("platform", boost::get(&WrittenNode::platform, graph));
  if (!frontend.empty()) properties.property("frontend", boost::get(&WrittenNode::frontend, graph));
  properties.property("bandwidth", boost::get(&WrittenLink::bandwidth, graph));
  properties.property("latency", boost::get(&WrittenLink::latency, graph));
  std::ostringstream out;
  boost::write_graphml(out, graph, properties, true);
  return out.str();
}

class Graphml final : public TopologyFormat {
 public:
  std::vector<std::string> extensions() const override { return {".graphml", ".xml"}; }
  std::uintmax_t largest_file() const override { return std::uintmax_t{256} << 20; }
  RawTopology read(const std::string& text, const std::string& file) const override {
    return GraphmlReader(file).read(text);
  }
  std::string write(const BuiltTopology& topology) const override {
    const std::vector<CableView> cables = cables_of(topology.graph);
    const bool directed = std::any_of(cables.begin(), cables.end(), [](const CableView& c) { return c.one_way; });
    const std::string frontend = entry_host(topology);
    return directed ? written<boost::directedS>(topology.graph, cables, frontend)
                    : written<boost::undirectedS>(topology.graph, cables, frontend);
  }
};

}  // namespace

template <>
void describe(Describe<Graphml>& d) {
  d.object("graphml", "GraphML");
}

namespace formats {
Alternative<TopologyFormat> graphml() { return alternative<Graphml, TopologyFormat>(); }
}  // namespace formats

}  // namespace shardsim
