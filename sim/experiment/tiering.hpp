// SPDX-License-Identifier: Apache-2.0
// Tiers of a scenario: what goes there, whether it fits, and how it is used.
#pragma once

#include "experiment/scenario.hpp"
#include "serving/tiers.hpp"

namespace shardsim {

/// Moves to other tiers what `scenario.offload` says. Throws ScenarioError.
void offload(ShardingPlan& plan, const Scenario& scenario, const Model& model, const LookupProfile& profile);

/// Throws ScenarioError where the plan names a tier that the server's platform has not, InfeasibleError where one is
/// too small.
void check_tiers(const ShardingPlan& plan, const Scenario& scenario, const Model& model);

/// How the tables are used, as far as the scenario's store wants to know it for this plan.
TableUse table_use(const Scenario& scenario, const Model& model, const ShardingPlan& plan);

/// The platform of each service of the plan.
std::vector<const Platform*> platforms_of(const Cluster& cluster, const ShardingPlan& plan);

/// Memory that each service of the plan takes on its host: tables, overheads, caches, and main's weights.
std::vector<Bytes> memory_by_service(const ShardingPlan& plan, const Scenario& scenario, const Model& model);

}  // namespace shardsim
