// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <unordered_map>

#include "serving/serving.hpp"
#include "stats/band_sums.hpp"
#include "stats/histogram.hpp"

namespace shardsim {

/// Statistics of the queries that count, in bounded memory.
class Recorder {
 public:
  void record(const Outcome& outcome);
  /// Adds the queries of another run of the same system.
  void merge(const Recorder& other);

  const Histogram& latency_ps() const { return latency_; }
  std::uint64_t count() const { return latency_.count(); }

  /// Mean of each span in microseconds over the queries whose latency rank lies in [low, high].
  std::array<double, kSpans> mean_spans_us(double low, double high) const { return bands_.mean(low, high); }
  /// Mean microseconds at each link (by its number) over the critical paths of the queries whose latency rank lies in
  /// [low, high]; links without a message are left out.
  std::map<std::uint32_t, double> mean_link_us(double low, double high) const;
  /// Mean of each span of the embedded portion, in microseconds, over all queries.
  std::array<double, kSpans> mean_embedded_us() const;

 private:
  Histogram latency_;
  BandSums<kSpans> bands_;
  BandBuckets<std::vector<double>> link_bands_;                     // by place_of_link_
  std::unordered_map<std::uint32_t, std::uint32_t> place_of_link_;  // few of many links carry messages
  std::array<Duration, kSpans> embedded_{};
};

/// The band of ranks that stands for quantile q: q +- half the distance to 1, at most 0.05.
std::pair<double, double> band_around(double q);

}  // namespace shardsim
