// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/calibration/calibrate.hpp"
#include "experiment/journal.hpp"

namespace shardsim {

/// The folder of a calibration, open for one process at a time: the journal of its evaluations, and what came of it.
/// All throw std::runtime_error for what cannot be written.
class CalibrationFolder {
 public:
  enum class Existing { resume, replace };

  /// Throws InputError when the folder holds another calibration, or one whose file changed since, and `existing` is
  /// not `replace`.
  CalibrationFolder(const CalibrationProblem& problem, std::filesystem::path folder, Existing existing);

  /// Those that the journal had when it was opened.
  const std::vector<Evaluation>& found() const { return found_; }
  std::size_t damaged_lines() const { return journal_->damaged(); }
  /// On disk when this returns.
  void keep(const Evaluation& evaluation) { journal_->append(evaluation_json(evaluation)); }
  /// calibrated.json, report.json, and the scenarios with the values in them.
  void write(const CalibrationResult& result) const;

 private:
  const CalibrationProblem& problem_;
  std::filesystem::path folder_;
  std::vector<Evaluation> found_;
  std::optional<Journal> journal_;
};

}  // namespace shardsim
