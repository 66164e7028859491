// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/counting.hpp"
#include "experiment/precision.hpp"
#include "experiment/results/background.hpp"
#include "experiment/results/classes.hpp"
#include "experiment/results/hosts.hpp"
#include "experiment/results/links.hpp"
#include "experiment/results/shards.hpp"
#include "experiment/results/updates.hpp"
#include "experiment/results/verdict.hpp"
#include "experiment/slowest.hpp"

namespace shardsim {

struct Bottleneck {
  std::string kind;  ///< "cpu", "memory", "tier", "accelerator" or "link"
  std::string name;
  double offered_load = 0;
};

/// What totals of a run are collected from, at its end.
struct RunSource {
  const Simulation& sim;
  const Serving& serving;
  const Network& network;
  Elapsed elapsed;
  double share = 0;  ///< of a query in the run: 1 / queries completed
};

/// What came of a run, as values. Its figures are described in run_figures.cpp.
struct RunResult {
  using Source = RunSource;

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
  Estimate goodput;           ///< share of the queries that count answered within the objective
  std::int64_t warmup = 0;    ///< first queries, in no statistic of latency
  bool warmup_found = false;  ///< by the program
  bool steady = true;         ///< false: the latencies never settled, so that no warm-up is long enough
  double simulated_s = 0;
  bool closed_loop = false;  ///< the system itself sets the rate of arrivals
  double offered_per_s = 0;  ///< arrivals until the last
  double completed_per_s = 0;
  Recorder recorder;
  std::vector<Sections> sections;  ///< of the queries that count, one for each replication
  double confidence = 0.95;        ///< of `figures`
  Figures figures;
  std::vector<Estimate> query_means;  ///< by kQueryFigures
  PrecisionEnd precision_end = PrecisionEnd::not_asked;
  PlaceNames names;  ///< of what the recorder knows by number
  Slowest slowest;
  std::array<double, kWorks> cpu_us_per_query{};  ///< by class, over all servers
  Bottleneck bottleneck;
  double first_attempt_load = 0;   ///< highest offered load of any part without repeated RPCs
  std::int64_t sent_messages = 0;  ///< for queries, under a transport with retransmission timeouts
  double least_timeout_us = 0;     ///< of those
  std::int64_t late_messages = 0;  ///< of them, those that waited for one
  std::int64_t rpcs = 0;           ///< attempts
  std::int64_t repeated_rpcs = 0;
  double cpu_us = 0;         ///< core time of all servers
  double useful_cpu_us = 0;  ///< of it, for answers that came in time for queries that were answered
  CacheUses main_caches;
  std::vector<HostResult> hosts;
  std::vector<ShardResult> shards;
  std::vector<LinkResult> links;
  std::size_t idle_links = 0;  ///< not in `links`
  std::vector<BackgroundResult> background;
  std::vector<ClassResult> classes;  ///< by `traffic.classes`
  std::optional<UpdatesResult> updates;
  std::vector<double> more;  ///< figures without a member

  Extent extent() const { return {simulated_s, static_cast<double>(completed)}; }
  double total_cpu_us_per_query() const;
  /// Core time that led to no answer; where a run was ended early, work under way then too.
  double wasted_cpu_us() const { return std::max(0.0, cpu_us - useful_cpu_us - (updates ? updates->cpu_us : 0)); }
  bool has(Condition condition) const { return conditions.contains(condition); }
  /// Of all queries that ended.
  double failed_share() const;
  /// The latency at rank q of the queries that count, those that failed taken as never answered: infinite where the
  /// rank falls on them. In us.
  double latency_with_failed_us(double q) const;
  /// Estimated rate of arrivals at which the busiest server or link has no time left. 0 for a closed loop, and where
  /// the run shows that the mean load does not tell: queries fail, or ever more were under way at a mean load below 1.
  double saturation_throughput_per_s() const;
};

template <>
void describe(FigureList<RunResult>& f);

/// Fills in, from the recorder, each link's part of the critical paths around P99, and what the slowest queries have in
/// common.
void attribute(RunResult& result);

/// Fills in what comes with an interval, from the sections.
void estimate(RunResult& result);

/// Every figure of result.json, by its full name: "hosts[].utilisation".
std::vector<FigureText> described_figures();

/// The columns of sweep.csv that come of descriptions: figures of a run that have one, then the query figures.
struct TableColumn {
  std::string name;
  bool interval = false;  ///< has ends too: name_lo, name_hi
};
std::vector<TableColumn> described_columns();
std::vector<Estimate> described_values(const RunResult& result);  ///< of these columns

}  // namespace shardsim
