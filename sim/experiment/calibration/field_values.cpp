// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/field_values.hpp"

#include <cmath>

#include "config/number_and_unit.hpp"

namespace shardsim {
namespace {

struct RangeEnds {
  double low = 0;
  double high = 0;
  std::string unit;
};

// Both ends in the unit of the first, of whichever kind of quantity they are; nothing where they are not of one.
template <class Q>
std::optional<RangeEnds> ends_of_kind(const FreeField& f) {
  const std::vector<Unit>& units = QuantityTraits<Q>::units();
  const auto base = [&](const Json& value) -> std::optional<double> {
    if (!value.is_string()) return std::nullopt;
    const ParsedQuantity parsed = parse_quantity(value.get_ref<const std::string&>(), units);
    return parsed.error.empty() && std::isfinite(parsed.base) ? std::optional(parsed.base) : std::nullopt;
  };
  const std::optional<double> low = base(f.from);
  const std::optional<double> high = base(f.to);
  if (!low || !high) return std::nullopt;
  const auto [from, unit_of_from] = number_and_unit(f.from).value();
  const auto [to, unit_of_to] = number_and_unit(f.to).value();
  if (*low > 0) return RangeEnds{from, from * (*high / *low), unit_of_from};
  return RangeEnds{0, to, unit_of_to};
}

std::optional<RangeEnds> ends_of(const FreeField& f) {
  if (f.from.is_number() && f.to.is_number()) return RangeEnds{f.from.get<double>(), f.to.get<double>(), ""};
  for (const auto& kind : {ends_of_kind<Duration>, ends_of_kind<Bytes>, ends_of_kind<Bandwidth>, ends_of_kind<Rate>,
                           ends_of_kind<Share>, ends_of_kind<ComputeRate>})
    if (std::optional<RangeEnds> ends = kind(f)) return ends;
  return std::nullopt;
}

std::string six_digits(double number) { return fmt::format("{:.6g}", number); }

}  // namespace

std::optional<Complaint> wrong_range(const FreeField& f) {
  if (!number_and_unit(f.from))
    return Complaint{"from", found(f.from) + "; expected a number, or text such as \"5 us\""};
  const std::optional<RangeEnds> ends = ends_of(f);
  if (!ends)
    return Complaint{"to", fmt::format("{}; expected a value of the kind of 'from', {}", found(f.to), f.from.dump())};
  if (!(ends->high > ends->low))
    return Complaint{"to", fmt::format("{}; expected more than 'from', {}", found(f.to), f.from.dump())};
  if (f.scale == FieldScale::logarithmic && !(ends->low > 0))
    return Complaint{"from", found(f.from) + "; a logarithmic range begins above 0"};
  return std::nullopt;
}

FieldValues::FieldValues(const FreeField& field) {
  const RangeEnds ends = ends_of(field).value();
  low_ = ends.low;
  high_ = ends.high;
  unit_ = ends.unit;
  whole_ = field.from.is_number_integer() && field.to.is_number_integer();
  logarithmic_ = field.scale == FieldScale::logarithmic;
}

Json FieldValues::at(double share) const {
  const double number = logarithmic_ ? low_ * std::pow(high_ / low_, share) : low_ + (high_ - low_) * share;
  const double within = std::clamp(number, low_, high_);
  if (whole_) return std::llround(within);
  if (unit_.empty()) return std::stod(six_digits(within));
  return fmt::format("{} {}", six_digits(within), unit_);
}

}  // namespace shardsim
