// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/interrupt.hpp"
#include "experiment/counting.hpp"
#include "experiment/scenario.hpp"
#include "experiment/slowest.hpp"

namespace shardsim {

/// How a run ended.
///   stable       every server and link was offered less work than it can do
///   saturated    some server or link was offered more, or ever more queries were under way: latencies grow for as
///                long as the run lasts
///   empty        no query was counted
///   interrupted  stopped before its end
///   infeasible   could not be built (sweeps only)
///   failed       ended with an error (sweeps only)
enum class Verdict { stable, saturated, empty, interrupted, infeasible, failed };
template <>
struct EnumNames<Verdict> {
  static constexpr std::array<std::pair<Verdict, std::string_view>, 6> names{{{Verdict::stable, "stable"},
                                                                              {Verdict::saturated, "saturated"},
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

struct Bottleneck {
  std::string kind;  ///< "cpu", "memory" or "link"
  std::string name;
  double offered_load = 0;
};

/// What came of a run, as values.
struct RunResult {
  Verdict verdict = Verdict::empty;
  std::uint64_t fingerprint = 0;
  std::uint64_t events = 0;
  std::int64_t offered = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;       ///< given up: a message lost, or no answer in time
  std::int64_t not_arrived = 0;  ///< of `traffic.queries`, where the arrivals ended before them
  std::int64_t warmup = 0;       ///< first queries, in no statistic of latency
  bool steady = true;            ///< false: the latencies never settled, so that no warm-up is long enough
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
  std::vector<HostResult> hosts;
  std::vector<ShardResult> shards;
  std::vector<LinkResult> links;
  std::size_t idle_links = 0;  ///< not in `links`
  std::vector<BackgroundResult> background;

  double total_cpu_us_per_query() const;
  /// Estimated rate of arrivals at which the busiest server or link has no time left; 0 for a closed loop.
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
