// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/text.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string/replace.hpp>
#include <boost/locale/utf.hpp>
#include <map>
#include <vector>

namespace shardsim::drawing {
namespace {

constexpr const char* kEllipsis = "\u2026";
constexpr const char* kNotShown = "\uFFFD";

bool is_shown(boost::locale::utf::code_point code) {
  const bool is_control = code < 0x20 || code == 0x7F;
  const bool is_no_character = code == 0xFFFE || code == 0xFFFF;
  return boost::locale::utf::is_valid_codepoint(code) && !is_control && !is_no_character;
}

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  for (auto at = text.begin(); at != text.end();) {
    auto next = at;
    if (is_shown(boost::locale::utf::utf_traits<char>::decode(next, text.end()))) {
      out.emplace_back(at, next);
      at = next;
    } else {
      out.emplace_back(kNotShown);
      ++at;
    }
  }
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  static const std::map<std::string, std::string> entities{
      {"<", "&lt;"}, {">", "&gt;"}, {"&", "&amp;"}, {"\"", "&quot;"}, {"'", "&#39;"}};
  std::string out;
  for (const std::string& character : characters(text)) {
    const auto entity = entities.find(character);
    out += entity == entities.end() ? character : entity->second;
  }
  return out;
}

std::string escaped_tip(std::string_view text) { return boost::replace_all_copy(escaped(text), "\\", "\\\\"); }

std::string shortened(std::string_view text, std::size_t most) {
  const std::vector<std::string> all = characters(text);
  const bool fits = all.size() <= most;
  const std::size_t head = most / 2, tail = most - head - 1;
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (fits || i < head || i >= all.size() - tail) out += all[i];
    if (!fits && i == head) out += kEllipsis;
  }
  return out;
}

double width_of(std::string_view text) {
  double width = 0;
  for (const std::string& character : characters(text))
    width += character.size() < 3 || character == kEllipsis ? 0.6 : 1;
  return width;
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

}  // namespace shardsim::drawing
