// SPDX-License-Identifier: Apache-2.0
// What all roles read from the scenario: the same model, plan and queries as a simulation of it.
#pragma once

#include "experiment/scenario.hpp"
#include "server/tables.hpp"
#include "workload/query.hpp"

namespace shardsim::real {

/// The scenario, its model and its plan.
struct Setup {
  Scenario scenario;
  Model model;
  ShardingPlan plan;
  std::vector<PlacedTable> tables;  ///< as tables_of(model)

  /// `settings`: as --set. Throws InputError, also for what the real server does not have.
  Setup(const std::string& file, const std::vector<std::pair<std::string, std::string>>& settings);
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  /// Where a table's parts are: the target of each, 0 for the main shard.
  struct Parts {
    std::vector<std::size_t> target;
    SplitBy split_by = SplitBy::modulus;
  };
  /// By table.
  std::vector<Parts> parts() const;
};

/// The tables that a server holds, by number; null where it has none of a table. Throws InputError where the machine
/// has less free memory than they need.
std::vector<std::unique_ptr<HeldTable>> held_tables(const Setup& setup, const std::vector<Placement>& placements);

}  // namespace shardsim::real
