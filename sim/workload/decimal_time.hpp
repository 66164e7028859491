// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "config/basic_types.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// Unit of the times in a file; its value is that of 10^value picoseconds.
enum class TimeUnit { ps = 0, ns = 3, us = 6, ms = 9, s = 12 };
template <>
struct EnumNames<TimeUnit> {
  static constexpr std::array<std::pair<TimeUnit, std::string_view>, 5> names{
      {{TimeUnit::ps, "ps"}, {TimeUnit::ns, "ns"}, {TimeUnit::us, "us"}, {TimeUnit::ms, "ms"}, {TimeUnit::s, "s"}}};
};

/// The decimal number, which is not negative, in that unit, as picoseconds: exact, then rounded to the nearest (a
/// double would lose picoseconds after the first hours). Nothing when it does not fit. The text must be a number in
/// JSON's form.
std::optional<Time> decimal_time(std::string_view number, TimeUnit unit);

/// The time in microseconds, exactly: "1.5", "0.000001".
std::string microseconds_text(Time time);

}  // namespace shardsim
