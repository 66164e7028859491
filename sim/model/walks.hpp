// SPDX-License-Identifier: Apache-2.0
// How often a query walks a net, and with how many of its items.
#pragma once

#include "model/model.hpp"

namespace shardsim {

/// A query walks a net at most so often.
inline constexpr int kMostTimes = 256;

/// Whether every query walks the net once, with all of its items.
bool walked_once(const Net& net);
/// Whether that holds for each net.
bool walked_once(const Model& model);

/// How often a query that needs the net walks it: 'repeat', drawn, rounded, from 1 to kMostTimes.
int times_walked(const Net& net, RandomStream& random);

/// The mean of times_walked(); where it is drawn, of 1,000 samples.
double mean_times(const Net& net);
/// How often a query is expected to walk the net: by its probability and mean_times().
double expected_times(const Net& net);
/// The items that the net is expected to keep of so many; where a query's items vary, 'at_most' of their mean, which is
/// no less than the mean of what is kept.
double expected_items(const Net& net, double items);

}  // namespace shardsim
