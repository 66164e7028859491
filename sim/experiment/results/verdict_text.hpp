// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/run_result.hpp"

namespace shardsim {

/// How a run ended, at which load, and why.
std::string verdict_text(const RunResult& result);

}  // namespace shardsim
