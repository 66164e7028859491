// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "experiment/scenario.hpp"
#include "experiment/slowest.hpp"

namespace shardsim {

/// How a run ended.
///   stable       every server and link was offered less work than it can do
///   saturated    some server or link was offered more: latencies grow for as long as the run lasts
///   empty        no query was counted
///   interrupted  stopped before its end
///   infeasible   could not be built (sweeps only)
enum class Verdict { stable, saturated, empty, interrupted, infeasible };
template <>
struct EnumNames<Verdict> {
  static constexpr std::array<std::pair<Verdict, std::string_view>, 5> names{{{Verdict::stable, "stable"},
                                                                              {Verdict::saturated, "saturated"},
                                                                              {Verdict::empty, "empty"},
                                                                              {Verdict::interrupted, "interrupted"},
                                                                              {Verdict::infeasible, "infeasible"}}};
};

struct HostResult {
  std::string name;
  std::string service;  ///< services with a server there, joined by "+"
  std::string platform;
  int cores = 0;
  double utilisation = 0;   ///< share of core time used, over the simulated time
  double offered_load = 0;  ///< core time asked for, over what there was until the last arrival
  Bytes memory;
  Bytes memory_used;
  CpuTimes cpu{};
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
  double mean_us = 0;
  double p50_us = 0;
  double p99_us = 0;
};

struct Bottleneck {
  std::string kind;  ///< "cpu" or "link"
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
  std::int64_t failed = 0;  ///< given up: a message lost, or no answer in time
  std::int64_t warmup = 0;
  double simulated_s = 0;
  Recorder recorder;
  Slowest slowest;
  std::array<double, kWorks> cpu_us_per_query{};  ///< by class, over all servers
  Bottleneck bottleneck;
  std::vector<HostResult> hosts;
  std::vector<ShardResult> shards;
  std::vector<LinkResult> links;
  std::size_t idle_links = 0;  ///< not in `links`
  std::vector<BackgroundResult> background;

  double total_cpu_us_per_query() const;
};

struct RunControl {
  std::function<void(double)> progress;              ///< share done, now and then; may be empty
  const std::atomic<bool>* interrupt = nullptr;      ///< set from outside to stop
  std::function<void(const Query&, Time)> on_offer;  ///< each query that arrives, warm-up included; may be empty
  std::function<void(const Outcome&)> on_outcome;    ///< each finished query, warm-up included; may be empty
  Timeline* timeline = nullptr;                      ///< told of all work and messages for queries; may be null
};

/// Throws ScenarioError when `time` is later than any run may get.
void check_clock(Time time);

/// Runs a scenario. Throws InputError.
RunResult run(const Scenario& scenario, const RunControl& control = {});

}  // namespace shardsim
