// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "stats/estimate.hpp"

namespace shardsim {

struct RunResult;

/// The relaxation time of a system of queues: how long the slowest takes to forget what it was. From each queue's mean
/// wait w and offered load: 4 w / (1 - load), which is 4 load / (service rate (1 - load)^2) for M/M/1, where
/// 1 / (service rate (1 - sqrt(load))^2) is exact (P. M. Morse, "Stochastic properties of waiting lines", Oper. Res. 3,
/// 1955), and heavy traffic's for others, whose wait knows how variable they are (J. F. C. Kingman, 1961).
class Relaxation {
 public:
  void add(double mean_wait_s, double load);
  double seconds() const { return seconds_; }  ///< infinite when a queue never settles

 private:
  double seconds_ = 0;
};

/// The length of runs of `simulated_s` together, whose first `warmup_share` counts in no statistic.
Length length_of(const Relaxation& relaxation, double simulated_s, double warmup_share, std::size_t runs);

/// That of a finished run, or of merged ones.
Length length_of(const RunResult& result);

}  // namespace shardsim
