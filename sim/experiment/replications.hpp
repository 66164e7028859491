// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/run.hpp"

namespace shardsim {

/// Replications of a scenario, merged; more can be added until the figures are good enough.
class Study {
 public:
  /// The first replication is `scenario.replication`. Of `control`, only `progress` and `interrupt` are used.
  Study(const Scenario& scenario, unsigned jobs, const RunControl& control)
      : scenario_(scenario), jobs_(jobs), control_(control) {}

  /// Runs `count` more, >= 1, on `jobs` threads, and returns the result of all, which does not depend on the number of
  /// threads. Throws InputError.
  const RunResult& add(std::int64_t count);
  std::int64_t replications() const { return done_; }
  RunResult& result() { return *all_; }  ///< after add()

 private:
  const Scenario& scenario_;
  unsigned jobs_;
  const RunControl& control_;
  std::int64_t done_ = 0;
  std::optional<RunResult> all_;
};

/// Runs the replications of a scenario, on `jobs` threads, and makes one result of them, which does not depend on the
/// number of threads. With several replications, a precision that they do not reach is reached by more of them. Hooks
/// of `control` other than `progress` and `interrupt` are for single runs and not called. Throws InputError.
RunResult run_replications(const Scenario& scenario, unsigned jobs, const RunControl& control = {});

}  // namespace shardsim
