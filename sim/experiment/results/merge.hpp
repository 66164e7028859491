// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/run_result.hpp"

namespace shardsim {

/// Adds the result of another replication of the same scenario: counts and times add up, loads and utilisations are
/// means over the simulated time, figures a query are means over queries. Figures and their intervals are not touched.
void merge(RunResult& into, RunResult&& other);

}  // namespace shardsim
