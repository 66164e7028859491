// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/random.hpp"

namespace shardsim {

/// How many of `n` (at least 0) independent trials succeed, each with a chance of `p` in 0 .. 1. Exactly, by inversion
/// of one uniform number, where fewer than 30 successes or failures are expected; else by the normal distribution of
/// the same mean and variance, rounded.
std::int64_t binomial_number(RandomStream& random, std::int64_t n, double p);

}  // namespace shardsim
