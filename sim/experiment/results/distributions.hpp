// SPDX-License-Identifier: Apache-2.0
// Those parts of result.json that hold a distribution, or an estimate of each of several things.
#pragma once

#include "experiment/results/run_result.hpp"

namespace shardsim {

Json latency_json(const RunResult& result);
/// The percentiles that also count queries that failed, as never answered: null where they fall on those.
Json with_failed_json(const RunResult& result);
Json goodput_json(const RunResult& result);
Json intervals_json(const RunResult& result);
Json spans_json(const RunResult& result);
Json embedded_json(const RunResult& result);

}  // namespace shardsim
