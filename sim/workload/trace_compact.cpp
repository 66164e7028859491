// SPDX-License-Identifier: Apache-2.0
// The compact form of traces; docs/traces.md describes it.
#include <limits>

#include "workload/trace_form.hpp"

namespace shardsim {
namespace {

constexpr std::uint64_t kEnd = 0;
constexpr std::uint64_t kRecord = 1;

class CompactReader final : public TraceFormReader {
 public:
  explicit CompactReader(TraceBytes bytes) : bytes_(std::move(bytes)) {
    bytes_.skip(kCompactMagic.size());
    const std::uint64_t size = number("the size of the header");
    if (size > kLongestTraceHeader)
      fail_here(fmt::format("found a header of {} bytes; at most {} are read", size, kLongestTraceHeader));
    std::string text;
    bytes_.append(text, size);
    if (text.size() < size) fail_cut_off("the header");
    ParsedHeader parsed = parse_trace_header(text, bytes_.name());
    if (parsed.unit != TimeUnit::ps)
      throw InputError(bytes_.name(), "/time_unit",
                       fmt::format("found '{}'; a compact trace has 'ps'", name_of(parsed.unit)));
    header_ = std::move(parsed.header);
  }

  const TraceHeader& header() const override { return header_; }

  bool next(TraceRecord& record) override {
    if (done_) return false;
    start_ = bytes_.offset();
    const std::uint64_t tag = number("a record");
    if (tag == kEnd) return finish();
    if (tag != kRecord)
      fail_here(fmt::format("found {}; expected {} before a record or {} after the last", tag, kRecord, kEnd));
    ++count_;
    read_time(record);
    read_items(record);
    read_lookups(record);
    return true;
  }

  InputError error(const std::string& message) const override {
    if (count_ == 0) return {bytes_.name(), "", message};
    return {bytes_.name(), "", fmt::format("record {} (byte {}): {}", count_, start_, message)};
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw error(message); }
  [[noreturn]] void fail_here(const std::string& message) const {
    throw InputError(bytes_.name(), "", fmt::format("byte {}: {}", bytes_.offset(), message));
  }
  [[noreturn]] void fail_cut_off(const char* what) const {
    fail_here(fmt::format("the trace ends within {}; it was cut off, copy or make it again", what));
  }
  std::uint64_t number(const char* what) {
    std::uint64_t value = 0;
    const TraceBytes::Number status = bytes_.number(value);
    if (status == TraceBytes::Number::cut_off) fail_cut_off(what);
    if (status == TraceBytes::Number::too_large) fail_here("found a number of more than 64 bits; the trace is damaged");
    return value;
  }

  void read_time(TraceRecord& record) {
    const std::uint64_t gap = number("a record");
    if (gap > static_cast<std::uint64_t>((Time::max() - last_).count()))
      fail("its time is beyond 106 days, the longest a trace may last");
    last_ += Duration(static_cast<std::int64_t>(gap));
    record.arrival = last_;
  }

  void read_items(TraceRecord& record) {
    record.items = 0;
    if (!header_.has_items) return;
    const std::uint64_t items = number("a record");
    if (items < 1 || items > kMostTraceItems)
      fail(fmt::format("found {} items; expected 1 to {}", items, kMostTraceItems));
    record.items = static_cast<int>(items);
  }

  void read_lookups(TraceRecord& record) {
    record.lookups.resize(header_.tables.size());
    record.rows.clear();
    for (std::size_t t = 0; t < header_.tables.size(); ++t) {
      const std::uint64_t lookups = number("a record");
      if (lookups > kMostTraceLookups)
        fail(fmt::format("found {} lookups in table {}; at most {} are read", lookups,
                         in_quotes(header_.tables[t].name), kMostTraceLookups));
      record.lookups[t] = static_cast<std::int32_t>(lookups);
      if (header_.detail == TraceDetail::rows) read_rows(record.rows, lookups, header_.tables[t]);
    }
  }

  void read_rows(std::vector<std::int64_t>& rows, std::uint64_t lookups, const TraceTable& table) {
    if (rows.size() + lookups > kMostTraceRows) fail(fmt::format("has more than {} rows", kMostTraceRows));
    const auto limit =
        static_cast<std::uint64_t>(table.rows > 0 ? table.rows : std::numeric_limits<std::int64_t>::max());
    for (std::uint64_t i = 0; i < lookups; ++i) {
      const std::uint64_t row = number("a record");
      if (row >= limit) fail(complaint_about_row(std::to_string(row), table));
      rows.push_back(static_cast<std::int64_t>(row));
    }
  }

  bool finish() {
    const std::uint64_t count = number("the number of records");
    if (count != count_)
      fail_here(fmt::format("ends after {} records and says it has {}; records were lost", count_, count));
    if (bytes_.get() >= 0) fail_here("found data after the end of the trace");
    done_ = true;
    return false;
  }

  TraceBytes bytes_;
  TraceHeader header_;
  Time last_{};
  std::uint64_t count_ = 0;
  std::uint64_t start_ = 0;  ///< offset of the record read last
  bool done_ = false;
};

class CompactWriter final : public TraceFormWriter {
 public:
  void begin(const TraceHeader& header, std::string& out) override {
    header_ = header;
    const std::string text = trace_header_text(header, TimeUnit::ps);
    out += kCompactMagic;
    number(text.size(), out);
    out += text;
  }

  void write(const TraceRecord& record, std::string& out) override {
    number(kRecord, out);
    number(static_cast<std::uint64_t>((record.arrival - last_).count()), out);
    last_ = record.arrival;
    ++count_;
    if (header_.has_items) number(static_cast<std::uint64_t>(record.items), out);
    std::size_t row = 0;
    for (std::size_t t = 0; t < header_.tables.size(); ++t) {
      number(static_cast<std::uint64_t>(record.lookups[t]), out);
      if (header_.detail != TraceDetail::rows) continue;
      for (std::int32_t i = 0; i < record.lookups[t]; ++i) number(static_cast<std::uint64_t>(record.rows[row++]), out);
    }
  }

  void end(std::string& out) override {
    number(kEnd, out);
    number(count_, out);
  }

 private:
  static void number(std::uint64_t value, std::string& out) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
  }

  TraceHeader header_;
  Time last_{};
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<TraceFormReader> open_compact_trace(TraceBytes bytes) {
  return std::make_unique<CompactReader>(std::move(bytes));
}

std::unique_ptr<TraceFormWriter> compact_trace_writer() { return std::make_unique<CompactWriter>(); }

}  // namespace shardsim
