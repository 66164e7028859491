// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/distributions.hpp"

namespace shardsim {
namespace {

constexpr double kPicosecondsPerUs = 1e6;

double in_microseconds(double ps) { return ps / kPicosecondsPerUs; }

}  // namespace

Json latency_json(const RunResult& result) {
  constexpr std::size_t kCdfPoints = 200;
  const Histogram& h = result.recorder.latency_ps();
  const auto us = in_microseconds;
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

Json with_failed_json(const RunResult& r) {
  Json out = {{"count", static_cast<std::int64_t>(r.recorder.count()) + r.counted_failed}};
  for (const auto& [name, q] : {std::pair("p50", 0.5), {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}}) {
    const double value = r.latency_with_failed_us(q);
    out[name] = std::isinf(value) ? Json() : Json(value);
  }
  return out;
}

Json goodput_json(const RunResult& r) {
  Json out = figure_json(r.goodput);
  out["objective_us"] = r.objective ? Json(to_microseconds(*r.objective)) : Json();
  return out;
}

Json intervals_json(const RunResult& r) {
  Json out = {{"confidence", r.confidence}, {"replications", r.sections.size()}};
  for (const auto& [measure, name] : EnumNames<Measure>::names)
    out[std::string(name)] = figure_json(r.figures[measure]);
  return out;
}

Json spans_json(const RunResult& r) {
  const auto mean = r.recorder.mean_spans_us(0, 1);
  const auto [low50, high50] = band_around(0.5);
  const auto [low99, high99] = band_around(0.99);
  const auto p50 = r.recorder.mean_spans_us(low50, high50);
  const auto p99 = r.recorder.mean_spans_us(low99, high99);
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

Json embedded_json(const RunResult& r) {
  const auto spans = r.recorder.mean_embedded_us();
  double total = 0;
  for (const double s : spans) total += s;
  return {{"mean", total}, {"spans", by_name<Span>(spans)}};
}

}  // namespace shardsim
