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
          {"max", us(static_cast<double>(h.max()))},
          {"cdf", cdf}};
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
  return {{"sent", b.sent},       {"delivered", b.delivered}, {"lost", b.lost},    {"bytes", b.bytes.count},
          {"mean_us", b.mean_us}, {"p50_us", b.p50_us},       {"p99_us", b.p99_us}};
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
  out["queries"] = {{"offered", r.offered}, {"completed", r.completed}, {"failed", r.failed}, {"warmup", r.warmup}};
  out["simulated_s"] = r.simulated_s;
  out["events"] = r.events;
  out["latency_us"] = latency_json(r.recorder.latency_ps());
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

std::string summary_text(const RunResult& r) {
  const Histogram& h = r.recorder.latency_ps();
  std::string out = fmt::format("verdict     {}\nqueries     {} offered, {} completed, {} failed, {} counted\n",
                                name_of(r.verdict), r.offered, r.completed, r.failed, h.count());
  out += fmt::format("latency     mean {:.1f} us   P50 {:.1f}   P90 {:.1f}   P95 {:.1f}   P99 {:.1f}   max {:.1f}\n",
                     us(h.mean()), us(h.quantile(0.5)), us(h.quantile(0.9)), us(h.quantile(0.95)), us(h.quantile(0.99)),
                     us(static_cast<double>(h.max())));
  if (h.count() > 0 && h.count() < 1000)
    out += fmt::format("            P99 rests on the {} slowest queries; send more\n",
                       std::max<std::uint64_t>(1, h.count() / 100));
  out += fmt::format("CPU         {:.1f} us a query\n", r.total_cpu_us_per_query());
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
  constexpr int kSamples = 1000;
  const std::vector<PlacedTable> tables = tables_of(model);
  const std::vector<double> lookups =
      estimated_lookups({model, {}, scenario.traffic.items_per_query(), scenario.seed}, kSamples);
  std::map<std::string, double> lookups_of;
  for (std::size_t t = 0; t < tables.size(); ++t) lookups_of[tables[t].table->name] = lookups[t];

  std::string out = fmt::format("{:<16}{:>8}{:>14}{:>16}\n", "server", "tables", "GiB", "lookups/query");
  std::vector<double> loads;
  std::vector<double> sizes;
  const auto row = [&](const std::string& name, const std::vector<Placement>& placements, bool is_shard) {
    double load = 0;
    for (const Placement& p : placements) load += lookups_of[p.table] / p.parts;
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
    out += fmt::format(
        "balance (largest / mean): bytes {:.3f}, lookups {:.3f}; lookups estimated from {} sampled queries\n",
        balance(sizes), balance(loads), kSamples);
  return out;
}

}  // namespace shardsim
