// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/interrupt.hpp"
#include "experiment/results/run_result.hpp"
#include "experiment/scenario.hpp"

namespace shardsim {

struct RunControl {
  std::function<void(double)> progress;              ///< share done, now and then; may be empty
  const Interrupt* interrupt = nullptr;              ///< set from outside to stop
  std::function<void(const Query&, Time)> on_offer;  ///< each query that arrives, warm-up included; may be empty
  std::function<void(const Outcome&)> on_outcome;    ///< each finished query, warm-up included; may be empty
  /// After each event: the time and the hosts, whose state stays until the next event. Slow; may be empty.
  std::function<void(Time, const std::deque<Host>&)> on_event;
  Timeline* timeline = nullptr;  ///< told of all work and messages for queries; may be null
};

/// Throws ScenarioError when `time` is later than any run may get.
void check_clock(Time time);

/// Runs a scenario. Throws InputError.
RunResult run(const Scenario& scenario, const RunControl& control = {});

}  // namespace shardsim
