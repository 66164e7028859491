// SPDX-License-Identifier: Apache-2.0
#include "experiment/compare.hpp"

#include "experiment/interval_json.hpp"
#include "experiment/report.hpp"
#include "experiment/results/query_figures.hpp"

namespace shardsim {
namespace {

Estimate span_estimate(const RunResult& r, std::size_t span) {
  return estimate_quantity({r.recorder.latency_ps(), r.sections}, kFirstSpanQuantity + span, r.confidence);
}

// Without common random numbers the sections have nothing in common: pulls at different places do not cancel.
Estimate unpaired(Estimate e, const Estimate& a, const Estimate& b, double by_a, double by_b) {
  if (!a.has_interval() || !b.has_interval()) return e;
  const double half = std::hypot(by_a * a.half_width(), by_b * b.half_width());
  e.low = e.value - half;
  e.high = e.value + half;
  e.trust = std::max(a.trust, b.trust);
  return e;
}

std::string signed_interval(const Estimate& e, int decimals) {
  if (!e.has_interval()) return fmt::format("~{:+.{}f}", e.value, decimals);
  return fmt::format("{:+.{}f} ({:+.{}f} .. {:+.{}f})", e.value, decimals, e.low, decimals, e.high, decimals);
}

Estimate in_percent(Estimate e) {
  e.value *= 100;
  e.low *= 100;
  e.high *= 100;
  return e;
}

// "dense +12.0 (...)" for the spans whose difference is no chance, the largest first.
std::string moved_spans(const Comparison& c) {
  std::vector<std::size_t> moved;
  for (std::size_t s = 0; s < kSpans; ++s)
    if (c.span_difference[s].excludes_zero()) moved.push_back(s);
  std::stable_sort(moved.begin(), moved.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(c.span_difference[a].value) > std::abs(c.span_difference[b].value);
  });
  if (moved.empty()) return "no span of the mean latency moved by more than chance";
  std::string out = "mean latency moved in";
  for (std::size_t i = 0; i < moved.size(); ++i)
    out += fmt::format("{} {} {}", i == 0 ? "" : ",", name_of(static_cast<Span>(moved[i])),
                       signed_interval(c.span_difference[moved[i]], 1));
  return out;
}

std::string p99_spans(const Comparison& c) {
  std::string out = "queries around P99 differ in";
  for (std::size_t s = 0; s < kSpans; ++s)
    out += fmt::format("{} {} {:+.1f}", s == 0 ? "" : ",", name_of(static_cast<Span>(s)), c.p99_span_difference[s]);
  return out;
}

Estimate absolute_difference(const Estimate& a, const Estimate& b, double confidence, bool paired) {
  const Estimate e = difference(b, a, confidence);
  return paired ? e : unpaired(e, a, b, 1, 1);
}

Json query_figures_json(const Comparison& c) {
  Json out = Json::object();
  std::size_t i = 0;
  for (const QueryFigure& figure : kQueryFigures) {
    out[figure.name] = {{"first", interval_json(c.first.query_means[i])},
                        {"second", interval_json(c.second.query_means[i])},
                        {"difference", interval_json(c.query_difference[i])}};
    ++i;
  }
  return out;
}

// Those that are not 0 in either run.
std::string query_figures_text(const Comparison& c) {
  std::string out;
  std::size_t i = 0;
  for (const QueryFigure& figure : kQueryFigures) {
    const Estimate& a = c.first.query_means[i];
    const Estimate& b = c.second.query_means[i];
    if (a.value != 0 || b.value != 0)
      out += fmt::format("{} {}, then {}: {}\n", figure.name, interval_text(a, 4), interval_text(b, 4),
                         signed_interval(c.query_difference[i], 4));
    ++i;
  }
  return out;
}

}  // namespace

Comparison compare(RunResult first, RunResult second, bool paired) {
  Comparison c;
  const double confidence = first.confidence;
  c.paired = paired;
  for (std::size_t m = 0; m < kMeasures; ++m) {
    const Estimate& a = first.figures[static_cast<Measure>(m)];
    const Estimate& b = second.figures[static_cast<Measure>(m)];
    c.difference[m] = difference(b, a, confidence);
    c.relative[m] = relative_difference(b, a, confidence);
    if (paired || !(a.value > 0)) continue;
    c.difference[m] = unpaired(c.difference[m], a, b, 1, 1);
    c.relative[m] = unpaired(c.relative[m], a, b, b.value / a.value / a.value, 1 / a.value);
  }
  const auto [low, high] = band_around(0.99);
  const auto p99_first = first.recorder.mean_spans_us(low, high);
  const auto p99_second = second.recorder.mean_spans_us(low, high);
  for (std::size_t s = 0; s < kSpans; ++s) {
    const Estimate a = span_estimate(first, s);
    const Estimate b = span_estimate(second, s);
    c.span_difference[s] = absolute_difference(a, b, confidence, paired);
    c.p99_span_difference[s] = p99_second[s] - p99_first[s];
  }
  for (std::size_t i = 0; i < first.query_means.size(); ++i)
    c.query_difference.push_back(absolute_difference(first.query_means[i], second.query_means[i], confidence, paired));
  c.first = std::move(first);
  c.second = std::move(second);
  return c;
}

bool sees_same_queries(const Scenario& a, const Scenario& b, const RunResult& of_a, const RunResult& of_b) {
  return a.seed == b.seed && a.replication == b.replication && of_a.sections.size() == of_b.sections.size();
}

Json comparison_json(const Comparison& c) {
  Json measures = Json::object();
  for (std::size_t m = 0; m < kMeasures; ++m) {
    const auto measure = static_cast<Measure>(m);
    measures[std::string(name_of(measure))] = {{"first", interval_json(c.first.figures[measure])},
                                               {"second", interval_json(c.second.figures[measure])},
                                               {"difference", interval_json(c.difference[m])},
                                               {"relative", interval_json(c.relative[m])}};
  }
  Json spans = Json::object();
  for (std::size_t s = 0; s < kSpans; ++s)
    spans[std::string(name_of(static_cast<Span>(s)))] = {{"mean_difference", interval_json(c.span_difference[s])},
                                                         {"p99_difference", c.p99_span_difference[s]}};
  Json out{{"schema_version", kSchemaVersion},
           {"program", program_json()},
           {"confidence", c.first.confidence},
           {"paired", c.paired},
           {"verdicts", {std::string(name_of(c.first.verdict)), std::string(name_of(c.second.verdict))}},
           {"measures_us", measures},
           {"spans_us", spans}};
  if (!c.query_difference.empty()) out["query_figures"] = query_figures_json(c);
  return out;
}

std::string comparison_text(const Comparison& c) {
  std::string out = fmt::format("{:<6}{:<34}{:<34}{:<36}{}\n", "us", "first", "second", "second - first", "in %");
  for (std::size_t m = 0; m < kMeasures; ++m) {
    const auto measure = static_cast<Measure>(m);
    out += fmt::format("{:<6}{:<34}{:<34}{:<36}{}\n", name_of(measure), interval_text(c.first.figures[measure], 1),
                       interval_text(c.second.figures[measure], 1), signed_interval(c.difference[m], 1),
                       signed_interval(in_percent(c.relative[m]), 2));
  }
  out += fmt::format("\n{}\n{}\n", moved_spans(c), p99_spans(c));
  out += query_figures_text(c);
  out += fmt::format("intervals of {:g} %, {}\n", 100 * c.first.confidence,
                     c.paired ? "paired: both sides saw the same queries" : "not paired: the seeds differ");
  for (const RunResult* r : {&c.first, &c.second})
    if (r->verdict != Verdict::stable)
      out += fmt::format("the {} run is {}\n", r == &c.first ? "first" : "second", name_of(r->verdict));
  return out;
}

}  // namespace shardsim
