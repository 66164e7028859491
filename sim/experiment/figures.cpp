// SPDX-License-Identifier: Apache-2.0
#include "experiment/figures.hpp"

#include "experiment/counting.hpp"

namespace shardsim {
namespace {

constexpr double kUsPerPs = 1e-6;

Estimate in_us(Estimate e) {
  e.value *= kUsPerPs;
  e.low *= kUsPerPs;
  e.high *= kUsPerPs;
  for (Pulls::Run& run : e.pulls.runs)
    for (double& pull : run.pulls) pull *= kUsPerPs;
  return e;
}

}  // namespace

Figures figures_of(const Observations& observations, double confidence) {
  Figures f;
  f.confidence = confidence;
  f[Measure::mean] = in_us(estimate_mean(observations, confidence));
  for (const auto& [measure, q] : {std::pair(Measure::p50, 0.5),
                                   {Measure::p90, 0.9},
                                   {Measure::p95, 0.95},
                                   {Measure::p99, 0.99},
                                   {Measure::p999, 0.999}})
    f[measure] = in_us(estimate_quantile(observations, q, confidence));
  f[Measure::cpu] = estimate_quantity(observations, kCpuQuantity, confidence);
  return f;
}

}  // namespace shardsim
