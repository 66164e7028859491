// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/run.hpp"

namespace shardsim {

/// Two scenarios side by side, over the same random numbers where their seeds are the same.
struct Comparison {
  RunResult first;
  RunResult second;
  std::array<Estimate, kMeasures> difference;        ///< second - first, us
  std::array<Estimate, kMeasures> relative;          ///< second / first - 1
  std::vector<Estimate> query_difference;            ///< of the means of kQueryFigures, second - first
  std::array<Estimate, kSpans> span_difference;      ///< of the means, second - first, us
  std::array<double, kSpans> p99_span_difference{};  ///< of the queries around P99; no interval
  bool paired = false;                               ///< both saw the same queries

  const Estimate& operator[](Measure m) const { return relative[static_cast<std::size_t>(m)]; }
};

/// Compares two results; `paired`: they saw the same queries.
Comparison compare(RunResult first, RunResult second, bool paired);

/// Whether two runs drew the same random numbers for the same queries.
bool sees_same_queries(const Scenario& a, const Scenario& b, const RunResult& of_a, const RunResult& of_b);

Json comparison_json(const Comparison& comparison);
/// A table for a person: figures, differences, and which span moved.
std::string comparison_text(const Comparison& comparison);

}  // namespace shardsim
