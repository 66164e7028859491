// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/slo.hpp"

namespace shardsim {

/// What makes a setting the best.
///   capacity  it meets an objective of latency at the highest rate
///   latency   it has the least of a figure of latency, at one rate
///   cost      it is the cheapest that meets an objective of latency at a rate
///   front     no other setting has both less latency and less cost
enum class TuneGoal { capacity, latency, cost, front };

struct TuneObjective {
  TuneGoal goal = TuneGoal::latency;
  Slo slo;                     ///< of latency and front only the measure counts
  std::optional<double> rate;  ///< per second, > 0; empty: that of the scenario

  bool has_limit() const { return goal == TuneGoal::capacity || goal == TuneGoal::cost; }
  bool has_cost() const { return goal == TuneGoal::cost || goal == TuneGoal::front; }
};

/// Reads one of
///   max rate at p95<=25 ms
///   min p99                  or  min p99 at 500 /s
///   min cost at 500 /s with p99<=30 ms
///   min p99, min cost        or  min p99 at 500 /s, min cost
/// The figures are those of parse_slo(). Throws InputError.
TuneObjective parse_objective(const std::string& text);

/// In the same form.
std::string to_text(const TuneObjective& objective);

}  // namespace shardsim
