// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace shardsim {

/// "host2" before "host10": digits compare as numbers, so "host2" and "host02" are alike.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace shardsim
