// SPDX-License-Identifier: Apache-2.0
// Races: all settings get short samples with the same random numbers, those that cannot win are dropped, and the others
// get longer ones. docs/tuning.md derives them.
#pragma once

#include "experiment/tuning/tune.hpp"

namespace shardsim {

/// For the least latency, or for the front of latency and cost: paired intervals of the figure. What is left in the end
/// is run to the full precision; of a lone figure only the first.
void race_of_figures(TuneRun& run);

/// For the highest rate within a limit: all at one rate, which goes to where the best just meets the limit.
void race_of_levels(TuneRun& run);

/// For the cheapest that meets a limit: what fails goes, and what is no cheaper than one that meets.
void race_of_costs(TuneRun& run);

}  // namespace shardsim
