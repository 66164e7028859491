// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/replications.hpp"
#include "experiment/slo.hpp"

namespace shardsim {

/// How a capacity is searched for.
struct CapacityQuestion {
  Slo slo;
  std::string rate_path = "traffic.arrivals.rate";
  double tolerance = 0.02;             ///< width of the bracket around the highest rate, relative
  double confidence = 0.95;            ///< of each single verdict on a rate
  std::int64_t max_queries = 400'000;  ///< spent on one rate before it counts as undecided
  unsigned jobs = 1;
  const Interrupt* interrupt = nullptr;
  std::function<void(const std::string&)> on_step;  ///< told what was tried; may be empty
};

/// One system that was tried.
struct CapacityTrial {
  double rate_per_s = 0;
  int main_replicas = 1;
  int sparse_replicas = 1;
  SloAnswer answer = SloAnswer::undecided;
  RunResult result;
};

/// The servers of a system and what they hold and cost.
struct Bill {
  int main_servers = 0;
  int sparse_servers = 0;
  std::size_t shards = 0;
  int cores = 0;
  Bytes memory;                          ///< DRAM of all servers
  Bytes tables;                          ///< of it used, replicas and all
  std::optional<double> price_per_hour;  ///< where every platform has one
  std::optional<double> watts;
  int servers() const { return main_servers + sparse_servers; }
};
Bill bill_of(const Scenario& scenario);

/// Highest rate that meets the objective.
struct HighestRate {
  std::optional<CapacityTrial> meets;      ///< the highest shown to meet it; empty: none does
  std::optional<CapacityTrial> not_shown;  ///< the lowest above it that fails, or is undecided
  std::size_t tried = 0;
};
/// Brackets the rate, doubling or halving from the scenario's own, then bisecting. Throws InputError.
HighestRate highest_rate(const Scenario& scenario, const CapacityQuestion& question);

/// Fewest replicas that meet the objective at a rate: fewest of the main shard with sparse shards that are no
/// bottleneck, then fewest of each sparse shard. Empty when none up to `most` do, or the run was interrupted.
std::optional<CapacityTrial> fewest_replicas(const Scenario& scenario, double rate, const CapacityQuestion& question,
                                             int most = 4096);

}  // namespace shardsim
