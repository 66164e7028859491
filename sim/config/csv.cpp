// SPDX-License-Identifier: Apache-2.0
#include "config/csv.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "config/error.hpp"
#include "config/input_file.hpp"
#include "config/suggest.hpp"
#include "config/text.hpp"

namespace shardsim {
namespace {

constexpr std::size_t kFirstBuffer = 1 << 12;
constexpr std::size_t kLongestLine = 1 << 20;

char separator_of(std::string_view line) {
  std::array<std::pair<char, int>, 3> found{{{',', 0}, {';', 0}, {'\t', 0}}};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    for (auto& [separator, count] : found) count += !quoted && c == separator ? 1 : 0;
  }
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  return std::max_element(found.begin(), found.end(), fewer)->first;
}

// Cells without quotes. Reuses their memory.
void split(std::string_view line, char separator, std::vector<std::string>& cells) {
  std::size_t n = 0;
  for (;;) {
    const std::size_t comma = line.find(separator);
    if (n == cells.size()) cells.emplace_back();
    cells[n++] = trimmed(line.substr(0, comma));
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  cells.resize(n);
}

// A row of quoted cells, line by line, by libcsv.
class QuotedRow {
 public:
  QuotedRow(char separator, std::vector<std::string>& cells) : cells_(cells) {
    csv_init(&parser_, CSV_STRICT);
    csv_set_delim(&parser_, static_cast<unsigned char>(separator));
    csv_set_term_func(&parser_, [](unsigned char c) { return c == '\n' ? 1 : 0; });  // lines are known already
    cells_.clear();
  }
  ~QuotedRow() { csv_free(&parser_); }
  QuotedRow(const QuotedRow&) = delete;
  QuotedRow& operator=(const QuotedRow&) = delete;

  /// False when it is not as RFC 4180 says.
  bool add(std::string_view line) {
    const auto cell = [](void* text, std::size_t size, void* row) {
      static_cast<QuotedRow*>(row)->cells_.emplace_back(static_cast<const char*>(text), size);
    };
    const auto end = [](int, void* row) { static_cast<QuotedRow*>(row)->done_ = true; };
    const std::string text = std::string(line) + '\n';
    return csv_parse(&parser_, text.data(), text.size(), cell, end, this) == text.size();
  }
  /// Whether the row has ended: a quoted cell may go on in the next line.
  bool done() const { return done_; }

 private:
  csv_parser parser_{};
  std::vector<std::string>& cells_;
  bool done_ = false;
};

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& file, std::string expected, Header header)
    : file_(file.string()), expected_(std::move(expected)), in_(open_input(file)), buffer_(kFirstBuffer) {
  skip_byte_order_mark();
  if (header == Header::none) return;
  if (!read_row(names_)) fail("is empty; expected a header line and " + expected_);
  cells_ = names_.size();
}

std::size_t CsvReader::column(const std::string& name) const {
  if (const std::optional<std::size_t> found = column_if_any(name)) return *found;
  fail(fmt::format("has no column {}{}", in_quotes(name), suggestion(name, names_)));
}

std::optional<std::size_t> CsvReader::column_if_any(const std::string& name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  if (it == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(it - names_.begin());
}

bool CsvReader::next() {
  if (!read_row(row_)) return false;
  if (cells_ == 0) cells_ = row_.size();
  if (row_.size() != cells_)
    fail(fmt::format("found {}: {} cells, where the first line has {}; expected {}", in_quotes(line_), row_.size(),
                     cells_, expected_));
  return true;
}

bool CsvReader::read_row(std::vector<std::string>& cells) {
  do {
    if (!read_line()) return false;
  } while (trimmed(line_).empty());
  row_number_ = number_;
  if (separator_ == 0) separator_ = separator_of(line_);
  if (line_.find('"') == std::string_view::npos)
    split(line_, separator_, cells);
  else
    read_quoted(cells);
  return true;
}

void CsvReader::read_quoted(std::vector<std::string>& cells) {
  QuotedRow row(separator_, cells);
  std::size_t size = 0;
  for (;;) {
    if (!row.add(line_))
      fail(
          fmt::format("{} has a quote in the midst of a cell; a cell with quotes is quoted as a whole, and its own "
                      "quotes are doubled (RFC 4180)",
                      in_quotes(line_)));
    if (row.done()) return;
    size += line_.size();
    if (size > kLongestLine || !read_line())
      fail(fmt::format("the quoted cell that begins in line {} does not end{}", row_number_,
                       size > kLongestLine ? fmt::format(" within {} characters", kLongestLine) : ""));
  }
}

const std::string& CsvReader::text(std::size_t column) const { return row_.at(column); }

double CsvReader::number(std::size_t column, const char* what) const {
  double value = 0;
  const std::string& cell = text(column);
  const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (status != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value) || value < 0)
    fail_cell(column, fmt::format("{}, at least 0", what));
  return value;
}

void CsvReader::fail(const std::string& message) const {
  throw InputError(number_ > 0 ? fmt::format("{}:{}", file_, number_) : file_, "", message);
}

void CsvReader::fail_cell(std::size_t column, const std::string& what) const {
  fail(fmt::format("found {}; expected {}", in_quotes(text(column)), what));
}

// The buffer grows with the longest line.
bool CsvReader::read_line() {
  std::size_t size = 0;
  for (;;) {
    in_->getline(buffer_.data() + size, static_cast<std::streamsize>(buffer_.size() - size));
    size += static_cast<std::size_t>(in_->gcount());
    if (!in_->fail() || in_->eof()) break;
    in_->clear();
    if (buffer_.size() >= kLongestLine) {
      ++number_;
      fail(fmt::format("a line of more than {} characters; expected text, {}", size, expected_));
    }
    buffer_.resize(2 * buffer_.size());
  }
  if (size == 0) return false;
  ++number_;
  if (!in_->eof()) --size;  // the line end
  line_ = std::string_view(buffer_.data(), size);
  if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
  return true;
}

void CsvReader::skip_byte_order_mark() {
  const int first = in_->peek();
  if (first == 0xff || first == 0xfe) fail("is not UTF-8 text (UTF-16, perhaps); save it as UTF-8");
  if (first != 0xef) {
    in_->clear();  // an empty file
    return;
  }
  for (const int byte : {0xef, 0xbb, 0xbf})
    if (in_->get() != byte) fail("is not UTF-8 text; save it as UTF-8");
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace shardsim
