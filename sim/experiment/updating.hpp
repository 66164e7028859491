// SPDX-License-Identifier: Apache-2.0
// Updates of a scenario: what is known of them beforehand, and whether there is room for them.
#pragma once

#include "experiment/scenario.hpp"
#include "serving/updater.hpp"

namespace shardsim {

/// Throws InfeasibleError where a server has no room for the new version that a refresh loads beside the old one, in
/// memory or in a tier.
void check_refresh(const ShardingPlan& plan, const Scenario& scenario, const Model& model);

/// What the scenario's updates need. Throws ScenarioError where rows are to be drawn and nothing says how popular they
/// are. Precondition: it has updates.
UpdateFacts update_facts(const ShardingPlan& plan, const Scenario& scenario, const Model& model);

/// Where a cache drops rows that are written: adds to `use` how often that happens. Throws ScenarioError where the
/// formula has to know the rate of queries, and nothing says it.
void note_writes(TableUse& use, const ShardingPlan& plan, const Scenario& scenario);

/// The updates of a run; null without any.
std::unique_ptr<Updater> updater_of(Simulation& sim, const Scenario& scenario, const Model& model,
                                    const ShardingPlan& plan, Network& network, Serving& serving);

}  // namespace shardsim
