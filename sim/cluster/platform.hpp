// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/devices/accelerator.hpp"
#include "cluster/devices/tier.hpp"
#include "model/cost.hpp"

namespace shardsim {

/// A host's NIC, and what its software costs: kernel TCP, RDMA, ...
struct Nic {
  std::string description;
  Bandwidth bandwidth;
  std::optional<Bandwidth> receive_bandwidth;  ///< where it differs
  Duration latency{};                          ///< added to each message at this end
  Duration cpu_per_message{};                  ///< added to the RPC library's at this end
  Remarks sources;
};

/// CPU cost of one message at one end: cpu_per_message + bytes / serialization; and wakeup where it comes to a host
/// with an idle core, or a service that has nothing in hand: a core is woken or switched to a thread that waited, and
/// finds nothing of it in its caches.
struct RpcCosts {
  Duration cpu_per_message{};
  Bandwidth serialization;
  Duration wakeup{};
};

/// A kind of server.
struct Platform {
  std::string name;
  std::string description;
  int cores = 1;
  Bytes memory;
  Bytes memory_reserved;
  Bandwidth memory_bandwidth;
  Nic nic;
  CoreFigures core;
  LookupFigures lookup{};
  RpcCosts rpc;
  std::vector<Choice<TierSpec>> tiers;  ///< where rows can be beside memory
  std::optional<AcceleratorSpec> accelerator;
  Duration service_overhead{};
  Duration net_overhead{};
  std::optional<double> price_per_hour;  ///< of a server
  std::optional<double> watts;           ///< of a server
  Remarks sources;

  /// What is left for tables and weights.
  Bytes usable_memory() const { return memory - memory_reserved; }
  /// The number of the tier of that name among `tiers`, if there is one.
  std::optional<std::size_t> tier_of(const std::string& tier) const;
};

template <>
void describe(Describe<Nic>& d);
template <>
void describe(Describe<RpcCosts>& d);
template <>
void describe(Describe<Platform>& d);

}  // namespace shardsim
