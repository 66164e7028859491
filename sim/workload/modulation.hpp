// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/arrivals.hpp"

namespace shardsim {

/// A Markov chain in continuous time that moves the rate of Poisson arrivals: the Markov-modulated Poisson process.
struct Modulation {
  struct State {
    double rate = 0;  ///< arrivals per second
    double mean_stay_s = 0;
  };
  std::vector<State> states;                     ///< at least 2
  std::vector<std::vector<double>> transitions;  ///< row by row: probability of each next state
};

/// Why it cannot be simulated, if so: states that are not reached from all others, or far more changes than arrivals.
std::optional<std::string> complaint_about(const Modulation& modulation);

/// Share of the time in each state in the long run. Precondition: no complaint.
std::vector<double> time_shares(const Modulation& modulation);

/// Its arrivals; the first state is drawn from the time shares, so the process is stationary from the start.
std::unique_ptr<ArrivalSource> open_modulated(Modulation modulation, std::uint64_t seed, std::uint32_t replication);

}  // namespace shardsim
