// SPDX-License-Identifier: Apache-2.0
// A run of a scenario, query by query.
#pragma once

#include <catch2/catch.hpp>

#include "scenarios.hpp"

namespace shardsim::testing {

using Changes = std::vector<std::pair<std::string, std::string>>;

struct Served {
  RunResult result;
  std::vector<Outcome> outcomes;  ///< by query
};

/// Runs it; the spans of every query must add up to its latency.
inline Served serve(const std::string& text, const Changes& changes = {}) {
  Served served;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) {
    REQUIRE(o.spans.total() == o.latency);
    served.outcomes.push_back(o);
  };
  served.result = run(scenario(text, changes), control);
  std::sort(served.outcomes.begin(), served.outcomes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return served;
}

}  // namespace shardsim::testing
