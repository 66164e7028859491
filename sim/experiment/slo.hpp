// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/figures.hpp"

namespace shardsim {

struct RunResult;

/// A service-level objective: a figure of latency is at most a limit.
struct Slo {
  Measure measure = Measure::p99;
  Duration limit{};
};

/// Reads "p99<=50 ms"; the figures are mean, p50, p90, p95, p99 and p999. `option`: which gave it, for errors. Throws
/// InputError.
Slo parse_slo(const std::string& text, const std::string& option = "--slo");

/// The share of the queries that are to be within the limit; 0 where that says nothing: of a mean.
double wanted_share(Measure measure);

std::string to_text(const Slo& slo);

/// Whether a run met it. A query that failed counts as one beyond any limit.
///   meets      the limit was kept by as many queries as the figure says, and by more than chance; of a mean: the whole
///              interval lies at or below the limit, and no query failed
///   fails      it was not, by more than chance, or the system is saturated
///   undecided  chance explains either, or the run does not say how far chance goes
enum class SloAnswer { meets, fails, undecided };
template <>
struct EnumNames<SloAnswer> {
  static constexpr std::array<std::pair<SloAnswer, std::string_view>, 3> names{
      {{SloAnswer::meets, "meets"}, {SloAnswer::fails, "fails"}, {SloAnswer::undecided, "undecided"}}};
};
struct SloFinding {
  SloAnswer answer = SloAnswer::undecided;
  bool leans_to_meet = false;  ///< the estimate meets it
  Estimate within;             ///< share of the queries that were answered within the limit
};
/// The run's `traffic.objective` was the limit.
SloFinding judge(const Slo& slo, const RunResult& result);

/// Why, in a few words: "saturated", "p99 35.2 ms (33.0 .. 37.9), 96.1 % within the limit".
std::string reason(const Slo& slo, const SloFinding& finding, const RunResult& result);

}  // namespace shardsim
