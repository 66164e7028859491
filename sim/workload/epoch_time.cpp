// SPDX-License-Identifier: Apache-2.0
#include "workload/epoch_time.hpp"

#include <charconv>

namespace shardsim {
namespace {

constexpr int kDigits = 30;  // kept; the others are far below a picosecond in every time allowed
constexpr EpochTime kBound = EpochTime{1'000'000'000'000} * 1'000'000'000'000;

// value x 10^exponent
struct Decimal {
  EpochTime value = 0;
  int exponent = 0;
};

// Takes digits, and a point among them, from the front of the text; nothing if there is no digit.
std::optional<Decimal> take_mantissa(std::string_view& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  Decimal d;
  int kept = 0;
  bool any = false;
  bool fraction = false;
  for (; !text.empty() && (is_digit(text.front()) || (text.front() == '.' && !fraction)); text.remove_prefix(1)) {
    if (text.front() == '.') {
      fraction = true;
      continue;
    }
    any = true;
    const bool keep = kept < kDigits;
    if (keep) d.value = d.value * 10 + (text.front() - '0');
    if (keep && d.value > 0) ++kept;
    if (keep && fraction) --d.exponent;
    if (!keep && !fraction) ++d.exponent;
  }
  return any ? std::optional(d) : std::nullopt;
}

std::optional<int> parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  constexpr int kFarthest = 1000;
  if (status != std::errc() || end != text.data() + text.size() || exponent < -kFarthest || exponent > kFarthest)
    return std::nullopt;
  return exponent;
}

}  // namespace

std::optional<EpochTime> epoch_time(std::string_view text, TimeUnit unit) {
  std::optional<Decimal> d = take_mantissa(text);
  const std::optional<int> exponent = parse_exponent(text);
  if (!d || !exponent) return std::nullopt;
  d->exponent += *exponent + static_cast<int>(unit);
  for (; d->exponent > 0 && d->value > 0 && d->value < kBound; --d->exponent) d->value *= 10;
  int dropped = 0;
  for (; d->exponent < 0 && d->value > 0; ++d->exponent) {
    dropped = static_cast<int>(d->value % 10);
    d->value /= 10;
  }
  // The last digit dropped rounds only when it is the first after the point.
  if (dropped >= 5 && d->exponent == 0) ++d->value;
  if (d->value >= kBound) return std::nullopt;
  return d->value;
}

}  // namespace shardsim
