// SPDX-License-Identifier: Apache-2.0
// Strong types for the quantities of a simulation. A mix-up of units does not compile.
#pragma once

#include <bit>
#include <chrono>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <ratio>

namespace shardsim {

/// Simulated duration in integer picoseconds: sums are exact, so spans add up exactly. Range +-106 days.
using Duration = std::chrono::duration<std::int64_t, std::pico>;

/// The clock of a simulation; it starts at zero and only Simulation moves it.
struct SimClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<SimClock>;
  static constexpr bool is_steady = true;
};
using Time = SimClock::time_point;

/// Longest duration that configuration may name and formulas may return; far from overflow when a few are added.
inline constexpr Duration kLongestDuration = std::chrono::duration_cast<Duration>(std::chrono::hours(24));

/// No run goes on beyond it. Half of what the clock can hold: no sum of durations that starts before it runs over.
inline constexpr Time kHorizon(std::chrono::hours(24 * 53));

/// Picoseconds rounded to the nearest integer and clamped to [0, kLongestDuration]; not a number: 0.
inline Duration from_picoseconds(double ps) {
  // Numbers from 0 on are in the order of their bits as integers; all others, and what is not a number, are above.
  constexpr auto kLongestBits = std::bit_cast<std::uint64_t>(static_cast<double>(kLongestDuration.count()));
  if (std::bit_cast<std::uint64_t>(ps) >= kLongestBits) [[unlikely]]
    return ps > 0 ? kLongestDuration : Duration::zero();
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): ps is not negative here, and a call of llround is felt
  return Duration(static_cast<std::int64_t>(ps + 0.5));
}
inline Duration from_seconds(double s) { return from_picoseconds(s * 1e12); }
inline double to_seconds(Duration d) { return static_cast<double>(d.count()) * 1e-12; }
inline double to_microseconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }  // rounds once

/// Scales a duration by a dimensionless factor >= 0.
inline Duration scaled(Duration d, double factor) { return from_picoseconds(static_cast<double>(d.count()) * factor); }

/// A number of bytes.
struct Bytes {
  std::int64_t count = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  constexpr Bytes& operator+=(Bytes b) { return count += b.count, *this; }
  constexpr Bytes& operator-=(Bytes b) { return count -= b.count, *this; }
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return a += b; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return a -= b; }
};

/// Bytes per second. Infinity means "unlimited": sending takes no time.
struct Bandwidth {
  double bytes_per_second = 0;
  static constexpr Bandwidth unlimited() { return {std::numeric_limits<double>::infinity()}; }
  bool is_unlimited() const { return std::isinf(bytes_per_second); }
  friend constexpr auto operator<=>(Bandwidth, Bandwidth) = default;
};

/// Time that `size` takes at `rate`.
inline Duration operator/(Bytes size, Bandwidth rate) {
  return from_seconds(static_cast<double>(size.count) / rate.bytes_per_second);
}

/// Events per second (arrivals, ...).
struct Rate {
  double per_second = 0;
  friend constexpr auto operator<=>(Rate, Rate) = default;
};

/// A part of a whole, such as a precision; 1 is all of it.
struct Share {
  double of_one = 0;
  friend constexpr auto operator<=>(Share, Share) = default;
};

/// Floating-point operations per second.
struct ComputeRate {
  double flop_per_second = 0;
  friend constexpr auto operator<=>(ComputeRate, ComputeRate) = default;
};

}  // namespace shardsim
