// SPDX-License-Identifier: Apache-2.0
#include "config/text.hpp"

#include <boost/locale/utf.hpp>

namespace shardsim {

std::size_t first_not_utf8(std::string_view text) {
  namespace utf = boost::locale::utf;
  for (auto at = text.begin(); at != text.end();) {
    const auto start = static_cast<std::size_t>(at - text.begin());
    if (!utf::is_valid_codepoint(utf::utf_traits<char>::decode(at, text.end()))) return start;
  }
  return std::string_view::npos;
}

}  // namespace shardsim
