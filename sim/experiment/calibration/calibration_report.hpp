// SPDX-License-Identifier: Apache-2.0
// What came of a calibration, as JSON and as text. Nothing here prints.
#pragma once

#include "experiment/calibration/calibrate.hpp"

namespace shardsim {

/// "calibrated to low p99, high p99 by shardsim calibrate, range 1 us to 1 ms, prior ..."
std::string source_text(const CalibrationProblem& problem, std::size_t field);

/// The content of calibrated.json: the values by path, and where they come from.
Json calibrated_json(const CalibrationProblem& problem, const CalibrationResult& result);
/// The content of report.json.
Json calibration_json(const CalibrationProblem& problem, const CalibrationResult& result);
/// Tables in Markdown, and what is to be known of them.
std::string calibration_text(const CalibrationProblem& problem, const CalibrationResult& result);

}  // namespace shardsim
