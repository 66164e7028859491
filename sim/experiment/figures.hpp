// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "config/basic_types.hpp"
#include "stats/estimate.hpp"

namespace shardsim {

template <>
struct EnumNames<Trust> {
  static constexpr std::array<std::pair<Trust, std::string_view>, 4> names{{{Trust::good, "good"},
                                                                            {Trust::too_few, "too-few"},
                                                                            {Trust::correlated, "correlated"},
                                                                            {Trust::too_short, "too-short"}}};
};

/// The figures of a run that come with an interval: latency in us, and core time a query in us.
enum class Measure { mean, p50, p90, p95, p99, p999, cpu };
inline constexpr std::size_t kMeasures = 7;
template <>
struct EnumNames<Measure> {
  static constexpr std::array<std::pair<Measure, std::string_view>, kMeasures> names{{{Measure::mean, "mean"},
                                                                                      {Measure::p50, "p50"},
                                                                                      {Measure::p90, "p90"},
                                                                                      {Measure::p95, "p95"},
                                                                                      {Measure::p99, "p99"},
                                                                                      {Measure::p999, "p999"},
                                                                                      {Measure::cpu, "cpu"}}};
};

/// An estimate of each measure.
class Figures {
 public:
  double confidence = 0.95;
  const Estimate& operator[](Measure m) const { return estimates_[static_cast<std::size_t>(m)]; }
  Estimate& operator[](Measure m) { return estimates_[static_cast<std::size_t>(m)]; }

 private:
  std::array<Estimate, kMeasures> estimates_;
};

/// Latencies in `observations` are picoseconds, their quantities as in counting.hpp.
Figures figures_of(const Observations& observations, double confidence);

}  // namespace shardsim
