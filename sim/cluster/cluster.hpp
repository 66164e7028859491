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

/// Servers of one platform, and where they are.
struct ServiceSpec {
  Platform platform;
  int replicas = 1;                ///< of each service
  std::vector<std::string> hosts;  ///< names in the topology
  std::optional<HostChoice> placement;
};

/// Servers of one platform for the services named: "main", or sparse shards as the plan calls them.
struct Pool : ServiceSpec {
  std::string name;
  std::vector<std::string> services;  ///< names, or patterns of names
};

/// Servers of a run: `main.replicas` with the dense layers, and `sparse.replicas` for every sparse shard; or pools,
/// which say it of each service.
struct Cluster {
  std::optional<ServiceSpec> main;
  std::optional<ServiceSpec> sparse;
  std::vector<Pool> pools;  ///< instead of both
  bool colocate = false;
};

/// A pool of a cluster, in whichever form the cluster is written.
struct PoolView {
  const ServiceSpec* spec;
  std::string key;   ///< where it is written, below /cluster: "main", or "pools/2"
  std::string path;  ///< the same as --set has it: "cluster.main", or "cluster.pools.2"
  std::string name;  ///< for people: "main", or "pool 'large'"
  bool takes_main;
  bool takes_shards;  ///< it may: which shards there are, a plan decides
};
/// Precondition: the cluster has both main and sparse, or pools.
std::vector<PoolView> pools_of(const Cluster& cluster);

/// For each of `services`, the main shard's name first: the pool it is placed in, as its number in pools_of(). Throws
/// ScenarioError unless every service is in exactly one pool, and every name or pattern is that of a service.
std::vector<std::size_t> pool_by_service(const Cluster& cluster, const std::vector<std::string>& services);

/// A service of a run, and the hosts of its replicas.
struct ServiceSite {
  std::string name;
  const Platform* platform = nullptr;
  std::vector<NodeId> nodes;  ///< by replica
};

/// A network with the servers in it; refers to the platforms of the Cluster it was made of.
struct Deployment {
  BuiltTopology topology;
  std::vector<ServiceSite> services;  ///< [0] is main, [s + 1] sparse shard s
};

/// Puts the servers of `services`, the main shard's name first, on hosts: those named, those that a placement chooses,
/// or hosts made for them where the topology makes hosts. Pools choose in the order in which they are written. Links of
/// a host become no faster than its NIC, and as much longer as the NIC takes. Throws ScenarioError when hosts
/// are too few, taken twice, or of another platform, and what pool_by_service() does.
Deployment deploy(const Cluster& cluster, const std::vector<std::string>& services, const Topology& topology);

template <>
void describe(Describe<HostChoice>& d);
template <>
void describe(Describe<ServiceSpec>& d);
template <>
void describe(Describe<Pool>& d);
template <>
void describe(Describe<Cluster>& d);

}  // namespace shardsim
