// SPDX-License-Identifier: Apache-2.0
#include "experiment/report.hpp"

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

// The percentiles that also count queries that failed, as never answered: null where they fall on those.
Json with_failed_json(const RunResult& r) {
  Json out = {{"count", static_cast<std::int64_t>(r.recorder.count()) + r.counted_failed}};
  for (const auto& [name, q] : {std::pair("p50", 0.5), {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}}) {
    const double value = r.latency_with_failed_us(q);
    out[name] = std::isinf(value) ? Json() : Json(value);
  }
  return out;
}

// NaN becomes null.
Json estimate_json(const Estimate& e) {
  return {{"value", e.value},   {"low", e.low},  {"high", e.high}, {"trust", std::string(name_of(e.trust))},
          {"groups", e.groups}, {"lag1", e.lag1}};
}

Json goodput_json(const RunResult& r) {
  Json out = estimate_json(r.goodput);
  out["objective_us"] = r.objective ? Json(to_microseconds(*r.objective)) : Json();
  return out;
}

Json rpcs_json(const RunResult& r) {
  const auto offered = static_cast<double>(std::max<std::int64_t>(1, r.offered));
  return {{"attempts", r.rpcs},
          {"repeated", r.repeated_rpcs},
          {"attempts_per_offered", static_cast<double>(r.rpcs) / offered},
          {"first_attempts_per_offered", static_cast<double>(r.rpcs - r.repeated_rpcs) / offered},
          {"first_attempt_load", r.first_attempt_load}};
}

Json cpu_json(const RunResult& r) {
  const auto offered = static_cast<double>(std::max<std::int64_t>(1, r.offered));
  return {{"all", r.cpu_us / offered}, {"useful", r.useful_cpu_us / offered}, {"wasted", r.wasted_cpu_us() / offered}};
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
          {"first_attempt_load", h.first_attempt_load},
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
          {"first_attempt_load", l.first_attempt_load},
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
  out["conditions"] = Json::array();
  for (const Condition condition : r.conditions) out["conditions"].push_back(std::string(name_of(condition)));
  out["bottleneck"] = {
      {"kind", r.bottleneck.kind}, {"name", r.bottleneck.name}, {"offered_load", r.bottleneck.offered_load}};
  out["highest_stable_per_s"] = r.highest_stable_per_s() > 0 ? Json(r.highest_stable_per_s()) : Json();
  out["queries"] = {{"offered", r.offered},
                    {"completed", r.completed},
                    {"failed", r.failed},
                    {"failed_share", r.failed_share()},
                    {"not_arrived", r.not_arrived},
                    {"warmup", r.warmup},
                    {"warmup_found", !scenario.traffic.warmup.queries.has_value() && scenario.faults.empty()},
                    {"steady", r.steady}};
  out["offered_per_s"] = r.offered_per_s;
  out["completed_per_s"] = r.completed_per_s;
  out["precision"] = std::string(name_of(r.precision_end));
  out["simulated_s"] = r.simulated_s;
  out["events"] = r.events;
  out["latency_us"] = latency_json(r.recorder.latency_ps());
  out["latency_with_failed_us"] = with_failed_json(r);
  out["goodput"] = goodput_json(r);
  out["intervals"] = intervals_json(r);
  out["rpcs"] = rpcs_json(r);
  out["cpu_us_per_offered"] = cpu_json(r);
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

// Why, where the offered load on the line of the busiest part does not say it.
std::string reason_text(const RunResult& r) {
  if (r.has(Condition::failures))
    return fmt::format("{} of the queries failed, more than {}", percent_text(r.failed_share()),
                       percent_text(r.most_failed));
  if (r.verdict != Verdict::saturated || r.bottleneck.offered_load >= 1) return "";
  return fmt::format(
      "ever more queries were under way{}, though the mean load is {:.3f}: a burst or a rise in arrivals",
      r.has(Condition::overrun) ? ", until they were too many to go on" : "", r.bottleneck.offered_load);
}

std::string retries_text(const RunResult& r) {
  if (!r.has(Condition::retry_storm)) return "";
  const auto first = static_cast<double>(r.rpcs - r.repeated_rpcs);
  std::string out = fmt::format(
      "            retry storm: {:.2f} attempts an RPC; offered load {:.3f}, of which first attempts alone are "
      "{:.3f}\n",
      static_cast<double>(r.rpcs) / std::max(1.0, first), r.bottleneck.offered_load, r.first_attempt_load);
  if (r.has(Condition::metastable))
    out += "            metastable: it outlived what set it off; no fault was active any more when the run ended\n";
  return out;
}

std::string verdict_text(const RunResult& r) {
  std::string out = fmt::format("verdict     {}", name_of(r.verdict));
  if (const std::string reason = reason_text(r); !reason.empty()) out += ": " + reason;
  if (r.offered_per_s > 0 && !r.closed_loop) out += fmt::format("; offered {:.4g} /s", r.offered_per_s);
  if (r.highest_stable_per_s() > 0) out += fmt::format(", stable up to about {:.4g} /s", r.highest_stable_per_s());
  if (r.closed_loop) out += fmt::format("; completed {:.4g} /s in a closed loop", r.completed_per_s);
  return out + "\n" + retries_text(r);
}

std::string queries_text(const RunResult& r) {
  return fmt::format("queries     {} offered, {} completed, {} failed, {} counted after {} of warm-up{}{}{}\n",
                     r.offered, r.completed, r.failed, r.recorder.count(), r.warmup,
                     r.sections.size() > 1 ? fmt::format(", in {} replications", r.sections.size()) : "",
                     r.steady || r.recorder.count() == 0 ? "" : "; no steady state in sight: run longer",
                     r.not_arrived > 0
                         ? fmt::format("\n            the arrivals ended {} before 'traffic.queries'", r.not_arrived)
                         : "");
}

std::string with_failed_text(const RunResult& r) {
  std::string out =
      fmt::format("            of answered queries only; with the {} failed as infinite:", r.counted_failed);
  for (const auto& [name, q] : {std::pair("P50", 0.5), {"P90", 0.9}, {"P95", 0.95}, {"P99", 0.99}}) {
    const double value = r.latency_with_failed_us(q);
    out += std::isinf(value) ? fmt::format("   {} infinite", name) : fmt::format("   {} {:.1f}", name, value);
  }
  return out + "\n";
}

std::string goodput_text(const RunResult& r) {
  Estimate percent = r.goodput;
  percent.value *= 100;
  percent.low *= 100;
  percent.high *= 100;
  return fmt::format("goodput     {} % of the queries answered{}\n", interval_text(percent, 2),
                     r.objective ? " within " + to_text(*r.objective) : "");
}

std::string quantiles_text(const RunResult& r) {
  if (r.recorder.count() == 0) return "latency us  none: no query that counts was answered\n";
  const auto figure = [&](Measure m) { return interval_text(r.figures[m], 1); };
  std::string out =
      fmt::format("latency us  mean {}   P50 {}   P90 {}\n            P95 {}   P99 {}", figure(Measure::mean),
                  figure(Measure::p50), figure(Measure::p90), figure(Measure::p95), figure(Measure::p99));
  if (r.figures[Measure::p999].trust == Trust::good) out += fmt::format("   P99.9 {}", figure(Measure::p999));
  return out + fmt::format("   max {:.1f}\n", us(static_cast<double>(r.recorder.latency_ps().max())));
}

std::string latency_text(const RunResult& r) {
  std::string out = quantiles_text(r);
  if (r.counted_failed > 0) out += with_failed_text(r);
  if (r.objective || r.counted_failed > 0) out += goodput_text(r);
  if (const std::string doubtful = doubts(r.figures); !doubtful.empty() && r.recorder.count() > 0)
    out += fmt::format("            not to be relied on (send more queries): {}\n", doubtful);
  if (r.precision_end != PrecisionEnd::not_asked)
    out += fmt::format("            precision: {}\n", name_of(r.precision_end));
  return out;
}

std::string cpu_text(const RunResult& r) {
  constexpr double kMuchWasted = 0.001;
  const double wasted = r.wasted_cpu_us();
  const bool wastes = r.cpu_us > 0 && wasted / r.cpu_us >= kMuchWasted;
  std::string out =
      fmt::format("CPU         {} us a{} query; intervals of {:g} %\n", interval_text(r.figures[Measure::cpu], 1),
                  wastes ? "n answered" : "", 100 * r.confidence);
  if (!wastes) return out;
  const auto offered = static_cast<double>(std::max<std::int64_t>(1, r.offered));
  return out +
         fmt::format(
             "            {:.1f} us a query offered: {:.1f} useful, {:.1f} ({}) wasted on what nobody waited for\n",
             r.cpu_us / offered, r.useful_cpu_us / offered, wasted / offered, percent_text(wasted / r.cpu_us));
}

// Where a topology was described that no query spends any time in.
std::string idle_network_text(const RunResult& r) {
  const double network = r.recorder.mean_spans_us(0, 1)[static_cast<std::size_t>(Span::network)];
  if (r.recorder.count() == 0 || network > 0) return "";
  return fmt::format("network     no query spent time there: {}, so the topology has no effect\n",
                     r.links.empty() ? "no message crossed a link" : "links take no time");
}

}  // namespace

std::string summary_text(const RunResult& r) {
  std::string out = verdict_text(r) + queries_text(r) + latency_text(r);
  out += cpu_text(r);
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
  return out + idle_network_text(r) + slowest_text(r.slowest);
}

}  // namespace shardsim
