// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/figures.hpp"

namespace shardsim {

/// A service-level objective: a figure of latency is at most a limit.
struct Slo {
  Measure measure = Measure::p99;
  Duration limit{};
};

/// Reads "p99<=50 ms"; the figures are mean, p50, p90, p95, p99 and p999. Throws InputError.
Slo parse_slo(const std::string& text);

std::string to_text(const Slo& slo);

/// Whether a run met it:
///   meets      the whole interval lies at or below the limit
///   fails      the whole interval lies above, or the system is saturated
///   undecided  the limit lies within the interval, or there is none
enum class SloAnswer { meets, fails, undecided };
template <>
struct EnumNames<SloAnswer> {
  static constexpr std::array<std::pair<SloAnswer, std::string_view>, 3> names{
      {{SloAnswer::meets, "meets"}, {SloAnswer::fails, "fails"}, {SloAnswer::undecided, "undecided"}}};
};
SloAnswer answer(const Slo& slo, const RunResult& result);

}  // namespace shardsim
