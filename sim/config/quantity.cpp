// SPDX-License-Identifier: Apache-2.0
#include "config/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

// Other ways to write a unit, none of which can be meant otherwise: b is a bit, B is a byte, and in a word of small
// letters that ends in "bps" (or "bit/s") nobody means a byte.
struct Spelling {
  std::string_view text;
  std::string_view unit;
};
constexpr std::array kSpellings{
    Spelling{"b/s", "bps"},        Spelling{"bit/s", "bps"},      Spelling{"bits/s", "bps"},
    Spelling{"kb/s", "kbps"},      Spelling{"kbit/s", "kbps"},    Spelling{"Kbps", "kbps"},
    Spelling{"Kb/s", "kbps"},      Spelling{"Kbit/s", "kbps"},    Spelling{"Mb/s", "Mbps"},
    Spelling{"Mbit/s", "Mbps"},    Spelling{"mbps", "Mbps"},      Spelling{"mbit/s", "Mbps"},
    Spelling{"Gb/s", "Gbps"},      Spelling{"Gbit/s", "Gbps"},    Spelling{"gbps", "Gbps"},
    Spelling{"gbit/s", "Gbps"},    Spelling{"Tb/s", "Tbps"},      Spelling{"Tbit/s", "Tbps"},
    Spelling{"tbps", "Tbps"},      Spelling{"tbit/s", "Tbps"},    Spelling{"Bps", "B/s"},
    Spelling{"kBps", "kB/s"},      Spelling{"MBps", "MB/s"},      Spelling{"GBps", "GB/s"},
    Spelling{"TBps", "TB/s"},      Spelling{"KiBps", "KiB/s"},    Spelling{"MiBps", "MiB/s"},
    Spelling{"GiBps", "GiB/s"},    Spelling{"TiBps", "TiB/s"},    Spelling{"nsec", "ns"},
    Spelling{"usec", "us"},        Spelling{"\u00b5s", "us"},     Spelling{"\u03bcs", "us"},
    Spelling{"msec", "ms"},        Spelling{"sec", "s"},          Spelling{"/sec", "/s"},
    Spelling{"qps", "/s"},         Spelling{"FLOPS", "FLOP/s"},   Spelling{"MFLOPS", "MFLOP/s"},
    Spelling{"GFLOPS", "GFLOP/s"}, Spelling{"TFLOPS", "TFLOP/s"},
};

bool is_spelling(const Unit& u) {
  return std::any_of(kSpellings.begin(), kSpellings.end(), [&](const Spelling& s) { return s.text == u.name; });
}

// The units under all their spellings. The first and the last stay where they are, and a unit's own name comes after
// its other spellings or larger units, so that whoever looks for the last that fits finds it.
std::vector<Unit> spelled(const std::vector<Unit>& units) {
  std::vector<Unit> out{units.front()};
  for (const Spelling& s : kSpellings)
    for (const Unit& u : units)
      if (u.name == s.unit) out.push_back({s.text, u.size});
  out.insert(out.end(), units.begin() + 1, units.end());
  return out;
}

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

// "; did you mean 'Gbps'?" where a word is cut short, has its letters out of order, or is in the plural or with "sec"
// for "s", and leaves one size to be meant; never by resemblance, as a letter more or less is a factor of eight or a
// thousand.
std::string unit_hint(std::string_view word, const std::vector<Unit>& units) {
  constexpr std::size_t kFewest = 3;
  constexpr std::array<std::string_view, 3> kEndings{"s", "ec", "ecs"};
  const Unit* meant = nullptr;
  for (const Unit& u : units) {
    const bool longer = word.starts_with(u.name) &&
                        std::find(kEndings.begin(), kEndings.end(), word.substr(u.name.size())) != kEndings.end();
    const bool cut = word.size() >= kFewest && u.name.starts_with(word);
    if (!longer && !cut && !same_letters(word, u.name)) continue;
    if (meant != nullptr && meant->size != u.size) return "";
    if (meant == nullptr || is_spelling(*meant)) meant = &u;
  }
  return meant == nullptr ? "" : fmt::format("; did you mean '{}'?", meant->name);
}

std::vector<std::string> names(const std::vector<Unit>& units) {
  std::vector<std::string> out;
  for (const Unit& u : units)
    if (!is_spelling(u)) out.emplace_back(u.name);
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
  static const std::vector<Unit> units = spelled({{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}});
  return units;
}
std::optional<Duration> QuantityTraits<Duration>::make(double base) {
  if (base > static_cast<double>(kLongestDuration.count())) return std::nullopt;
  return from_picoseconds(base);
}

const std::vector<Unit>& QuantityTraits<Share>::units() {
  static const std::vector<Unit> units = spelled({{"%", kHundredth}});
  return units;
}

const std::vector<Unit>& QuantityTraits<Bytes>::units() {
  static const std::vector<Unit> units = spelled({{"B", 1},
                                                  {"kB", 1e3},
                                                  {"KiB", kKi},
                                                  {"MB", 1e6},
                                                  {"MiB", kMi},
                                                  {"GB", 1e9},
                                                  {"GiB", kGi},
                                                  {"TB", 1e12},
                                                  {"TiB", kTi}});
  return units;
}
std::optional<Bytes> QuantityTraits<Bytes>::make(double base) {
  if (base > kMost) return std::nullopt;
  return Bytes{std::llround(base)};
}

const std::vector<Unit>& QuantityTraits<Bandwidth>::units() {
  static const std::vector<Unit> units = spelled({{"bps", 0.125},
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
                                                  {"TB/s", 1e12},
                                                  {"TiB/s", kTi},
                                                  {"Tbps", 1.25e11},
                                                  {"unlimited", std::numeric_limits<double>::infinity()}});
  return units;
}

std::optional<Bandwidth> QuantityTraits<Bandwidth>::make(double base) {
  if (base > kMost && !std::isinf(base)) return std::nullopt;
  return Bandwidth{base};
}

const std::vector<Unit>& QuantityTraits<Rate>::units() {
  static const std::vector<Unit> units = spelled({{"/h", 1.0 / 3600}, {"/min", 1.0 / 60}, {"/s", 1}});
  return units;
}

std::optional<Rate> QuantityTraits<Rate>::make(double base) {
  if (base > kMost) return std::nullopt;
  return Rate{base};
}

const std::vector<Unit>& QuantityTraits<ComputeRate>::units() {
  static const std::vector<Unit> units =
      spelled({{"FLOP/s", 1}, {"MFLOP/s", 1e6}, {"GFLOP/s", 1e9}, {"TFLOP/s", 1e12}});
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
  return {0, fmt::format("{} has the unknown unit {}{}{}", in_quotes(text), in_quotes(unit), unit_hint(unit, units),
                         suggestion("", names(units)))};
}

std::string format_quantity(double base, const std::vector<Unit>& units) {
  if (std::isinf(base)) return "unlimited";
  std::string best;
  for (const Unit& u : units) {
    if (!std::isfinite(u.size)) continue;
    const std::optional<double> number = in_unit(base, u);
    if (!number || is_spelling(u)) continue;
    if (u.name.ends_with("bps") && *number >= 1 && *number < 1000 && std::trunc(*number) == *number)
      return fmt::format("{} {}", *number, u.name);
    std::string text = fmt::format("{} {}", *number, u.name);
    // Exact, and the shortest: "25 Gbps" rather than "3125000000 B/s", and "100 Gbps" rather than "0.1 Tbps".
    const std::size_t longest = *number < 1 ? best.size() - 1 : best.size();
    if (best.empty() || text.size() <= longest) best = std::move(text);
  }
  return best;
}

}  // namespace shardsim
