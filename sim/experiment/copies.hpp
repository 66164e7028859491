// SPDX-License-Identifier: Apache-2.0
// Copies of tables on several shards.
#pragma once

#include "experiment/scenario.hpp"

namespace shardsim {

/// Adds the copies that `scenario.replicate` asks for. Throws InfeasibleError where there can be none.
void replicate(ShardingPlan& plan, const Scenario& scenario, const Model& model, const LookupProfile& profile);

/// What copies of tables take beside them, for people; empty where there are none.
std::string copies_text(const ShardingPlan& plan, const Model& model);

}  // namespace shardsim
