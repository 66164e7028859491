// SPDX-License-Identifier: Apache-2.0
#include "topology/dot_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"
#include "config/text.hpp"

namespace shardsim {
namespace {

bool is_dot_digit(char c) { return c >= '0' && c <= '9'; }
bool is_dot_letter(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

DotLexer::DotLexer(const std::string& text, const std::string& file) : text_(text), file_(file) {
  if (const std::size_t bad = first_not_utf8(text); bad != std::string::npos)
    fail(1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n')),
         "a character is not UTF-8; save the file as UTF-8");
  if (text.starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte-order mark
}

void DotLexer::fail(int line, const std::string& message) const {
  throw InputError(fmt::format("{}:{}", file_, line), "", "is no valid DOT: " + message);
}

bool DotLexer::looking_at(const char* what) const {
  return text_.compare(at_, std::char_traits<char>::length(what), what) == 0;
}

void DotLexer::advance(std::size_t by) {
  for (const std::size_t end = std::min(text_.size(), at_ + by); at_ < end; ++at_)
    if (text_[at_] == '\n') ++line_, at_line_start_ = true;
}

// Blanks, comments, and lines of a preprocessor.
void DotLexer::skip() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
      advance(1);
    } else if (looking_at("//") || (c == '#' && at_line_start_)) {
      advance(std::min(text_.find('\n', at_), text_.size()) - at_);
    } else if (looking_at("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      if (end == std::string::npos) fail(line_, "a comment has no end");
      advance(end + 2 - at_);
    } else {
      return;
    }
  }
}

DotToken DotLexer::next() {
  skip();
  at_line_start_ = false;
  if (at_ >= text_.size()) return {DotToken::Kind::end, "", false, line_};
  const char c = text_[at_];
  if (c == '"') return quoted();
  if (c == '<') return html();
  for (const char* symbol : {"--", "->", "{", "}", "[", "]", "=", ";", ",", ":"})
    if (looking_at(symbol)) {
      DotToken token{DotToken::Kind::symbol, symbol, false, line_};
      advance(token.text.size());
      return token;
    }
  return word();
}

DotToken DotLexer::quoted() {
  DotToken token{DotToken::Kind::name, "", true, line_};
  token.text = quoted_text();
  for (;;) {
    const std::size_t after = at_;
    const int line = line_;
    skip();
    if (at_ >= text_.size() || text_[at_] != '+') {
      at_ = after;
      line_ = line;
      return token;
    }
    advance(1);
    skip();
    if (at_ >= text_.size() || text_[at_] != '"') fail(line_, "+ joins quoted texts; there is none after it");
    token.text += quoted_text();
  }
}
// Only \" and a line's end are escaped in the language; what else follows a backslash is the attribute's affair.
std::string DotLexer::quoted_text() {
  const int begin = line_;
  std::string out;
  for (advance(1);; advance(1)) {
    if (at_ >= text_.size()) fail(begin, "quoted text has no end");
    const char c = text_[at_];
    if (c == '"') break;
    if (looking_at("\\\"")) {
      out += '"';
      advance(1);
    } else if (looking_at("\\\\")) {
      out += "\\\\";
      advance(1);
    } else if (looking_at("\\\n") || looking_at("\\\r\n")) {
      advance(text_[at_ + 1] == '\r' ? 2 : 1);
    } else {
      out += c;
    }
  }
  advance(1);
  return out;
}

DotToken DotLexer::html() {
  DotToken token{DotToken::Kind::html, "", true, line_};
  int depth = 0;
  std::size_t end = at_;
  do {
    if (end >= text_.size()) fail(line_, "an HTML text has no end");
    depth += text_[end] == '<' ? 1 : text_[end] == '>' ? -1 : 0;
    ++end;
  } while (depth > 0);
  token.text = text_.substr(at_ + 1, end - at_ - 2);
  advance(end - at_);
  return token;
}

DotToken DotLexer::word() {
  DotToken token{DotToken::Kind::name, "", false, line_};
  std::size_t end = at_;
  const auto digits = [&] {
    const std::size_t begin = end;
    while (end < text_.size() && is_dot_digit(text_[end])) ++end;
    return end > begin;
  };
  if (is_dot_letter(text_[at_])) {
    while (end < text_.size() && (is_dot_letter(text_[end]) || is_dot_digit(text_[end]))) ++end;
  } else {
    if (text_[end] == '-') ++end;
    const bool has_whole = digits();
    bool has_rest = false;
    if (end < text_.size() && text_[end] == '.') ++end, has_rest = digits();
    if (!has_whole && !has_rest) fail(line_, fmt::format("'{}' is out of place", one_line(text_.substr(at_, 1))));
  }
  token.text = text_.substr(at_, end - at_);
  if (end < text_.size() && (is_dot_letter(text_[end]) || is_dot_digit(text_[end]) || text_[end] == '.'))
    fail(line_, fmt::format("the name that begins with '{}{}' must stand in quotes", token.text, text_[end]));
  advance(end - at_);
  return token;
}

}  // namespace shardsim
