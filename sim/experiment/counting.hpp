// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "experiment/figures.hpp"
#include "experiment/recorder.hpp"
#include "experiment/results/query_figures.hpp"
#include "stats/block_means.hpp"
#include "stats/sections.hpp"
#include "workload/traffic.hpp"

namespace shardsim {

/// The quantities that Sections hold of each query: its core time and its spans in us, then kQueryFigures.
inline constexpr std::size_t kCpuQuantity = 0;
inline constexpr std::size_t kFirstSpanQuantity = 1;
inline constexpr std::size_t kFirstQueryFigure = kFirstSpanQuantity + kSpans;
inline constexpr std::size_t kQuantities = kFirstQueryFigure + kQueryFigures.size();

/// Which queries count, and what is kept of them: of those that failed, that they were not answered. Where the scenario
/// leaves it open, the first queries are held back until settle() finds, by MSER, from where on their latencies are
/// those of a steady state; none is left out where chance explains how they begin.
class Counting {
 public:
  /// `objective`: within which an answer is a good one; empty: any is.
  Counting(Warmup warmup, std::int64_t queries, std::optional<Duration> objective = {});

  /// A query that completed or failed.
  void observe(const Outcome& outcome);
  /// Decides how many queries are warm-up, if that is still open. No later query is.
  void settle();

  std::int64_t warmup() const { return warmup_; }
  /// False when the latencies show no steady state: the warm-up would have to be longer than it can be.
  bool steady() const { return steady_; }
  Recorder& recorder() { return recorder_; }
  std::vector<Sections>& sections() { return sections_; }  ///< one
  /// One: of all queries that count, 1 for each that was answered within the objective, and 0 for each that was not.
  std::vector<Sections>& answered() { return answered_; }
  std::int64_t failed() const { return failed_; }  ///< of those that count

 private:
  void count(const Outcome& outcome);

  std::optional<Duration> objective_;
  bool settled_;
  std::int64_t warmup_ = 0;
  std::int64_t longest_;  // warm-up that can be found
  bool steady_ = true;
  BlockMeans means_;
  std::deque<Outcome> held_;  // unlike a vector, does not move all when it grows
  Recorder recorder_;
  std::vector<Sections> sections_{Sections(kQuantities)};
  std::vector<Sections> answered_{Sections(0, false)};
  std::int64_t failed_ = 0;
};

}  // namespace shardsim
