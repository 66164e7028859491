// SPDX-License-Identifier: Apache-2.0
#include "config/quantity.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "config/suggest.hpp"
#include "config/text.hpp"

namespace shardsim {
namespace {

constexpr double kMost = 1e18;  // of bytes, and of what comes in a second: sums stay far from overflow
constexpr double kKi = 1024.0, kMi = kKi * 1024, kGi = kMi * 1024, kTi = kGi * 1024;

std::vector<std::string> names(const std::vector<Unit>& units) {
  std::vector<std::string> out;
  for (const Unit& u : units) out.emplace_back(u.name);
  return out;
}

// A hundredth is divided by, so that 95 % is 0.95 as it is written anywhere else; 95 * 0.01 is the number next to it.
constexpr double kHundredth = 0.01;
double in_base(double number, const Unit& u) { return u.size == kHundredth ? number / 100 : number * u.size; }

// The number that gives `base` in this unit, if there is one. Rounding may have moved it by one.
std::optional<double> in_unit(double base, const Unit& u) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double number = u.size == kHundredth ? base * 100 : base / u.size;
  for (const double n : {number, std::nextafter(number, kInfinity), std::nextafter(number, 0.0)})
    if (in_base(n, u) == base) return n;
  return std::nullopt;
}

}  // namespace

const std::vector<Unit>& QuantityTraits<Duration>::units() {
  static const std::vector<Unit> units{{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}};
  return units;
}
std::optional<Duration> QuantityTraits<Duration>::make(double base) {
  if (base > static_cast<double>(kLongestDuration.count())) return std::nullopt;
  return from_picoseconds(base);
}

const std::vector<Unit>& QuantityTraits<Share>::units() {
  static const std::vector<Unit> units{{"%", kHundredth}};
  return units;
}

const std::vector<Unit>& QuantityTraits<Bytes>::units() {
  static const std::vector<Unit> units{{"B", 1},    {"kB", 1e3},  {"KiB", kKi}, {"MB", 1e6}, {"MiB", kMi},
                                       {"GB", 1e9}, {"GiB", kGi}, {"TB", 1e12}, {"TiB", kTi}};
  return units;
}
std::optional<Bytes> QuantityTraits<Bytes>::make(double base) {
  if (base > kMost) return std::nullopt;
  return Bytes{std::llround(base)};
}

const std::vector<Unit>& QuantityTraits<Bandwidth>::units() {
  static const std::vector<Unit> units{{"bps", 0.125},
                                       {"B/s", 1},
                                       {"kbps", 125},
                                       {"kB/s", 1e3},
                                       {"KiB/s", kKi},
                                       {"MB/s", 1e6},
                                       {"MiB/s", kMi},
                                       {"Mbps", 1.25e5},
                                       {"GB/s", 1e9},
                                       {"GiB/s", kGi},
                                       {"Gbps", 1.25e8},
                                       {"Tbps", 1.25e11},
                                       {"unlimited", std::numeric_limits<double>::infinity()}};
  return units;
}

std::optional<Bandwidth> QuantityTraits<Bandwidth>::make(double base) {
  if (base > kMost && !std::isinf(base)) return std::nullopt;
  return Bandwidth{base};
}

const std::vector<Unit>& QuantityTraits<Rate>::units() {
  static const std::vector<Unit> units{{"/h", 1.0 / 3600}, {"/min", 1.0 / 60}, {"/s", 1}};
  return units;
}

std::optional<Rate> QuantityTraits<Rate>::make(double base) {
  if (base > kMost) return std::nullopt;
  return Rate{base};
}

const std::vector<Unit>& QuantityTraits<ComputeRate>::units() {
  static const std::vector<Unit> units{{"FLOP/s", 1}, {"MFLOP/s", 1e6}, {"GFLOP/s", 1e9}, {"TFLOP/s", 1e12}};
  return units;
}

ParsedQuantity parse_quantity(std::string_view text, const std::vector<Unit>& units) {
  const std::string_view body = trimmed(text);
  if (body == "unlimited" && units.back().name == "unlimited") return {units.back().size, ""};
  double number = 0;
  const auto [end, status] = std::from_chars(body.data(), body.data() + body.size(), number);
  if (status != std::errc() || !std::isfinite(number))
    return {0, fmt::format("{} does not begin with a number", in_quotes(text))};
  if (number < 0) return {0, fmt::format("{} is negative", in_quotes(text))};
  const std::string_view unit = trimmed(body.substr(static_cast<std::size_t>(end - body.data())));
  if (unit.empty()) return {0, fmt::format("{} has no unit{}", in_quotes(text), suggestion("", names(units)))};
  for (const Unit& u : units)
    if (u.name == unit && std::isfinite(u.size)) {
      const double base = in_base(number, u);
      if (!std::isfinite(base)) return {0, fmt::format("{} is too large", in_quotes(text))};
      return {base, ""};
    }
  return {
      0, fmt::format("{} has the unknown unit {}{}", in_quotes(text), in_quotes(unit), suggestion(unit, names(units)))};
}

std::string format_quantity(double base, const std::vector<Unit>& units) {
  if (std::isinf(base)) return "unlimited";
  std::string best;
  for (const Unit& u : units) {
    if (!std::isfinite(u.size)) continue;
    const std::optional<double> number = in_unit(base, u);
    if (!number) continue;
    std::string text = fmt::format("{} {}", *number, u.name);
    // Exact, and the shortest: "25 Gbps" rather than "3125000000 B/s", and "100 Gbps" rather than "0.1 Tbps".
    const std::size_t longest = *number < 1 ? best.size() - 1 : best.size();
    if (best.empty() || text.size() <= longest) best = std::move(text);
  }
  return best;
}

}  // namespace shardsim
