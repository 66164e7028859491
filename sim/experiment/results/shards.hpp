// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/figure_list.hpp"
#include "experiment/results/tiers.hpp"

namespace shardsim {

/// A shard of the plan, what it was asked, and its servers.
struct ShardSource {
  const PlannedShard& shard;
  const Model& model;
  const ShardTotals& totals;
  const Service& service;
  std::vector<const Server*> servers;
  double share = 0;  ///< of a query in the run: 1 / queries completed
};

struct ShardResult {
  using Source = ShardSource;

  std::string name;
  std::size_t tables = 0;
  Bytes bytes;
  double lookups_per_query = 0;
  double rpcs_per_query = 0;
  double cpu_us_per_query = 0;
  CacheUses caches;
  std::vector<std::string> hosts;
  std::vector<double> more;  ///< figures without a member
};

template <>
void describe(FigureList<ShardResult>& f);

}  // namespace shardsim
