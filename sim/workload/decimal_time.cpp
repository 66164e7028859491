// SPDX-License-Identifier: Apache-2.0
#include "workload/decimal_time.hpp"

#include <algorithm>
#include <charconv>

namespace shardsim {
namespace {

// value = 0.DIGITS * 10^point, without leading zeros.
struct Digits {
  std::string digits;
  std::int64_t point = 0;
};

constexpr std::int64_t kFarExponent = 1'000'000'000;  // beyond what the digits of any line could make up for

std::int64_t read_exponent(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc::result_out_of_range) return text.starts_with('-') ? -kFarExponent : kFarExponent;
  return std::clamp(value, -kFarExponent, kFarExponent);
}

Digits read_digits(std::string_view text) {
  Digits d;
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  bool fraction = false;
  for (const char c : mantissa) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    const bool leading_zero = d.digits.empty() && c == '0';
    if (!leading_zero) d.digits += c;
    if (!fraction && !leading_zero) ++d.point;
    if (fraction && leading_zero) --d.point;
  }
  if (e != std::string_view::npos) d.point += read_exponent(text.substr(e + 1));
  return d;
}

}  // namespace

std::optional<Time> decimal_time(std::string_view number, TimeUnit unit) {
  const Digits d = read_digits(number);
  const std::int64_t whole = d.point + static_cast<int>(unit);  // digits before the point, in picoseconds
  if (d.digits.empty() || whole < 0) return Time{};
  constexpr std::int64_t kMostDigits = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (whole > kMostDigits) return std::nullopt;
  std::uint64_t ps = 0;  // 19 digits and one for rounding fit
  for (std::int64_t i = 0; i < whole; ++i)
    ps = ps * 10 + (i < std::ssize(d.digits) ? static_cast<std::uint64_t>(d.digits[i] - '0') : 0);
  if (whole < std::ssize(d.digits) && d.digits[whole] >= '5') ++ps;
  if (ps > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return Time(Duration(static_cast<std::int64_t>(ps)));
}

std::string microseconds_text(Time time) {
  const std::int64_t ps = time.time_since_epoch().count();
  std::string text = fmt::format("{}.{:06}", ps / 1'000'000, ps % 1'000'000);
  text.resize(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace shardsim
