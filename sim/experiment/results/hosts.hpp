// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/devices.hpp"
#include "experiment/results/figure_list.hpp"
#include "experiment/results/tiers.hpp"

namespace shardsim {

/// The times that loads are over.
struct Elapsed {
  double simulated_s = 0;  ///< more than 0
  double load_s = 0;       ///< until the last arrival; of a closed loop, simulated_s
};

/// A machine, and the servers on it.
struct HostSource {
  const Host& host;
  std::vector<const Server*> servers;
  Elapsed elapsed;
  const Executor& executor;  ///< of main

  const Cores& cores() const { return host.cores(); }
  CpuTimes cpu() const;
  std::string services() const;
  TierUses tiers() const;
  double offered_load() const { return cores().offered_load(elapsed.load_s); }
  /// A load less what repeated attempts asked for.
  double of_first_attempts(double load) const;
};

struct HostResult {
  using Source = HostSource;

  std::string name;
  std::string service;
  std::string platform;
  int cores = 0;
  double utilisation = 0;
  double offered_load = 0;
  std::optional<double> memory_load;
  double first_attempt_load = 0;
  Bytes memory;
  Bytes memory_used;
  CpuTimes cpu{};
  std::int64_t visits = 0;  ///< pieces of work
  double mean_wait_us = 0;
  TierUses tiers;
  DeviceUses devices;
  std::vector<double> more;  ///< figures without a member

  std::int64_t count() const { return visits; }
};

template <>
void describe(FigureList<HostResult>& f);

}  // namespace shardsim
