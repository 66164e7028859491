// SPDX-License-Identifier: Apache-2.0
// A cache of main's tables in the memory of its accelerators.
#pragma once

#include "serving/cache_fields.hpp"

namespace shardsim {

/// Rows that it has are gathered there; others are gathered on a core of the host and go over the link, as in a
/// hierarchical parameter server (Wei et al., "A GPU-specialized Inference Parameter Server for Large-Scale Deep
/// Recommendation Models", RecSys 2022). By formula only.
struct DeviceCacheSpec : CacheFields {};
template <>
void describe(Describe<DeviceCacheSpec>& d);

/// What it is expected to answer, by net, and what it takes.
struct DeviceCache {
  std::vector<double> hit_ratio;  ///< of the lookups in main's tables
  std::vector<double> row_bytes;  ///< mean of the rows that are missing
  Bytes bytes;                    ///< of each accelerator's memory
  Duration lookup_time{};
};
/// Throws ScenarioError where main has parts of tables or tables in other tiers, or the policy has no formula.
DeviceCache device_cache(const DeviceCacheSpec& spec, const ShardingPlan& plan, const Model& model, const TableUse& use,
                         const std::string& pointer);

}  // namespace shardsim
