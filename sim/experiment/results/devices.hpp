// SPDX-License-Identifier: Apache-2.0
// What came of accelerators, and of the batches that queries shared.
#pragma once

#include "config/json.hpp"
#include "serving/executor.hpp"

namespace shardsim {

/// Sizes of batches that are told apart: up to 1, 2, 4, 8, ... items.
std::map<std::int64_t, std::int64_t> by_power_of_two(const std::map<int, std::int64_t>& sizes);

/// What the accelerators of a host did, and what waited for them, or for batches on its cores.
struct DeviceUse {
  std::string device;
  std::optional<int> streams;  ///< of accelerators; empty: batches on cores
  BatchQueue::Totals queue;
  double busy_s = 0;  ///< of all streams
  Bytes bytes_in;     ///< from the host
  Bytes bytes_out;
  double link_bytes_per_s = 0;  ///< one way, of all; 0: no limit
  CacheCounts cache;            ///< of main's tables
  double simulated_s = 0;
  double load_s = 0;

  double offered_load() const { return busy_s / (load_s * streams.value_or(1)); }
  double link_load() const;
};

struct DeviceUses {
  std::vector<DeviceUse> devices;
  DeviceUses& operator+=(const DeviceUses& other);
};
/// Of a host that has none, empty.
DeviceUses device_uses(const Host& host, const Executor& executor, double simulated_s, double load_s);
Json figure_json(const DeviceUses& uses);

}  // namespace shardsim
