// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace shardsim {

/// Without the blanks (spaces and tabs) at both ends.
inline std::string_view trimmed(std::string_view s) {
  constexpr const char* kBlanks = " \t";
  const std::size_t first = s.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(kBlanks) - first + 1);
}

/// Where the first byte is that is not part of a character in UTF-8; npos when there is none.
std::size_t first_not_utf8(std::string_view text);

}  // namespace shardsim
