// SPDX-License-Identifier: Apache-2.0
// Results as JSON and as text. Nothing here prints.
#pragma once

#include "experiment/run.hpp"

namespace shardsim {

inline constexpr int kSchemaVersion = 1;

/// {"name": "shardsim", "version": ...}
Json program_json();

/// The content of result.json. `folder`: where it will stand, so that paths in it are relative to it.
Json result_json(const Scenario& scenario, const RunResult& result, const std::filesystem::path& folder);

/// A few lines for a person.
std::string summary_text(const RunResult& result);

/// "12.3 (11.9 .. 12.8)", with `decimals` digits after the point; "~12.3" where there is no interval.
std::string interval_text(const Estimate& estimate, int decimals);

/// "12.3 %"
std::string percent_text(double share);

/// Measures whose value is not to be taken as fact, and why: "p99:too-few p95:correlated"; empty when there are none.
/// Says nothing of P99.9, which few runs are long enough for.
std::string doubts(const Figures& figures);

/// Tables, bytes and estimated lookups of each shard.
Json plan_json(const ShardingPlan& plan);
std::string plan_text(const Scenario& scenario, const Model& model, const ShardingPlan& plan);

}  // namespace shardsim
