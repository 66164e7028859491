// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "engine/interrupt.hpp"
#include "experiment/counting.hpp"
#include "experiment/scenario.hpp"
#include "experiment/slowest.hpp"

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

struct HostResult {
  std::string name;
  std::string service;  ///< services with a server there, joined by "+"
  std::string platform;
  int cores = 0;
  double utilisation = 0;   ///< share of core time used, over the simulated time
  double offered_load = 0;  ///< core time that all queries ask for, over what there was until the last arrival
  std::optional<double> memory_load;  ///< the same of memory bandwidth, where the cores can use it up
  double first_attempt_load = 0;      ///< core time, without repeated RPCs
  Bytes memory;
  Bytes memory_used;
  CpuTimes cpu{};
  std::int64_t visits = 0;  ///< pieces of work
  double mean_wait_us = 0;  ///< for a core
};

struct ShardResult {
  std::string name;
  std::size_t tables = 0;
  Bytes bytes;
  double lookups_per_query = 0;
  double rpcs_per_query = 0;
  double cpu_us_per_query = 0;
  std::vector<std::string> hosts;
};

/// A directed link that was offered messages.
struct LinkResult {
  std::uint32_t link = 0;  ///< its number in the network
  std::string from;
  std::string to;
  Bandwidth bandwidth;
  double utilisation = 0;
  double offered_load = 0;
  double first_attempt_load = 0;
  Bytes bytes;                ///< offered: carried and lost
  std::int64_t messages = 0;  ///< offered; packets, where the transport has them
  Bytes lost_bytes;
  std::int64_t lost_messages = 0;
  std::int64_t marked = 0;  ///< packets, by congestion notification
  Bytes queue_peak;
  double mean_wait_us = 0;
  double max_wait_us = 0;
  double p99_us = 0;     ///< on the critical path of the queries around P99
  double p99_share = 0;  ///< of their latency
};

struct BackgroundResult {
  std::int64_t sent = 0;
  std::int64_t delivered = 0;
  std::int64_t lost = 0;
  Bytes bytes;
  Histogram times_ps;  ///< of those delivered
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

struct Bottleneck {
  std::string kind;  ///< "cpu", "memory" or "link"
  std::string name;
  double offered_load = 0;
};

/// What came of a run, as values.
struct RunResult {
  Verdict verdict = Verdict::empty;
  Conditions conditions;
  std::uint64_t fingerprint = 0;
  std::uint64_t events = 0;
  std::int64_t offered = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;          ///< given up: a message lost, or no answer in time
  std::int64_t not_arrived = 0;     ///< of `traffic.queries`, where the arrivals ended before them
  std::int64_t counted_failed = 0;  ///< of those that are not warm-up
  double most_failed = 0;           ///< share of failed queries above which the run is failing
  std::vector<Sections> answered;   ///< Counting::answered() of each replication
  std::optional<Duration> objective;
  Estimate goodput;         ///< share of the queries that count answered within the objective
  std::int64_t warmup = 0;  ///< first queries, in no statistic of latency
  bool steady = true;       ///< false: the latencies never settled, so that no warm-up is long enough
  double simulated_s = 0;
  bool closed_loop = false;  ///< the system itself sets the rate of arrivals
  double offered_per_s = 0;  ///< arrivals until the last
  double completed_per_s = 0;
  Recorder recorder;
  std::vector<Sections> sections;  ///< of the queries that count, one for each replication
  double confidence = 0.95;        ///< of `figures`
  Figures figures;
  PrecisionEnd precision_end = PrecisionEnd::not_asked;
  PlaceNames names;  ///< of what the recorder knows by number
  Slowest slowest;
  std::array<double, kWorks> cpu_us_per_query{};  ///< by class, over all servers
  Bottleneck bottleneck;
  double first_attempt_load = 0;  ///< highest offered load of any part without repeated RPCs
  std::int64_t rpcs = 0;          ///< attempts
  std::int64_t repeated_rpcs = 0;
  double cpu_us = 0;         ///< core time of all servers
  double useful_cpu_us = 0;  ///< of it, for answers that came in time for queries that were answered
  std::vector<HostResult> hosts;
  std::vector<ShardResult> shards;
  std::vector<LinkResult> links;
  std::size_t idle_links = 0;  ///< not in `links`
  std::vector<BackgroundResult> background;

  double total_cpu_us_per_query() const;
  /// Core time that led to no answer; where a run was ended early, work under way then too.
  double wasted_cpu_us() const { return std::max(0.0, cpu_us - useful_cpu_us); }
  bool has(Condition condition) const { return conditions.contains(condition); }
  /// Of all queries that ended.
  double failed_share() const;
  /// The latency at rank q of the queries that count, those that failed taken as never answered: infinite where the
  /// rank falls on them. In us.
  double latency_with_failed_us(double q) const;
  /// Estimated rate of arrivals at which the busiest server or link has no time left. 0 for a closed loop, and where
  /// the run shows that the mean load does not tell: queries fail, or ever more were under way at a mean load below 1.
  double highest_stable_per_s() const;
};

struct RunControl {
  std::function<void(double)> progress;              ///< share done, now and then; may be empty
  const Interrupt* interrupt = nullptr;              ///< set from outside to stop
  std::function<void(const Query&, Time)> on_offer;  ///< each query that arrives, warm-up included; may be empty
  std::function<void(const Outcome&)> on_outcome;    ///< each finished query, warm-up included; may be empty
  /// After each event: the time and the hosts, whose state stays until the next event. Slow; may be empty.
  std::function<void(Time, const std::deque<Host>&)> on_event;
  Timeline* timeline = nullptr;  ///< told of all work and messages for queries; may be null
};

/// Fills in, from the recorder, each link's part of the critical paths around P99, and what the slowest queries have in
/// common.
void attribute(RunResult& result);

/// Throws ScenarioError when `time` is later than any run may get.
void check_clock(Time time);

/// Runs a scenario. Throws InputError.
RunResult run(const Scenario& scenario, const RunControl& control = {});

}  // namespace shardsim
