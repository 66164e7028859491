// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace shardsim {

/// Reads a CSV file with a header line, row by row, so that memory does not grow with the file. Cells are plain: no
/// quotes, no commas within. Errors are InputErrors that name file and line.
class CsvReader {
 public:
  /// `expected` says in errors what the rows are, such as "one arrival time a line".
  CsvReader(const std::filesystem::path& file, std::string expected);

  /// Number of the column of that name. Throws when there is none.
  std::size_t column(const std::string& name) const;
  /// Goes to the next row that is not empty; false at the end.
  bool next();
  const std::string& text(std::size_t column) const;
  /// A finite number of at least 0; `what` it is, for the error.
  double number(std::size_t column, const char* what) const;

  [[noreturn]] void fail(const std::string& message) const;

 private:
  bool read_line();

  std::string file_;
  std::string expected_;
  std::ifstream in_;
  std::string line_;
  std::size_t number_ = 0;
  std::vector<std::string> names_;
  std::vector<std::string> row_;
};

}  // namespace shardsim
