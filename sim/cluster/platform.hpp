// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/cost.hpp"

namespace shardsim {

/// Bandwidth of a host's network card, each way.
struct Nic {
  Bandwidth bandwidth;
  std::optional<Bandwidth> receive_bandwidth;  ///< where it differs
};

/// CPU cost of one message at one end: cpu_per_message + bytes / serialization.
struct RpcCosts {
  Duration cpu_per_message{};
  Bandwidth serialization;
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
  Duration service_overhead{};
  Duration net_overhead{};
  Remarks sources;

  /// What is left for tables and weights.
  Bytes usable_memory() const { return memory - memory_reserved; }
};

template <>
void describe(Describe<Nic>& d);
template <>
void describe(Describe<RpcCosts>& d);
template <>
void describe(Describe<Platform>& d);

}  // namespace shardsim
