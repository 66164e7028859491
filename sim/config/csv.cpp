// SPDX-License-Identifier: Apache-2.0
#include "config/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "config/error.hpp"
#include "config/suggest.hpp"

namespace shardsim {
namespace {

void split(const std::string& line, std::vector<std::string>& cells) {
  cells.clear();
  std::size_t start = 0;
  for (;;) {
    const std::size_t comma = line.find(',', start);
    cells.push_back(line.substr(start, comma - start));
    if (comma == std::string::npos) return;
    start = comma + 1;
  }
}

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& file, std::string expected)
    : file_(file.string()), expected_(std::move(expected)), in_(file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) throw InputError(file_, "", "is a folder; a file is expected");
  if (!in_) throw InputError(file_, "", "cannot be opened");
  if (!read_line()) fail("is empty; expected a header line and " + expected_);
  split(line_, names_);
}

std::size_t CsvReader::column(const std::string& name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  if (it == names_.end()) fail(fmt::format("has no column {}{}", in_quotes(name), suggestion(name, names_)));
  return static_cast<std::size_t>(it - names_.begin());
}

bool CsvReader::next() {
  do {
    if (!read_line()) return false;
  } while (line_.empty());
  split(line_, row_);
  return true;
}

const std::string& CsvReader::text(std::size_t column) const {
  if (column >= row_.size()) fail(fmt::format("found {}; expected {}", in_quotes(line_), expected_));
  return row_[column];
}

double CsvReader::number(std::size_t column, const char* what) const {
  double value = 0;
  const std::string& cell = text(column);
  const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (status != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value) || value < 0)
    fail(fmt::format("found {}; expected {}, at least 0", in_quotes(cell), what));
  return value;
}

void CsvReader::fail(const std::string& message) const {
  throw InputError(number_ > 0 ? fmt::format("{}:{}", file_, number_) : file_, "", message);
}

bool CsvReader::read_line() {
  if (!std::getline(in_, line_)) return false;
  ++number_;
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  return true;
}

}  // namespace shardsim
