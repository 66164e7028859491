// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace shardsim {

/// A piece of a DOT file.
struct DotToken {
  enum class Kind { end, name, html, symbol };
  Kind kind = Kind::end;
  std::string text;     ///< of a symbol: one of { } [ ] = ; , : -- ->; of a name: without quotes
  bool quoted = false;  ///< a name that is never a word of the language
  int line = 1;
};

/// Cuts the text of a DOT file into tokens, by https://graphviz.org/doc/info/lang.html: without comments and lines that
/// begin with #, quoted texts joined by +. Where Graphviz would quietly make two names of one word (1a, a.b), that is
/// an error here.
class DotLexer {
 public:
  /// Both must outlive the lexer; `file` stands in errors.
  DotLexer(const std::string& text, const std::string& file);
  /// Throws InputError.
  DotToken next();
  [[noreturn]] void fail(int line, const std::string& message) const;

 private:
  bool looking_at(const char* what) const;
  void skip();
  void advance(std::size_t by);
  DotToken quoted();
  std::string quoted_text();
  DotToken html();
  DotToken word();

  const std::string& text_;
  const std::string& file_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool at_line_start_ = true;
};

}  // namespace shardsim
