// SPDX-License-Identifier: Apache-2.0
#include "config/error.hpp"

#include <fmt/format.h>

#include <iterator>

namespace shardsim {

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n')
      line += "\\n";
    else if (c == '\t')
      line += "\\t";
    else if (code < 0x20 || code == 0x7f)
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", code);
    else
      line += c;
  }
  return line;
}

}  // namespace shardsim
