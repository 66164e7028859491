// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "config/json.hpp"

namespace shardsim {

/// "25 /s" -> (25, "/s"); 25 -> (25, ""). Nothing: neither a number, nor text that begins with one. Whether there is
/// such a unit is not looked at.
std::optional<std::pair<double, std::string>> number_and_unit(const Json& value);

}  // namespace shardsim
