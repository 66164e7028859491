// SPDX-License-Identifier: Apache-2.0
// What came of a search for a setting, as JSON and as text. Nothing here prints.
#pragma once

#include "experiment/tuning/tune.hpp"

namespace shardsim {

/// What the report names beside the outcome.
struct TuneHeading {
  std::string method;
  double confidence = 0.95;
  std::optional<std::int64_t> budget;  ///< empty: none was given
};

/// The content of tune.json.
Json tune_json(const TuneProblem& problem, const TuneHeading& heading, const TuneOutcome& outcome);
/// The winner, what was tried, and how far off the first setting was.
std::string tune_text(const TuneProblem& problem, const TuneHeading& heading, const TuneOutcome& outcome);

}  // namespace shardsim
