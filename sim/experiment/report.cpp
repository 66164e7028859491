// SPDX-License-Identifier: Apache-2.0
#include "experiment/report.hpp"

#include "sharding/packing.hpp"

namespace shardsim {
namespace {

constexpr double kPsPerUs = 1e6;

double us(double ps) { return ps / kPsPerUs; }

template <class E, std::size_t N, class Value>
Json by_name(const std::array<Value, N>& values) {
  Json out = Json::object();
  for (std::size_t i = 0; i < N; ++i) out[std::string(name_of(static_cast<E>(i)))] = values[i];
  return out;
}

Json latency_json(const Histogram& h) {
  constexpr std::size_t kCdfPoints = 200;
  Json cdf = Json::array();
  for (const auto& [value, share] : h.cdf(kCdfPoints)) cdf.push_back({us(value), share});
  return {{"count", h.count()},
          {"mean", us(h.mean())},
          {"min", us(static_cast<double>(h.min()))},
          {"p50", us(h.quantile(0.5))},
          {"p90", us(h.quantile(0.9))},
          {"p95", us(h.quantile(0.95))},
          {"p99", us(h.quantile(0.99))},
          {"p999", us(h.quantile(0.999))},
          {"max", us(static_cast<double>(h.max()))},
          {"cdf", cdf}};
}

// NaN becomes null.
Json estimate_json(const Estimate& e) {
  return {{"value", e.value},   {"low", e.low},  {"high", e.high}, {"trust", std::string(name_of(e.trust))},
          {"groups", e.groups}, {"lag1", e.lag1}};
}

Json intervals_json(const RunResult& r) {
  Json out = {{"confidence", r.confidence}, {"replications", r.sections.size()}};
  for (std::size_t m = 0; m < kMeasures; ++m)
    out[std::string(name_of(static_cast<Measure>(m)))] = estimate_json(r.figures[static_cast<Measure>(m)]);
  return out;
}

Json spans_json(const Recorder& recorder) {
  const auto mean = recorder.mean_spans_us(0, 1);
  const auto [low50, high50] = band_around(0.5);
  const auto [low99, high99] = band_around(0.99);
  const auto p50 = recorder.mean_spans_us(low50, high50);
  const auto p99 = recorder.mean_spans_us(low99, high99);
  const auto share = [](const std::array<double, kSpans>& all, std::size_t i) {
    double total = 0;
    for (const double s : all) total += s;
    return total > 0 ? all[i] / total : 0;
  };
  Json out = Json::object();
  for (std::size_t i = 0; i < kSpans; ++i)
    out[std::string(name_of(static_cast<Span>(i)))] = {{"mean", mean[i]},
                                                       {"p50", p50[i]},
                                                       {"p50_share", share(p50, i)},
                                                       {"p99", p99[i]},
                                                       {"p99_share", share(p99, i)}};
  return out;
}

Json embedded_json(const Recorder& recorder) {
  const auto spans = recorder.mean_embedded_us();
  double total = 0;
  for (const double s : spans) total += s;
  return {{"mean", total}, {"spans", by_name<Span>(spans)}};
}

Json host_json(const HostResult& h) {
  std::array<double, kWorks> cpu{};
  for (std::size_t w = 0; w < kWorks; ++w) cpu[w] = to_microseconds(h.cpu[w]);
  return {{"name", h.name},
          {"service", h.service},
          {"platform", h.platform},
          {"cores", h.cores},
          {"utilisation", h.utilisation},
          {"offered_load", h.offered_load},
          {"memory_load", h.memory_load ? Json(*h.memory_load) : Json()},  // null: the cores cannot use it up
          {"memory_bytes", h.memory.count},
          {"memory_used_bytes", h.memory_used.count},
          {"cpu_us", by_name<Work>(cpu)},
          {"mean_wait_us", h.mean_wait_us}};
}

Json shard_json(const ShardResult& s) {
  return {{"name", s.name},
          {"tables", s.tables},
          {"bytes", s.bytes.count},
          {"lookups_per_query", s.lookups_per_query},
          {"rpcs_per_query", s.rpcs_per_query},
          {"cpu_us_per_query", s.cpu_us_per_query},
          {"hosts", s.hosts}};
}

Json link_json(const LinkResult& l) {
  const Json gbps = l.bandwidth.is_unlimited() ? Json() : Json(l.bandwidth.bytes_per_second * 8e-9);
  return {{"from", l.from},
          {"to", l.to},
          {"bandwidth_gbps", gbps},  // null: unlimited
          {"utilisation", l.utilisation},
          {"offered_load", l.offered_load},
          {"bytes", l.bytes.count},
          {"messages", l.messages},
          {"lost_bytes", l.lost_bytes.count},
          {"lost_messages", l.lost_messages},
          {"marked", l.marked},
          {"queue_peak_bytes", l.queue_peak.count},
          {"mean_wait_us", l.mean_wait_us},
          {"max_wait_us", l.max_wait_us},
          {"p99_us", l.p99_us},
          {"p99_share", l.p99_share}};
}

Json background_json(const BackgroundResult& b) {
  return {{"sent", b.sent},
          {"delivered", b.delivered},
          {"lost", b.lost},
          {"bytes", b.bytes.count},
          {"mean_us", us(b.times_ps.mean())},
          {"p50_us", us(b.times_ps.quantile(0.5))},
          {"p99_us", us(b.times_ps.quantile(0.99))}};
}

template <class T, class Convert>
Json list_json(const std::vector<T>& items, Convert convert) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(convert(item));
  return out;
}

}  // namespace

Json program_json() { return {{"name", "shardsim"}, {"version", SHARDSIM_VERSION}}; }

Json result_json(const Scenario& scenario, const RunResult& r, const std::filesystem::path& folder) {
  Json out = Json::object();
  out["schema_version"] = kSchemaVersion;
  out["program"] = program_json();
  out["scenario"] = value_type<Scenario>().write(&scenario, folder);
  out["seed"] = scenario.seed;
  out["fingerprint"] = fmt::format("{:016x}", r.fingerprint);
  out["verdict"] = std::string(name_of(r.verdict));
  out["bottleneck"] = {
      {"kind", r.bottleneck.kind}, {"name", r.bottleneck.name}, {"offered_load", r.bottleneck.offered_load}};
  out["highest_stable_per_s"] = r.highest_stable_per_s() > 0 ? Json(r.highest_stable_per_s()) : Json();
  out["queries"] = {
      {"offered", r.offered}, {"completed", r.completed},
      {"failed", r.failed},   {"not_arrived", r.not_arrived},
      {"warmup", r.warmup},   {"warmup_found", !scenario.traffic.warmup.queries.has_value() && scenario.faults.empty()},
      {"steady", r.steady}};
  out["offered_per_s"] = r.offered_per_s;
  out["completed_per_s"] = r.completed_per_s;
  out["precision"] = std::string(name_of(r.precision_end));
  out["simulated_s"] = r.simulated_s;
  out["events"] = r.events;
  out["latency_us"] = latency_json(r.recorder.latency_ps());
  out["intervals"] = intervals_json(r);
  out["cpu_us_per_query"] = r.total_cpu_us_per_query();
  out["cpu_us_per_query_by_class"] = by_name<Work>(r.cpu_us_per_query);
  out["spans_us"] = spans_json(r.recorder);
  out["embedded_us"] = embedded_json(r.recorder);
  out["slowest"] = slowest_json(r.slowest);
  out["hosts"] = list_json(r.hosts, host_json);
  out["shards"] = list_json(r.shards, shard_json);
  out["links"] = list_json(r.links, link_json);
  out["idle_links"] = r.idle_links;
  out["background"] = list_json(r.background, background_json);
  return out;
}

std::string percent_text(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string interval_text(const Estimate& e, int decimals) {
  if (!e.has_interval()) return fmt::format("~{:.{}f}", e.value, decimals);
  return fmt::format("{:.{}f} ({:.{}f} .. {:.{}f})", e.value, decimals, e.low, decimals, e.high, decimals);
}

std::string doubts(const Figures& figures) {
  std::string out;
  for (std::size_t m = 0; m < kMeasures; ++m) {
    const auto measure = static_cast<Measure>(m);
    if (measure == Measure::p999 || figures[measure].trust == Trust::good) continue;
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", name_of(measure), name_of(figures[measure].trust));
  }
  return out;
}

namespace {

std::string verdict_text(const RunResult& r) {
  std::string out = fmt::format("verdict     {}", name_of(r.verdict));
  if (r.highest_stable_per_s() > 0)
    out += fmt::format("; offered {:.4g} /s, stable up to about {:.4g} /s", r.offered_per_s, r.highest_stable_per_s());
  if (r.closed_loop) out += fmt::format("; completed {:.4g} /s in a closed loop", r.completed_per_s);
  return out + "\n";
}

std::string queries_text(const RunResult& r) {
  return fmt::format("queries     {} offered, {} completed, {} failed, {} counted after {} of warm-up{}{}{}\n",
                     r.offered, r.completed, r.failed, r.recorder.count(), r.warmup,
                     r.sections.size() > 1 ? fmt::format(", in {} replications", r.sections.size()) : "",
                     r.steady ? "" : "; no steady state in sight: run longer",
                     r.not_arrived > 0
                         ? fmt::format("\n            the arrivals ended {} before 'traffic.queries'", r.not_arrived)
                         : "");
}

std::string latency_text(const RunResult& r) {
  const auto figure = [&](Measure m) { return interval_text(r.figures[m], 1); };
  std::string out =
      fmt::format("latency us  mean {}   P50 {}   P90 {}\n            P95 {}   P99 {}", figure(Measure::mean),
                  figure(Measure::p50), figure(Measure::p90), figure(Measure::p95), figure(Measure::p99));
  if (r.figures[Measure::p999].trust == Trust::good) out += fmt::format("   P99.9 {}", figure(Measure::p999));
  out += fmt::format("   max {:.1f}\n", us(static_cast<double>(r.recorder.latency_ps().max())));
  if (const std::string doubtful = doubts(r.figures); !doubtful.empty() && r.recorder.count() > 0)
    out += fmt::format("            not to be relied on (send more queries): {}\n", doubtful);
  if (r.precision_end != PrecisionEnd::not_asked)
    out += fmt::format("            precision: {}\n", name_of(r.precision_end));
  return out;
}

}  // namespace

std::string summary_text(const RunResult& r) {
  std::string out = verdict_text(r) + queries_text(r) + latency_text(r);
  out += fmt::format("CPU         {} us a query; intervals of {:g} %\n", interval_text(r.figures[Measure::cpu], 1),
                     100 * r.confidence);
  const auto [low, high] = band_around(0.99);
  const auto p99 = r.recorder.mean_spans_us(low, high);
  double total = 0;
  for (const double s : p99) total += s;
  out += "P99 spent   ";
  for (std::size_t i = 0; i < kSpans; ++i)
    out += fmt::format("{}{} {:.1f} %", i == 0 ? "" : "   ", name_of(static_cast<Span>(i)),
                       total > 0 ? 100 * p99[i] / total : 0);
  out += fmt::format("\nbusiest     {} {}, offered load {:.3f}\n", r.bottleneck.kind, r.bottleneck.name,
                     r.bottleneck.offered_load);
  const auto longest = std::max_element(r.links.begin(), r.links.end(),
                                        [](const LinkResult& a, const LinkResult& b) { return a.p99_us < b.p99_us; });
  if (longest != r.links.end() && longest->p99_us > 0)
    out += fmt::format("network     P99 queries are longest at link {} -> {}: {:.1f} us, {:.1f} % of their latency\n",
                       longest->from, longest->to, longest->p99_us, 100 * longest->p99_share);
  out += slowest_text(r.slowest);
  return out;
}

Json plan_json(const ShardingPlan& plan) { return value_type<ShardingPlan>().write(&plan, {}); }

std::string plan_text(const Scenario& scenario, const Model& model, const ShardingPlan& plan) {
  const int samples = scenario.sharding->estimates_from().value_or(kSampledQueries);
  const std::unique_ptr<const LookupProfile> profile = lookup_profile(scenario, model);
  std::vector<Placement> all = plan.main;
  for (const PlannedShard& shard : plan.shards) all.insert(all.end(), shard.tables.begin(), shard.tables.end());
  const std::vector<double> estimates = estimated_loads(all, {model, {}, 1, scenario.seed, profile.get()}, samples);
  auto next = estimates.begin();

  std::string out = fmt::format("{:<16}{:>8}{:>14}{:>16}\n", "server", "tables", "GiB", "lookups/query");
  std::vector<double> loads;
  std::vector<double> sizes;
  const auto row = [&](const std::string& name, const std::vector<Placement>& placements, bool is_shard) {
    double load = 0;
    for (std::size_t i = 0; i < placements.size(); ++i) load += *next++;
    const double gib = static_cast<double>(placed_bytes(placements, model).count) / (1 << 30);
    if (is_shard) loads.push_back(load), sizes.push_back(gib);
    out += fmt::format("{:<16}{:>8}{:>14.3f}{:>16.1f}\n", name, placements.size(), gib, load);
  };
  row("main", plan.main, false);
  for (const PlannedShard& shard : plan.shards) row(shard.name, shard.tables, true);
  const auto balance = [](const std::vector<double>& v) {
    double sum = 0;
    double top = 0;
    for (const double x : v) sum += x, top = std::max(top, x);
    return sum > 0 ? top * static_cast<double>(v.size()) / sum : 1;
  };
  if (!loads.empty())
    out += fmt::format("balance (largest / mean): bytes {:.3f}, lookups {:.3f}; lookups estimated from {}\n",
                       balance(sizes), balance(loads), profile->source(samples));
  return out;
}

}  // namespace shardsim
