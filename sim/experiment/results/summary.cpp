// SPDX-License-Identifier: Apache-2.0
#include "experiment/report.hpp"
#include "experiment/results/query_figures.hpp"
#include "experiment/results/verdict_text.hpp"

namespace shardsim {
namespace {

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

std::string percent_interval(Estimate share) {
  share.value *= 100;
  share.low *= 100;
  share.high *= 100;
  return interval_text(share, 2) + " %";
}

std::string goodput_text(const RunResult& r) {
  return fmt::format("goodput     {} of the queries answered{}\n", percent_interval(r.goodput),
                     r.objective ? " within " + to_text(*r.objective) : "");
}

// Those that say something of this run.
std::string query_figures_text(const RunResult& r) {
  std::string out;
  std::size_t i = 0;
  for (const QueryFigure& figure : kQueryFigures) {
    const Estimate& mean = r.query_means.at(i++);
    if (figure.summary == nullptr || !(mean.value > 0)) continue;
    const bool is_share = figure.unit == std::string_view("fraction");
    out += fmt::format("{:<11} {} {}\n", figure.name, is_share ? percent_interval(mean) : interval_text(mean, 2),
                       figure.summary);
  }
  return out;
}

std::string quantiles_text(const RunResult& r) {
  constexpr double kPsPerUs = 1e6;
  if (r.recorder.count() == 0) return "latency us  none: no query that counts was answered\n";
  const auto figure = [&](Measure m) { return interval_text(r.figures[m], 1); };
  std::string out =
      fmt::format("latency us  mean {}   P50 {}   P90 {}\n            P95 {}   P99 {}", figure(Measure::mean),
                  figure(Measure::p50), figure(Measure::p90), figure(Measure::p95), figure(Measure::p99));
  if (r.figures[Measure::p999].trust == Trust::good) out += fmt::format("   P99.9 {}", figure(Measure::p999));
  return out + fmt::format("   max {:.1f}\n", static_cast<double>(r.recorder.latency_ps().max()) / kPsPerUs);
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

std::string p99_text(const RunResult& r) {
  const auto [low, high] = band_around(0.99);
  const auto p99 = r.recorder.mean_spans_us(low, high);
  double total = 0;
  for (const double s : p99) total += s;
  std::string out = "P99 spent   ";
  for (std::size_t i = 0; i < kSpans; ++i) {
    const auto span = static_cast<Span>(i);
    const bool is_seldom = span >= Span::timeout_wait;
    if (is_seldom && p99[i] == 0) continue;
    out += fmt::format("{}{} {:.1f} %", i == 0 ? "" : "   ", name_of(span), total > 0 ? 100 * p99[i] / total : 0);
  }
  return out + "\n";
}

std::string near_cache_text(const RunResult& r) {
  for (const CacheUse& use : r.main_caches.tiers) {
    if (use.tier != kSparseShards || use.counts.all.lookups == 0) continue;
    const HitRatio late = late_hit_ratio(use.counts.over_time);
    return fmt::format("near cache  {} of {} lookups found; later {:.2f} [{:.2f}, {:.2f}] %\n",
                       percent_text(use.counts.all.hit_ratio()), use.counts.all.lookups, 100 * late.value,
                       100 * late.low, 100 * late.high);
  }
  return "";
}

std::string busiest_text(const RunResult& r) {
  return fmt::format("busiest     {} {}, offered load {:.3f}\n", r.bottleneck.kind, r.bottleneck.name,
                     r.bottleneck.offered_load);
}

std::string longest_link_text(const RunResult& r) {
  const auto longest = std::max_element(r.links.begin(), r.links.end(),
                                        [](const LinkResult& a, const LinkResult& b) { return a.p99_us < b.p99_us; });
  if (longest == r.links.end() || !(longest->p99_us > 0)) return "";
  return fmt::format("network     P99 queries are longest at link {} -> {}: {:.1f} us, {:.1f} % of their latency\n",
                     longest->from, longest->to, longest->p99_us, 100 * longest->p99_share);
}

// A query of many messages waits for the last, so that few late messages make most queries late.
bool most_wait_for_timeouts(const RunResult& r, double share_of_messages) {
  const auto [low, high] = band_around(0.5);
  const double network = r.recorder.mean_spans_us(low, high)[static_cast<std::size_t>(Span::network)];
  return share_of_messages > 0.5 || network >= r.least_timeout_us;
}

std::string timeouts_text(const RunResult& r) {
  constexpr double kFew = 0.001;
  const double share =
      static_cast<double>(r.late_messages) / static_cast<double>(std::max<std::int64_t>(1, r.sent_messages));
  if (share < kFew || r.recorder.count() == 0) return "";
  return fmt::format("timeouts    {} of the messages waited for a retransmission timeout{}\n", percent_text(share),
                     most_wait_for_timeouts(r, share)
                         ? ", and so most queries did: latencies are the timer's more than the network's"
                         : "");
}

// Reads that found an SSD full.
std::string refused_text(const RunResult& r) {
  TierTotals all;
  for (const HostResult& host : r.hosts)
    for (const TierUse& use : host.tiers.tiers) all += use.totals;
  if (all.refused == 0) return "";
  return fmt::format(
      "refused     {} of the reads from tiers: as many as may wait did; their rows are missing in answers\n",
      percent_text(static_cast<double>(all.refused) / static_cast<double>(all.refused + all.reads)));
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
  return verdict_text(r) + queries_text(r) + latency_text(r) + query_figures_text(r) + cpu_text(r) +
         (r.updates ? updates_text(*r.updates) : "") + p99_text(r) + near_cache_text(r) + busiest_text(r) +
         longest_link_text(r) + timeouts_text(r) + refused_text(r) + idle_network_text(r) + slowest_text(r.slowest);
}

}  // namespace shardsim
