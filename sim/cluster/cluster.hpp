// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/platform.hpp"
#include "topology/topology.hpp"

namespace shardsim {

/// In which order a service takes free hosts: those of one switch after those of another, or one of each in turn.
enum class HostOrder { packed, spread };
template <>
struct EnumNames<HostOrder> {
  static constexpr std::array<std::pair<HostOrder, std::string_view>, 2> names{
      {{HostOrder::packed, "packed"}, {HostOrder::spread, "spread"}}};
};

/// Where a service runs, among the hosts of a topology that has its own. A host whose platform is known only takes
/// services of that platform.
struct HostChoice {
  std::string on = "*";
  HostOrder order = HostOrder::packed;
};

/// The servers of one service: all of one platform.
struct ServiceSpec {
  Platform platform;
  int replicas = 1;
  std::vector<std::string> hosts;  ///< names in the topology
  std::optional<HostChoice> placement;
};

/// Servers of a run: `main.replicas` with the dense layers, and `sparse.replicas` for every sparse shard.
struct Cluster {
  ServiceSpec main;
  ServiceSpec sparse;
  bool share_hosts = false;
};

/// A server: a replica of a service on a host.
struct ServerSite {
  const Platform* platform = nullptr;
  NodeId node = 0;
};

/// A network with the servers in it; refers to the platforms of the Cluster it was made of.
struct Deployment {
  BuiltTopology topology;
  std::vector<ServerSite> servers;  ///< main replicas, then shard by shard its replicas
};

/// Puts the servers of a plan with `shards` sparse shards on hosts: those named, those that a placement chooses, or
/// hosts made for them where the topology makes hosts. Links of a host become no faster than its NIC, and as
/// much longer as the NIC takes. Throws ScenarioError when hosts are too few, taken twice, or of another platform.
Deployment deploy(const Cluster& cluster, std::size_t shards, const Topology& topology);

template <>
void describe(Describe<HostChoice>& d);
template <>
void describe(Describe<ServiceSpec>& d);
template <>
void describe(Describe<Cluster>& d);

}  // namespace shardsim
