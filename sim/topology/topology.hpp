// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "topology/routing.hpp"

namespace shardsim {

/// A network, and the node at which queries enter it, where that is said.
struct BuiltTopology {
  NetworkGraph graph;
  std::optional<NodeId> frontend;
};

/// A description of a network: of hosts, switches and links in the user's file, or of a generator's parameters.
class Topology {
 public:
  std::string description;
  Remarks host_platforms;  ///< name or pattern of hosts: platform
  RoutingSpec routing;

  virtual ~Topology() = default;
  /// True when the hosts are made for the servers of a run, and named after them; else the description has its own,
  /// on which servers are placed.
  virtual bool makes_hosts() const { return false; }
  /// The graph; `wanted`: names of the hosts to make, where makes_hosts(). Throws InputError.
  virtual BuiltTopology build(const std::vector<std::string>& wanted) const = 0;
};

/// build(), with the platforms of hosts filled in and all that every graph must fulfil checked. Throws InputError.
BuiltTopology build_topology(const Topology& topology, const std::vector<std::string>& wanted);

/// Whether a name matches a pattern of the shell: * any text, ? one character, [ab] one of these.
bool matches(const std::string& pattern, const std::string& name);
/// The node of that name. Throws ScenarioError at `pointer`.
NodeId node_named(const NetworkGraph& graph, const std::string& name, const std::string& pointer);
/// Names of all hosts, in order.
std::vector<std::string> host_names(const NetworkGraph& graph);
/// Hosts whose name is the pattern or matches it, in order.
std::vector<NodeId> matching_hosts(const NetworkGraph& graph, const std::string& pattern);

const Registry<Topology>& topology_registry();

/// The fields that every topology has.
template <class Derived>
void describe_topology(Describe<Derived>& d) {
  d.optional("description", &Derived::description, "what it is, and where its figures come from");
  d.optional("host_platforms", &Derived::host_platforms,
             "kind of server that hosts are, by name or pattern (\"rack0/*\": \"sc-small\"); others take any");
  d.optional("routing", &Derived::routing, "which way messages take");
}

template <>
struct ChoiceTraits<Topology> {
  static constexpr const char* name = "topology";
  static constexpr const char* doc = "the network: a generator, or a graph of the user's";
  static constexpr const char* tag = "type";
  static const Registry<Topology>& registry() { return topology_registry(); }
  /// A path to a file that is no JSON stands for {"type": "file", "file": path}.
  static std::optional<Json> from_path(const std::string& path);
};

/// One cable of a generated topology.
struct Cable {
  Bandwidth bandwidth = Bandwidth::unlimited();
  Duration latency{};
};
template <>
void describe(Describe<Cable>& d);

/// How queries reach a generated network: over a cable of their own, or on a host itself (then the network sees only
/// RPCs).
struct Frontend {
  std::optional<Cable> link;
  std::string attach;
  std::string host;
};
template <>
void describe(Describe<Frontend>& d);

/// A topology whose graph is made by rule.
class Generator : public Topology {
 public:
  std::optional<Frontend> frontend;
  BuiltTopology build(const std::vector<std::string>& wanted) const override;

 protected:
  /// Adds hosts, switches and links; returns the node that a frontend's cable hangs on unless it says where.
  virtual NodeId generate(NetworkGraph& graph, const std::vector<std::string>& wanted) const = 0;
};

template <class Derived>
void describe_generator(Describe<Derived>& d) {
  describe_topology(d);
  d.optional("frontend", &Derived::frontend, "where queries enter; needed for a run");
}

inline NodeId add_host(NetworkGraph& graph, std::string name) {
  return boost::add_vertex({std::move(name), NodeKind::host, {}}, graph);
}
inline NodeId add_switch(NetworkGraph& graph, std::string name) {
  return boost::add_vertex({std::move(name), NodeKind::switching, {}}, graph);
}
inline void add_cable(NetworkGraph& graph, NodeId a, NodeId b, const Cable& cable) {
  add_cable(graph, a, b, cable.bandwidth, cable.latency);
}
/// A generator makes no more than this; a graph of 2 million cables takes half a GiB.
inline constexpr std::int64_t kMostMadeHosts = 200'000;
inline constexpr std::int64_t kMostMadeCables = 2'000'000;
/// What is wrong when a generator would make that many: "" unless it is too many. Cables between hosts and switches do
/// not count.
std::string complaint_about_size(std::int64_t hosts, std::int64_t cables);
/// Adds `count` hosts called PREFIX + number, each on a cable to `node`.
void add_hosts(NetworkGraph& graph, NodeId node, int count, const std::string& prefix, const Cable& cable);

}  // namespace shardsim
