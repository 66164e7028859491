// SPDX-License-Identifier: Apache-2.0
#include "topology/topology.hpp"

#include <fnmatch.h>

#include <unordered_set>

#include "config/library.hpp"

namespace shardsim {
namespace {

void set_platforms(NetworkGraph& graph, const Remarks& platforms) {
  for (const auto& [pattern, platform] : platforms) {
    const std::vector<NodeId> nodes = matching_hosts(graph, pattern);
    if (nodes.empty())
      throw ScenarioError("/topology/host_platforms", fmt::format("no host matches {}{}", in_quotes(pattern),
                                                                  suggestion(pattern, host_names(graph))));
    for (const NodeId node : nodes) graph[node].platform = platform;
  }
}

}  // namespace

std::vector<std::string> host_names(const NetworkGraph& graph) {
  std::vector<std::string> names;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].kind == NodeKind::host) names.push_back(graph[node].name);
  return names;
}

NodeId node_named(const NetworkGraph& graph, const std::string& name, const std::string& pointer) {
  std::vector<std::string> names;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) {
    if (graph[node].name == name) return node;
    names.push_back(graph[node].name);
  }
  throw ScenarioError(pointer, fmt::format("there is no node {}{}", in_quotes(name), suggestion(name, names)));
}

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::vector<NodeId> matching_hosts(const NetworkGraph& graph, const std::string& pattern) {
  std::vector<NodeId> nodes;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
    if (graph[node].kind == NodeKind::host && (graph[node].name == pattern || matches(pattern, graph[node].name)))
      nodes.push_back(node);
  return nodes;
}

BuiltTopology build_topology(const Topology& topology, const std::vector<std::string>& wanted) {
  BuiltTopology built = topology.build(wanted);
  set_platforms(built.graph, topology.host_platforms);
  std::unordered_set<std::string> seen;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(built.graph))) {
    const std::string& name = built.graph[node].name;
    if (name.empty() ||
        std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 && c != '\n' && c != '\t'; }))
      throw ScenarioError("/topology",
                          fmt::format("the name {} of a node is empty or holds control characters", in_quotes(name)));
    if (name.size() > kLongestKey)
      throw ScenarioError("/topology",
                          fmt::format("the name {} of a node is too long; at most {} characters are allowed",
                                      in_quotes(name), kLongestKey));
    if (!seen.insert(built.graph[node].name).second)
      throw ScenarioError("/topology", fmt::format("two nodes are called {}", in_quotes(name)));
  }
  return built;
}

std::optional<Json> ChoiceTraits<Topology>::from_path(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".json") return std::nullopt;
  std::error_code error;
  if (is_bare_name(path) && !std::filesystem::exists(path, error)) return std::nullopt;  // the name of a shipped one
  return Json{{"type", "file"}, {"file", path}};
}

template <>
void describe(Describe<Cable>& d) {
  d.object("link-both-ways", "both directions between two nodes");
  d.optional("bandwidth", &Cable::bandwidth, "of each direction; \"unlimited\" is allowed").more_than(Bandwidth{0});
  d.optional("latency", &Cable::latency, "of each direction: propagation, switching and host stack");
}

template <>
void describe(Describe<Frontend>& d) {
  d.object("frontend", "where queries enter the network");
  d.optional("link", &Frontend::link, "a node of its own, called 'frontend', on this link").formerly("cable");
  d.optional("attach", &Frontend::attach, "node that the link hangs on; left out: a switch of the highest tier");
  d.optional("host", &Frontend::host, "or: the host that queries start on, so that they cross no link to it");
  d.check([](const Frontend& f) -> std::optional<Complaint> {
    if (f.link.has_value() == !f.host.empty()) return Complaint{"", "expected either 'link' or 'host'"};
    if (!f.link && !f.attach.empty()) return Complaint{"attach", "says where a link hangs, and there is none"};
    return std::nullopt;
  });
}

BuiltTopology Generator::build(const std::vector<std::string>& wanted) const {
  BuiltTopology built;
  NodeId attach = generate(built.graph, wanted);
  if (!frontend) return built;
  if (!frontend->link) {
    built.frontend = node_named(built.graph, frontend->host, "/topology/frontend/host");
    if (built.graph[*built.frontend].kind != NodeKind::host)
      throw ScenarioError("/topology/frontend/host",
                          fmt::format("{} is no host; hang a 'link' on it with 'attach'", in_quotes(frontend->host)));
    return built;
  }
  if (!frontend->attach.empty()) attach = node_named(built.graph, frontend->attach, "/topology/frontend/attach");
  built.frontend = boost::add_vertex({"frontend", NodeKind::frontend, {}}, built.graph);
  add_cable(built.graph, *built.frontend, attach, *frontend->link);
  return built;
}

std::string complaint_about_size(std::int64_t hosts, std::int64_t cables) {
  if (hosts > kMostMadeHosts) return fmt::format("makes more than {} hosts; that is the most allowed", kMostMadeHosts);
  if (cables > kMostMadeCables)
    return fmt::format("makes {} links between switches; at most {} are allowed", cables, kMostMadeCables);
  return "";
}

void add_hosts(NetworkGraph& graph, NodeId node, int count, const std::string& prefix, const Cable& cable) {
  for (int i = 0; i < count; ++i) add_cable(graph, add_host(graph, fmt::format("{}{}", prefix, i)), node, cable);
}

}  // namespace shardsim
