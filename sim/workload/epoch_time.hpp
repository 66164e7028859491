// SPDX-License-Identifier: Apache-2.0
// Times as other programs write them: decimal numbers, often seconds since 1970 with a fraction. They are read without
// floating point, which would lose their last digits.
#pragma once

#include <optional>

#include "workload/decimal_time.hpp"

namespace shardsim {

/// Picoseconds since whatever zero a file has; a Time holds 106 days.
__extension__ using EpochTime = __int128;

/// What `text` ("1662859140.25", "3e-6") says, to the nearest picosecond; nothing unless it is a number of at least 0
/// and below 10^12 s (32000 years).
std::optional<EpochTime> epoch_time(std::string_view text, TimeUnit unit);

}  // namespace shardsim
