// SPDX-License-Identifier: Apache-2.0
#include "config/number_and_unit.hpp"

#include <charconv>

namespace shardsim {

std::optional<std::pair<double, std::string>> number_and_unit(const Json& value) {
  if (value.is_number()) return std::pair(value.get<double>(), std::string());
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc()) return std::nullopt;
  std::string unit(end, text.data() + text.size());
  unit.erase(0, unit.find_first_not_of(' '));
  return std::pair(number, unit);
}

}  // namespace shardsim
