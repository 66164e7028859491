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
  double confidence = 0.95;            ///< that the answer meets the objective, whatever was tried on the way to it
  std::int64_t max_queries = 400'000;  ///< the longest sample of one rate; if that decides nothing, it is undecided
  std::int64_t budget = std::numeric_limits<std::int64_t>::max();  ///< of queries in all
  unsigned jobs = 1;
  const Interrupt* interrupt = nullptr;
  std::function<void(const std::string&)> on_step;  ///< told what was tried; may be empty
};

/// Thrown where the next sample would exceed the budget.
struct CapacityBudgetSpent {
  std::int64_t queries = 0;  ///< that were simulated
};

/// One system that was tried.
struct CapacityTrial {
  double rate_per_s = 0;  ///< or whatever was searched over, such as a number of clients
  int main_replicas = 1;
  int sparse_replicas = 1;  ///< of the sparse shard that has most
  SloAnswer answer = SloAnswer::undecided;
  bool leans_to_meet = false;  ///< the estimate lies within the limit
  std::int64_t queries = 0;    ///< of the sample
  Estimate within;             ///< share of the offered queries that were answered within the limit
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

/// The scenario with other replicas of the main shard, and of every sparse shard, in whichever pools they are.
/// Precondition: the pool of the main shard takes no sparse shards.
Scenario with_replicas(const Scenario& scenario, int main, int sparse);

/// Highest rate that meets the objective.
struct HighestRate {
  std::optional<CapacityTrial> meets;      ///< the highest shown to meet it; empty: none is
  std::optional<CapacityTrial> not_shown;  ///< the lowest above it that fails, or is undecided
  std::size_t tried = 0;
  std::int64_t queries = 0;  ///< of all samples
};
/// Brackets the rate, doubling or halving from the scenario's own, then bisecting; then shows by samples with fresh
/// random numbers what it says. `rate_path` may also name a whole number, such as the clients of a closed loop. Throws
/// InputError, CapacityBudgetSpent.
HighestRate highest_rate(const Scenario& scenario, const CapacityQuestion& question);

/// Fewest replicas that meet the objective at a rate: fewest of the main shard with sparse shards that are no
/// bottleneck, then fewest of each sparse shard, at most `most` of each; then shown with fresh random numbers. Where
/// there is none, `not_shown` is the nearest miss. Throws ScenarioError when the pool of the main shard takes sparse
/// shards too.
HighestRate fewest_replicas(const Scenario& scenario, double rate, const CapacityQuestion& question, int most = 4096);

}  // namespace shardsim
