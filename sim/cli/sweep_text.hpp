// SPDX-License-Identifier: Apache-2.0
// What is told of a sweep's points on the terminal.
#pragma once

#include "experiment/sweep_folder.hpp"

namespace shardsim {

/// "003 (cores = 4, rate = 50 /s)"
std::string point_text(const Sweep& sweep, std::size_t index);

/// "3 h 20 min", for people.
std::string about(double seconds);

/// Lists the points that failed, with their errors, on standard error. Whether there were any.
bool report_failed(const Sweep& sweep, const std::vector<PointRow>& rows);

/// The points selected and how far each is, on standard output: lines, or with `as_json` one object.
void list_points(const Sweep& sweep, const SweepProgress& progress, unsigned jobs, bool as_json);

}  // namespace shardsim
