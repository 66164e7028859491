// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "config/basic_types.hpp"

namespace shardsim {

/// How a run ended.
///   stable       every server and link was offered less work than it can do
///   saturated    some server or link was offered more, or ever more queries were under way: latencies grow for as
///                long as the run lasts
///   failing      more queries failed than are allowed for (traffic.most_failed): figures of latency are of the others
///   empty        no query was counted
///   interrupted  stopped before its end
///   infeasible   could not be built (sweeps only)
///   failed       ended with an error (sweeps only)
enum class Verdict { stable, saturated, failing, empty, interrupted, infeasible, failed };
template <>
struct EnumNames<Verdict> {
  static constexpr std::array<std::pair<Verdict, std::string_view>, 7> names{{{Verdict::stable, "stable"},
                                                                              {Verdict::saturated, "saturated"},
                                                                              {Verdict::failing, "failing"},
                                                                              {Verdict::empty, "empty"},
                                                                              {Verdict::interrupted, "interrupted"},
                                                                              {Verdict::infeasible, "infeasible"},
                                                                              {Verdict::failed, "failed"}}};
};

/// What a verdict rests on; each may hold beside others.
///   overload     the busiest part was offered at least as much as it can do
///   backlog      ever more queries were under way
///   overrun      so many were that the run was ended
///   failures     more queries failed than are allowed for
///   retry_storm  failures, while repeated attempts make most of the load
///   metastable   a retry storm that outlives what set it off, where first attempts alone would be no overload
enum class Condition { overload, backlog, overrun, failures, retry_storm, metastable };
template <>
struct EnumNames<Condition> {
  static constexpr std::array<std::pair<Condition, std::string_view>, 6> names{{{Condition::overload, "overload"},
                                                                                {Condition::backlog, "backlog"},
                                                                                {Condition::overrun, "overrun"},
                                                                                {Condition::failures, "failures"},
                                                                                {Condition::retry_storm, "retry-storm"},
                                                                                {Condition::metastable, "metastable"}}};
};
using Conditions = std::set<Condition>;

}  // namespace shardsim
