// SPDX-License-Identifier: Apache-2.0
// Names as text of a picture. What is not UTF-8, or nothing that XML may hold, shows as U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shardsim::drawing {

/// As XML, which Graphviz's tables are.
std::string escaped(std::string_view text);
/// As what is shown when pointed at, where Graphviz gives backslashes a meaning.
std::string escaped_tip(std::string_view text);

/// The text, cut in the middle when it has more than `most` characters.
std::string shortened(std::string_view text, std::size_t most);

/// About as wide as a sans-serif font of size 1 prints it.
double width_of(std::string_view text);

/// "1 host", "2 hosts".
std::string counted(std::size_t n, const char* one, const char* many);

}  // namespace shardsim::drawing
