// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace shardsim {
/// JSON that keeps the order of keys, so that what is written reads like what was given.
using Json = nlohmann::ordered_json;
}  // namespace shardsim
