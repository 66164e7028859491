// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/simulation.hpp"

namespace shardsim {

/// A rate (say, the memory bandwidth of a host) shared by those who use it at the same time: max-min fair, where nobody
/// gets more than the own cap. Exact: shares change the moment a job joins or ends. A change costs O(jobs).
class SharedRate final : public Timer {
 public:
  /// `total` in units a second, more than 0.
  SharedRate(Simulation& sim, double total) : sim_(sim), total_(total) {}
  SharedRate(const SharedRate&) = delete;
  SharedRate& operator=(const SharedRate&) = delete;

  struct Job {
    double remaining = 0;  ///< units still to move
    double cap = 0;        ///< units a second this job can move alone, more than 0
    EventTarget on_done;
    double rate = 0;  ///< set by SharedRate
  };
  /// Starts a job, which must stay in place until `on_done`.
  void join(Job& job);

  void fire() override;

 private:
  void advance();
  void share();

  Simulation& sim_;
  double total_;
  std::vector<Job*> jobs_;  // by rising cap
  Time updated_{};
  Time due_{};  // of the next job to end; an event at another time is stale
};

}  // namespace shardsim
