// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/scenario.hpp"
#include "serving/serving.hpp"
#include "stats/block_means.hpp"

namespace shardsim {

struct RunResult;

/// Along a run, how often RPCs are asked again and which queries fail: what tells a retry storm from an overload by the
/// queries themselves. Watches only where there are retries.
class RetryWatch {
 public:
  explicit RetryWatch(const Scenario& scenario);

  bool watches() const { return watches_; }
  void on_arrival(std::uint64_t query, Time now, const Serving& serving);
  void on_end(const Outcome& outcome) { failed_.record(outcome.id, outcome.failed ? 1 : 0); }

  /// What the run has shown; see docs/metrics.md.
  struct Findings {
    bool storm = false;
    bool metastable = false;
  };
  /// Reads the loads, and which share of failed queries is allowed for.
  Findings findings(const RunResult& result) const;

 private:
  // Of some consecutive blocks of queries.
  struct Stretch {
    double repeats = 0;  // of an RPC
    double failed = 0;   // share of the queries
    double rate = 0;     // of arrivals, per second
  };
  Stretch stretch(std::size_t first, std::size_t last) const;

  bool watches_;
  bool has_faults_;
  std::optional<Time> calm_;                 // when the last fault is over, and what it left undone has been given up
  std::optional<std::uint64_t> first_calm_;  // query that arrived then
  std::int64_t rpcs_ = 0;
  std::int64_t repeated_ = 0;
  BlockMeans first_rpcs_;  // between an arrival and the one before
  BlockMeans repeats_;
  BlockMeans failed_;
  BlockMeans seconds_;  // of arrivals
};

}  // namespace shardsim
