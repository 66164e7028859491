// SPDX-License-Identifier: Apache-2.0
// The figures of a run, in the order of result.json.
#include "experiment/results/distributions.hpp"
#include "experiment/results/query_figures.hpp"
#include "experiment/results/run_result.hpp"

namespace shardsim {
namespace {

using List = FigureList<RunResult>;

// Of `whole`, for each query offered.
double each_offered(const RunResult& r, double whole) {
  return whole / static_cast<double>(std::max<std::int64_t>(1, r.offered));
}

void describe_verdict(List& f) {
  f.derived("fingerprint", "", "hash of the times of all events and of the order in which queries complete",
            [](const RunResult& r) { return fmt::format("{:016x}", r.fingerprint); });
  f.derived("verdict", "", "how the run ended: see Verdicts", &RunResult::verdict);
  f.derived("conditions", "", "what the verdict is based on: see Verdicts", [](const RunResult& r) {
    Json out = Json::array();
    for (const Condition condition : r.conditions) out.push_back(figure_json(condition));
    return out;
  });
  f.derived(
      "bottleneck.kind", "",
      "of the part with the highest offered load: cores of a host (`cpu`), its memory bandwidth (`memory`), one of "
      "its tiers (`tier`), its accelerators or their link (`accelerator`), or a link (`link`)",
      [](const RunResult& r) { return r.bottleneck.kind; });
  f.derived("bottleneck.name", "", "of the host, the host and tier, or the link",
            [](const RunResult& r) { return r.bottleneck.name; });
  f.derived("bottleneck.offered_load", "fraction", "its offered load",
            [](const RunResult& r) { return r.bottleneck.offered_load; });
  f.derived("saturation_throughput_per_s", "1/s",
            "`offered_per_s` / the highest offered load; null for a closed loop, and where the run itself contradicts "
            "it: queries fail, or the number under way grew at a mean load below 1; if queries of a saturated run "
            "fail, by the load of first attempts",
            [](const RunResult& r) {
              return r.saturation_throughput_per_s() > 0 ? Json(r.saturation_throughput_per_s()) : Json();
            });
}

void describe_queries(List& f) {
  f.add("queries.offered", "", "queries that arrived", &RunResult::offered, Merge::sum);
  f.add("queries.completed", "", "queries answered", &RunResult::completed, Merge::sum);
  f.add("queries.failed", "",
        "queries given up after lost messages or late answers; offered = completed + failed. Of the figures of latency "
        "only `latency_with_failed_us` counts them",
        &RunResult::failed, Merge::sum);
  f.derived("queries.failed_share", "fraction", "failed / (completed + failed)", &RunResult::failed_share);
  f.add("queries.not_arrived", "", "queries of `traffic.queries` that never came, as the arrivals ended before",
        &RunResult::not_arrived, Merge::sum);
  f.add("queries.warmup", "", "number of first queries that no figure of latency counts", &RunResult::warmup,
        Merge::sum);
  f.add("queries.warmup_found", "", "whether the program found this number", &RunResult::warmup_found, Merge::same);
  f.derived("queries.steady", "", "whether latencies reached a steady state", &RunResult::steady);
  f.hidden(&RunResult::counted_failed, Merge::sum);
}

void describe_course(List& f) {
  f.add("offered_per_s", "1/s", "arrivals / time of the last arrival", &RunResult::offered_per_s,
        Merge::mean_over_time);
  f.add("completed_per_s", "1/s", "queries completed / simulated time: of a closed loop the throughput",
        &RunResult::completed_per_s, Merge::mean_over_time);
  f.derived("precision", "",
            "how the search for the precision asked for ended: `met`, `budget-used-up`, `no-more-arrivals`, "
            "`interrupted`, `not-asked`",
            &RunResult::precision_end);
  f.add("simulated_s", "s", "simulated time", &RunResult::simulated_s, Merge::sum,
        [](const RunSource& s) { return to_seconds(s.sim.now().time_since_epoch()); });
  f.add("events", "", "events that the simulation fired", &RunResult::events, Merge::sum,
        [](const RunSource& s) { return s.sim.events_fired(); });
}

void describe_latency(List& f) {
  f.derived("latency_us", "us", "latency of the counted queries: see Distributions", latency_json);
  f.derived("latency_with_failed_us", "us",
            "the ranks of `latency_us` over `count` queries: the counted ones and the failed ones, which count as "
            "never answered; null (in `sweep.csv`: `inf`) where the rank is that of a failed query",
            with_failed_json);
  f.derived("goodput", "fraction",
            "queries answered within `traffic.objective` (if not given: answered at all) / all that ended, warm-up "
            "left out; `value`, `low`, `high`, `trust` as of other intervals, and at least as wide as Clopper and "
            "Pearson's for the same number of independent queries",
            goodput_json);
  for (const QueryFigure& figure : kQueryFigures)
    f.derived(figure.name, figure.unit, figure.doc,
              [i = static_cast<std::size_t>(&figure - kQueryFigures.data())](const RunResult& r) {
                return r.query_means.at(i);
              });
  f.derived("intervals", "us", "estimates of latency and core time with their intervals: see Distributions",
            intervals_json);
}

void describe_work(List& f) {
  f.add("rpcs.attempts", "", "RPCs issued. A query that fails issues no RPCs for its later nets", &RunResult::rpcs,
        Merge::sum, [](const RunSource& s) { return s.serving.rpcs(); });
  f.add("rpcs.repeated", "", "RPCs that are not the first attempt", &RunResult::repeated_rpcs, Merge::sum,
        [](const RunSource& s) { return s.serving.repeated_rpcs(); });
  f.derived("rpcs.attempts_per_offered", "", "attempts / queries offered",
            [](const RunResult& r) { return each_offered(r, static_cast<double>(r.rpcs)); });
  f.derived("rpcs.first_attempts_per_offered", "", "first attempts / queries offered",
            [](const RunResult& r) { return each_offered(r, static_cast<double>(r.rpcs - r.repeated_rpcs)); });
  f.add("rpcs.first_attempt_load", "fraction", "the highest `first_attempt_load` of any part",
        &RunResult::first_attempt_load, Merge::most);
  f.add("retransmission_timeouts.messages", "",
        "messages sent for queries, where the transport is `packet`; 0 elsewhere", &RunResult::sent_messages,
        Merge::sum, [](const RunSource& s) { return s.network.timeouts().messages; });
  f.add("retransmission_timeouts.met", "", "of them, those that waited for a retransmission timeout",
        &RunResult::late_messages, Merge::sum, [](const RunSource& s) { return s.network.timeouts().met; });
  f.hidden(&RunResult::least_timeout_us, Merge::same,
           [](const RunSource& s) { return to_microseconds(s.network.timeouts().least); });
  f.hidden(&RunResult::cpu_us, Merge::sum, [](const RunSource& s) {
    double out = 0;
    for (const Server& server : s.serving.servers())
      for (const Duration time : server.cpu_times()) out += to_microseconds(time);
    return out;
  });
  f.hidden(&RunResult::useful_cpu_us, Merge::sum);
  f.derived("cpu_us_per_offered.all", "us", "core time used on all servers / queries offered",
            [](const RunResult& r) { return each_offered(r, r.cpu_us); });
  f.derived("cpu_us_per_offered.useful", "us",
            "the part of it for answers that came in time, of queries that were answered",
            [](const RunResult& r) { return each_offered(r, r.useful_cpu_us); });
  f.derived("cpu_us_per_offered.wasted", "us",
            "the rest: for queries that failed and for answers that came too late (and, in a run that was ended early, "
            "for queries under way)",
            [](const RunResult& r) { return each_offered(r, r.wasted_cpu_us()); });
  f.derived("cpu_us_per_query", "us", "core time used on all servers / queries completed",
            &RunResult::total_cpu_us_per_query);
  f.hidden(&RunResult::cpu_us_per_query, Merge::mean_over_queries);
  f.derived("cpu_us_per_query_by_class", "us", "the same, by class of work",
            [](const RunResult& r) { return by_name<Work>(r.cpu_us_per_query); });
}

// Of all servers.
CacheCounts lookups_in_tiers(const RunSource& s) {
  CacheCounts all;
  for (const Service& service : s.serving.services())
    for (const CacheUse& use : cache_uses(service).tiers) all += use.counts.all;
  return all;
}

void describe_memory(List& f) {
  f.add("memory_used_bytes", "bytes",
        "memory taken by tables, weights and caches, of all machines, as in `hosts[].memory_used_bytes`",
        Merge::mean_over_time, [](const RunSource& s) {
          Bytes used;
          for (const Host& host : s.serving.hosts()) used += host.memory().used();
          return used.count;
        });
  f.in_table("memory_used_bytes");
  f.add("cache_hit_ratio", "fraction",
        "of the lookups of rows that are not in memory, on all servers, those that a cache answered (with a near cache "
        "also of those on sparse shards); 1 where there are none",
        Merge::mean_over_queries, [](const RunSource& s) {
          const CacheCounts all = lookups_in_tiers(s);
          return all.lookups == 0 ? 1.0 : all.hit_ratio();
        });
  f.in_table("cache_hit_ratio");
}

void describe_parts(List& f) {
  f.derived("spans_us", "us", "latency by span: see Distributions", spans_json);
  f.derived("embedded_us", "us",
            "embedded portion: of the critical batch, the time from issuing a net's RPCs until the slowest is back, "
            "summed over nets",
            embedded_json);
  f.derived("slowest", "", "the slowest queries: see The slowest queries",
            [](const RunResult& r) { return slowest_json(r.slowest); });
  f.add(
      "main_caches", "",
      "the same as `shards[].caches`, of the main shard's own tables; and as the tier `sparse shards`, what is looked "
      "for in a near cache",
      &RunResult::main_caches, Merge::sum, [](const RunSource& s) { return cache_uses(s.serving.services().front()); });
  f.derived("classes", "", "a list with one entry for each of `traffic.classes`",
            [](const RunResult& r) { return figures_json(r.classes); });
  f.derived("hosts", "", "a list with one entry for each machine",
            [](const RunResult& r) { return figures_json(r.hosts); });
  f.derived("shards", "", "the same for each sparse shard", [](const RunResult& r) { return figures_json(r.shards); });
  f.derived("links", "", "the same for each directed link that was offered anything",
            [](const RunResult& r) { return figures_json(r.links); });
  f.derived("idle_links", "", "number of directed links that were offered nothing", &RunResult::idle_links);
  f.derived("cross_traffic", "", "the same for each kind of cross traffic",
            [](const RunResult& r) { return figures_json(r.background); });
}

}  // namespace

template <>
void describe(FigureList<RunResult>& f) {
  describe_verdict(f);
  describe_queries(f);
  describe_course(f);
  describe_latency(f);
  describe_memory(f);
  describe_work(f);
  describe_parts(f);
}

}  // namespace shardsim
