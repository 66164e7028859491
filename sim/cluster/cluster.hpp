// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/platform.hpp"
#include "network/topology.hpp"

namespace shardsim {

/// The servers of one service: all of one platform.
struct ServiceSpec {
  Platform platform;
  int replicas = 1;
  std::vector<std::string> hosts;  ///< names in the topology; empty: main0, main1, ... or sparse0, ...
};

/// Servers of a run: `main.replicas` hosts with the dense layers, and `sparse.replicas` hosts for every sparse shard.
struct Cluster {
  ServiceSpec main;
  ServiceSpec sparse;
};

/// The hosts that a plan with `shards` sparse shards runs on: main replicas, then shard by shard its replicas. Throws
/// InputError when the hosts named are too few, or one is named twice.
std::vector<HostPort> host_ports(const Cluster& cluster, std::size_t shards);

template <>
void describe(Describe<ServiceSpec>& d);
template <>
void describe(Describe<Cluster>& d);

}  // namespace shardsim
