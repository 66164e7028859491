// SPDX-License-Identifier: Apache-2.0
// The text form of traces; docs/traces.md describes it.
#include <algorithm>

#include "workload/trace_record_json.hpp"

namespace shardsim {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class TextReader final : public TraceFormReader {
 public:
  explicit TextReader(TraceBytes bytes)
      : bytes_(std::move(bytes)), parsed_(read_header()), parser_(parsed_.header, parsed_.unit) {}

  const TraceHeader& header() const override { return parsed_.header; }

  bool next(TraceRecord& record) override {
    if (!next_line(kLongestTraceLine)) return false;
    try {
      parser_.parse(line_, record);
    } catch (const BadRecord& e) {
      fail(e.what());
    }
    if (record.arrival < last_)
      fail(fmt::format("found the time {} us after {} us; sort the records by their time",
                       microseconds_text(record.arrival), microseconds_text(last_)));
    last_ = record.arrival;
    return true;
  }

  InputError error(const std::string& message) const override { return {place(), "", message}; }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw error(message); }
  std::string place() const { return fmt::format("{}:{}", bytes_.name(), number_); }

  // Goes to the next line that is not empty.
  bool next_line(std::size_t longest) {
    do {
      if (!bytes_.line(line_, longest)) return false;
      ++number_;
      if (line_.size() >= longest)
        fail(fmt::format("the line is longer than {} bytes; the file is no trace or damaged", longest));
      if (line_.ends_with('\r')) line_.pop_back();
    } while (line_.find_first_not_of(" \t") == std::string::npos);
    return true;
  }

  ParsedHeader read_header() {
    if (bytes_.peek(kByteOrderMark.size()) == kByteOrderMark) bytes_.skip(kByteOrderMark.size());
    if (!next_line(kLongestTraceHeader)) throw InputError(bytes_.name(), "", "is empty; expected a trace");
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
    if (std::any_of(line_.begin(), line_.end(), is_control)) fail_not_a_trace(bytes_.name(), "binary data");
    if (line_[line_.find_first_not_of(" \t")] != '{' || line_[line_.find_last_not_of(" \t")] != '}')
      fail_not_a_trace(bytes_.name(), "the line " + in_quotes(line_));
    return parse_trace_header(line_, place());
  }

  TraceBytes bytes_;
  std::string line_;
  std::uint64_t number_ = 0;
  ParsedHeader parsed_;
  RecordParser parser_;
  Time last_{};
};

class TextWriter final : public TraceFormWriter {
 public:
  void begin(const TraceHeader& header, std::string& out) override {
    header_ = header;
    for (const TraceTable& t : header.tables)
      names_.push_back(Json(t.name).dump(-1, ' ', false, Json::error_handler_t::replace));
    out += trace_header_text(header, TimeUnit::us);
    out += '\n';
  }

  void write(const TraceRecord& record, std::string& out) override {
    const std::size_t start = out.size();
    out += R"({"t":)";
    out += microseconds_text(record.arrival);
    if (header_.has_items) fmt::format_to(std::back_inserter(out), R"(,"items":{})", record.items);
    if (header_.detail == TraceDetail::counts) write_lookups(record, out);
    if (header_.detail == TraceDetail::rows) write_rows(record, out);
    out += "}\n";
    if (out.size() - start > kLongestTraceLine)
      throw InputError(fmt::format("a query of {} lookups makes too long a line; write a compact trace (.trace)",
                                   record.rows.size()));
  }

  void end(std::string&) override {}

 private:
  void write_lookups(const TraceRecord& record, std::string& out) const {
    out += R"(,"lookups":{)";
    for (std::size_t t = 0; t < names_.size(); ++t)
      if (record.lookups[t] > 0) {
        fmt::format_to(std::back_inserter(out), "{}:{},", names_[t], record.lookups[t]);
      }
    close('}', out);
  }
  void write_rows(const TraceRecord& record, std::string& out) const {
    out += R"(,"rows":{)";
    std::size_t row = 0;
    for (std::size_t t = 0; t < names_.size(); ++t) {
      if (record.lookups[t] == 0) continue;
      out += names_[t];
      out += ":[";
      for (std::int32_t i = 0; i < record.lookups[t]; ++i)
        fmt::format_to(std::back_inserter(out), "{},", record.rows[row++]);
      close(']', out);
      out += ',';
    }
    close('}', out);
  }
  // Puts the bracket in the place of the comma after the last element.
  static void close(char bracket, std::string& out) {
    if (out.back() == ',')
      out.back() = bracket;
    else
      out += bracket;
  }

  TraceHeader header_;
  std::vector<std::string> names_;  // as JSON
};

}  // namespace

std::unique_ptr<TraceFormReader> open_text_trace(TraceBytes bytes) {
  return std::make_unique<TextReader>(std::move(bytes));
}

std::unique_ptr<TraceFormWriter> text_trace_writer() { return std::make_unique<TextWriter>(); }

}  // namespace shardsim
