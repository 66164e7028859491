// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "experiment/scenario.hpp"

namespace shardsim {

/// What a plan means for the servers that it is served by, without simulating.
class PlanFacts {
 public:
  /// All named must outlive the object. Throws what deploy() does.
  PlanFacts(const Scenario& scenario, const Model& model, const ShardingPlan& plan);

  /// What the hosts of a server have left for tables, the least of its replicas'; negative where it is not enough.
  /// `shard`: its number, or nothing for the main shard.
  Bytes headroom(std::optional<std::size_t> shard) const;
  /// Their names: "main0", or "main0, main1, main2, ... (12)".
  std::string hosts(std::optional<std::size_t> shard) const;
  /// Mean core time a query takes to gather what is placed there, from the estimated lookups in each placement: rows as
  /// often as they are looked up, in as many batches as a query of mean size has.
  double gather_us(std::optional<std::size_t> shard, const std::vector<Placement>& placements,
                   const std::vector<double>& lookups) const;

 private:
  const ServiceSite& service(std::optional<std::size_t> shard) const {
    return deployment_.services[shard ? *shard + 1 : 0];
  }

  struct TableOfNet {
    const Table* table = nullptr;
    double times = 1;  ///< that a query is expected to walk its net
    double items = 1;  ///< that the net is expected to see each time
  };

  std::map<std::string, TableOfNet> tables_;
  Deployment deployment_;
  std::map<NodeId, Bytes> used_;
  double items_ = 1;  // of a query
  double batches_ = 1;
};

}  // namespace shardsim
