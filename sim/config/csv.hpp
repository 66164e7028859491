// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shardsim {

/// Reads a CSV file row by row, so that memory does not grow with the file. Cells may be quoted as RFC 4180 says: with
/// separators, line ends and doubled quotes within. They are parted by commas, semicolons or tabs: by what the first
/// line has most of, outside of quotes. Blanks around them do not count. Line ends of either kind, a byte-order mark,
/// gzip and zstd are taken as they come. Errors are InputErrors that name file and line.
class CsvReader {
 public:
  enum class Header { first_line, none };
  /// `expected` says in errors what the rows are, such as "one arrival time a line".
  CsvReader(const std::filesystem::path& file, std::string expected, Header header = Header::first_line);

  /// Number of the column of that name. Throws when there is none.
  std::size_t column(const std::string& name) const;
  /// The same; nothing when there is none.
  std::optional<std::size_t> column_if_any(const std::string& name) const;
  /// Goes to the next row that is not empty; false at the end. Throws unless it has as many cells as the first line.
  bool next();
  const std::string& text(std::size_t column) const;
  /// A finite number of at least 0; `what` it is, for the error.
  double number(std::size_t column, const char* what) const;

  [[noreturn]] void fail(const std::string& message) const;
  /// The error of a cell: what was found and `what` is expected.
  [[noreturn]] void fail_cell(std::size_t column, const std::string& what) const;

 private:
  /// Reads the cells of the next row that is not empty; false at the end.
  bool read_row(std::vector<std::string>& cells);
  void read_quoted(std::vector<std::string>& cells);
  bool read_line();
  void skip_byte_order_mark();

  std::string file_;
  std::string expected_;
  std::unique_ptr<std::istream> in_;
  std::vector<char> buffer_;
  std::string_view line_;  // in the buffer
  std::size_t number_ = 0;
  char separator_ = 0;          // 0: not known yet
  std::size_t row_number_ = 0;  // of the line that the row begins in
  std::size_t cells_ = 0;       // of every row
  std::vector<std::string> names_;
  std::vector<std::string> row_;
};

/// A field of a CSV file, quoted where it has to be (RFC 4180).
std::string csv_field(const std::string& text);

}  // namespace shardsim
