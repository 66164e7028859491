// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "network/graph.hpp"

namespace shardsim {

/// A host that the network has to connect.
struct HostPort {
  std::string name;
  Bandwidth send;
  Bandwidth receive;
};

/// A network, and the node at which queries enter it.
struct BuiltTopology {
  NetworkGraph graph;
  NodeId frontend = 0;
};

/// A description of a network. build() is called once before a run; an access link is never faster than the host's
/// card.
class Topology {
 public:
  std::string description;

  virtual ~Topology() = default;
  /// The graph with (at least) these hosts. Throws InputError when one of them is not there.
  virtual BuiltTopology build(const std::vector<HostPort>& hosts) const = 0;
};

const Registry<Topology>& topology_registry();

/// The field that every topology has.
template <class Derived>
void describe_topology(Describe<Derived>& d) {
  d.optional("description", &Derived::description, "what it is, and where its figures come from");
}

template <>
struct ChoiceTraits<Topology> {
  static constexpr const char* name = "topology";
  static constexpr const char* doc = "the network: a generator, or a graph of the user's";
  static constexpr const char* tag = "type";
  static const Registry<Topology>& registry() { return topology_registry(); }
};

/// One cable of a generated topology.
struct Cable {
  Bandwidth bandwidth = Bandwidth::unlimited();
  Duration latency{};
};
template <>
void describe(Describe<Cable>& d);

/// How queries reach a generated network: over a cable of their own, or on the first host itself (then the network sees
/// only RPCs).
struct Frontend {
  std::optional<Cable> cable;
  std::string host;
};
template <>
void describe(Describe<Frontend>& d);

/// Adds a frontend to a generated graph, hung on `attach` where it has a cable. Throws InputError for an unknown host.
NodeId add_frontend(NetworkGraph& graph, const Frontend& frontend, NodeId attach, const std::vector<HostPort>& hosts);

/// Adds both directions between a host and a switch.
void connect_host(NetworkGraph& graph, NodeId host, NodeId node, const HostPort& port, Duration up, Duration down);

}  // namespace shardsim
