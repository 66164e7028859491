// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/compare.hpp"

namespace shardsim {

/// A single change to a scenario.
struct WhatIf {
  std::string name;
  std::vector<std::pair<std::string, std::string>> settings;
};

/// The changes worth a try for this scenario: one more shard, another strategy, NICs twice as fast, batches
/// twice and half as large, one more replica of each service. Those that make no sense here are left out.
std::vector<WhatIf> what_ifs(const Scenario& scenario);

/// What came of a change: a comparison with the scenario as it is, or why it cannot be made.
struct TriedChange {
  WhatIf what_if;
  std::optional<Comparison> comparison;  ///< second: with the change
  std::string error;

  /// Whether what it does to P99 is told from chance, or too little to matter, or of no use as its run is not stable.
  bool decided() const;
};

/// Where P99 of a run comes from, and which single change moves it most.
struct Explanation {
  RunResult result;
  std::vector<TriedChange> tried;  ///< the largest gain in P99 first, then those that cannot be made
};

/// Runs the scenario and each of its what-ifs with the same queries, on `jobs` threads. Replications are added, twice
/// as many each time, until the change that lowers P99 most is told from chance, or all others are, or a system has
/// been sent `max_queries`; a scenario that asks for a precision of its own, or is not stable, is run once. Throws
/// InputError.
Explanation explain(const Scenario& scenario, unsigned jobs, std::int64_t max_queries, const RunControl& control);

/// Sentences for a person.
std::string explanation_text(const Explanation& explanation);
Json explanation_json(const Explanation& explanation);

}  // namespace shardsim
