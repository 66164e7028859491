// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/run.hpp"

namespace shardsim {

/// Runs the replications of a scenario, on `jobs` threads, and makes one result of them, which does not depend on the
/// number of threads. With several replications, a precision that they do not reach is reached by more of them. Hooks
/// of `control` other than `progress` and `interrupt` are for single runs and not called. Throws InputError.
RunResult run_replications(const Scenario& scenario, unsigned jobs, const RunControl& control = {});

}  // namespace shardsim
