// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/units.hpp"

namespace shardsim {

/// Later than any run may last, and far from the end of the clock.
inline constexpr Time kEndOfTime{std::chrono::hours(24 * 100)};

/// The picosecond nearest to `seconds` >= 0 after `time`; kEndOfTime when that is later. Unlike from_seconds, it has no
/// limit of a day: silence may be longer.
inline Time later(Time time, double seconds) {
  const double ps = seconds * 1e12;
  if (!(ps > 0)) return time;
  if (ps >= static_cast<double>((kEndOfTime - time).count())) return kEndOfTime;
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): ps is positive here, and a call of llround is felt
  return time + Duration(static_cast<std::int64_t>(ps + 0.5));
}

}  // namespace shardsim
