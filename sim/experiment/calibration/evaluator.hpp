// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <unordered_map>

#include "engine/interrupt.hpp"
#include "experiment/calibration/evaluation.hpp"

namespace shardsim {

struct CalibrationControl {
  unsigned jobs = 1;
  const Interrupt* interrupt = nullptr;
  bool interrupted() const { return interrupt != nullptr && interrupt->load(); }
  /// Told how many evaluations are done, and the least error so far. May be empty; one at a time.
  std::function<void(std::size_t done, double least_error)> progress;
  /// Keeps an evaluation that was made, before it counts. From any thread, one at a time; may be empty.
  std::function<void(const Evaluation&)> keep;
};

/// Thrown where an evaluation is asked for after the interrupt was raised.
struct CalibrationInterrupted {};

/// Simulates the configurations for sets of values; what was asked for before is not simulated again.
class Evaluator {
 public:
  Evaluator(const CalibrationProblem& problem, const CalibrationControl& control)
      : problem_(problem), control_(control) {}

  /// An evaluation that was made earlier: it counts once it is asked for.
  void know(Evaluation evaluation);

  /// Evaluates places, all their runs side by side. Throws InputError, CalibrationInterrupted.
  std::vector<Evaluation> at(const std::vector<CubePoint>& points);

  /// Those that were asked for, each once, in that order.
  const std::vector<Evaluation>& asked() const { return asked_; }
  /// Of them the one with the least error, the first of several. Precondition: one was asked for.
  const Evaluation& best() const;

 private:
  class Batch;
  void count(const std::string& key);

  const CalibrationProblem& problem_;
  const CalibrationControl& control_;
  std::unordered_map<std::string, Evaluation> known_;      // by the text of their values
  std::unordered_map<std::string, std::size_t> asked_by_;  // the same: place in asked_
  std::vector<Evaluation> asked_;
};

}  // namespace shardsim
