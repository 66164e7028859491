// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace shardsim {

/// The message of an error at `pointer` of a whole scenario; where its remedy is to take the value away ("...; leave
/// this out"), with how the command line does that.
std::string with_remedy(const std::string& message, const std::string& pointer);

}  // namespace shardsim
