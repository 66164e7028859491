// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shardsim {

/// "; did you mean 'x'?" for the nearest of `known`, or "" when none is near; then "; allowed: a, b, c".
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

/// The text, cut to a readable length.
std::string shortened(std::string_view text);
/// The same in single quotes, with its length where it was cut.
std::string in_quotes(std::string_view text);

}  // namespace shardsim
