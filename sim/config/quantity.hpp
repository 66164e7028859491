// SPDX-License-Identifier: Apache-2.0
// Text form of quantities: a number and a unit, such as "25 Gbps". A bare number is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/units.hpp"

namespace shardsim {

/// A unit's name and what one of it is in the quantity's base unit.
struct Unit {
  std::string_view name;
  double size;
};

/// What is known of a kind of quantity; specialised for each strong type.
///   name     in errors and docs, with an example
///   units    smallest first; the first of those that divide a value exactly, from the largest down, prints it
template <class Q>
struct QuantityTraits;

template <>
struct QuantityTraits<Duration> {
  static constexpr std::string_view name = "a duration", example = "10 us";
  static const std::vector<Unit>& units();
  static double base(Duration d) { return static_cast<double>(d.count()); }
  static std::optional<Duration> make(double base);
};
template <>
struct QuantityTraits<Bytes> {
  static constexpr std::string_view name = "a size", example = "194 GiB";
  static const std::vector<Unit>& units();
  static double base(Bytes b) { return static_cast<double>(b.count); }
  static std::optional<Bytes> make(double base);
};
template <>
struct QuantityTraits<Bandwidth> {
  static constexpr std::string_view name = "a bandwidth", example = "25 Gbps";
  static const std::vector<Unit>& units();
  static double base(Bandwidth b) { return b.bytes_per_second; }
  /// 10^18 bytes/s at most, or unlimited.
  static std::optional<Bandwidth> make(double base);
};
template <>
struct QuantityTraits<Rate> {
  static constexpr std::string_view name = "a rate", example = "25 /s";
  static const std::vector<Unit>& units();
  static double base(Rate r) { return r.per_second; }
  static std::optional<Rate> make(double base);  ///< 10^18 /s at most
};
template <>
struct QuantityTraits<Share> {
  static constexpr std::string_view name = "a share", example = "2 %";
  static const std::vector<Unit>& units();
  static double base(Share s) { return s.of_one; }
  static std::optional<Share> make(double base) { return Share{base}; }
};
template <>
struct QuantityTraits<ComputeRate> {
  static constexpr std::string_view name = "a compute rate", example = "40 GFLOP/s";
  static const std::vector<Unit>& units();
  static double base(ComputeRate r) { return r.flop_per_second; }
  static std::optional<ComputeRate> make(double base) { return ComputeRate{base}; }
};

/// The value of `text` in the base unit, or what is wrong with it.
struct ParsedQuantity {
  double base = 0;
  std::string error;  ///< empty when fine
};
ParsedQuantity parse_quantity(std::string_view text, const std::vector<Unit>& units);

/// The shortest text that parses back to exactly `base`.
std::string format_quantity(double base, const std::vector<Unit>& units);

template <class Q>
std::string to_text(Q quantity) {
  return format_quantity(QuantityTraits<Q>::base(quantity), QuantityTraits<Q>::units());
}

}  // namespace shardsim
