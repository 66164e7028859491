// SPDX-License-Identifier: Apache-2.0
#include "network/dot_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>

#include "config/error.hpp"
#include "config/text.hpp"

namespace shardsim {
namespace {

class PlainDot {
 public:
  PlainDot(const std::string& text, const std::string& file) : text_(text), file_(file) {}

  std::string text() {
    check_utf8();
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  // Where a brace may follow: after graph, digraph or subgraph, and after the name behind it.
  enum class Opening { no, keyword, named };
  static constexpr int kDeepest = 64;

  void check_utf8() {
    const std::size_t bad = first_not_utf8(text_);
    if (bad == std::string::npos) return;
    at_ = bad;
    fail("is no valid DOT: a character is not UTF-8; save the file as UTF-8");
  }

  void step() {
    const char c = text_[at_];
    if (looking_at("//") || (c == '#' && (at_ == 0 || text_[at_ - 1] == '\n'))) return skip_to("\n");
    if (looking_at("/*")) return skip_comment();
    if (c == '"') return copy_quoted();
    if (c == '<') return quote_html();
    if (is_word(c)) return copy_word();
    if (c == '{') open_brace();
    if (c == '}') --depth_;
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') opening_ = Opening::no;
    out_ += c;
    ++at_;
  }

  bool looking_at(const char* what) const { return text_.compare(at_, 2, what) == 0; }
  void skip_to(const char* what) { at_ = std::min(text_.find(what, at_), text_.size()); }
  void skip_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string::npos) fail("is no valid DOT: a comment has no end");
    at_ = end + 2;
    out_ += ' ';
  }

  void copy_quoted() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) fail("is no valid DOT: quoted text has no end");
    ++at_;
    out_.append(text_, start, at_ - start);
    after_name();
  }
  void quote_html() {
    out_ += '"';
    for (int depth = 0;; ++at_) {
      if (at_ >= text_.size()) fail("is no valid DOT: an HTML label has no end");
      const char c = text_[at_];
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
      depth += c == '<' ? 1 : c == '>' ? -1 : 0;
      if (depth == 0) break;
    }
    ++at_;
    out_ += '"';
    after_name();
  }

  static bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
  static bool is_word(char c) {
    return !is_ascii(c) || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.';
  }
  void copy_word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    const std::string word = text_.substr(start, at_ - start);
    const bool plain = std::all_of(word.begin(), word.end(), is_ascii);
    out_ += plain ? word : "\"" + word + "\"";
    for (const char* keyword : {"graph", "digraph", "subgraph"})
      if (boost::algorithm::iequals(word, keyword)) {
        opening_ = Opening::keyword;
        return;
      }
    after_name();
  }
  void after_name() { opening_ = opening_ == Opening::keyword ? Opening::named : Opening::no; }

  void open_brace() {
    if (++depth_ > kDeepest) fail(fmt::format("has subgraphs nested more than {} deep", kDeepest));
    if (opening_ == Opening::no) out_ += "subgraph ";
  }
  [[noreturn]] void fail(const std::string& message) const {
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size())), '\n');
    throw InputError(fmt::format("{}:{}", file_, line), "", message);
  }

  const std::string& text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::string out_;
  Opening opening_ = Opening::no;
  int depth_ = 0;
};

}  // namespace

std::string plain_dot(const std::string& text, const std::string& file) { return PlainDot(text, file).text(); }

}  // namespace shardsim
