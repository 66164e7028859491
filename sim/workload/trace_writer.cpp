// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <stdexcept>

#include "workload/trace_form.hpp"

namespace shardsim {
namespace {

struct Kind {
  bool text = false;
  FileCompression compression = FileCompression::none;
};

Kind kind_of(const std::filesystem::path& file) {
  Kind kind;
  std::filesystem::path name = file.filename();
  if (name.extension() == ".gz") kind.compression = FileCompression::gzip;
  if (name.extension() == ".zst") kind.compression = FileCompression::zstd;
  if (kind.compression != FileCompression::none) name = name.stem();
  kind.text = name.extension() == ".jsonl";
  if (!kind.text && name.extension() != ".trace")
    throw InputError(file.string(), "",
                     "names no form of trace; end it in .trace (compact) or .jsonl (text), or either and .gz or .zst");
  return kind;
}

}  // namespace

class TraceWriter::Impl {
 public:
  Impl(const std::filesystem::path& file, const TraceHeader& header) : Impl(file, header, kind_of(file)) {}

  void write(const TraceRecord& record) {
    check(record);
    form_->write(record, buffer_);
    last_ = record.arrival;
    if (buffer_.size() >= kBlock) flush();
  }

  void close() {
    form_->end(buffer_);
    flush();
    out_.close();
  }

 private:
  static constexpr std::size_t kBlock = 256 << 10;

  Impl(const std::filesystem::path& file, const TraceHeader& header, Kind kind)
      : header_(header),
        form_(kind.text ? text_trace_writer() : compact_trace_writer()),
        out_(file, kind.compression),
        name_(file.string()) {
    form_->begin(header_, buffer_);
  }

  void flush() {
    out_.write(buffer_);
    buffer_.clear();
  }

  // What the reader would refuse is not written.
  void check(const TraceRecord& record) const {
    const auto require = [&](bool met, const char* rule) {
      if (!met) throw std::logic_error(fmt::format("{}: a record to be written breaks the rule: {}", name_, rule));
    };
    require(record.arrival >= last_, "not before the last");
    require(!header_.has_items || (record.items >= 1 && record.items <= kMostTraceItems), "1 to 1000000 items");
    require(header_.detail == TraceDetail::none || record.lookups.size() == header_.tables.size(), "lookups by table");
    for (std::size_t t = 0; t < header_.tables.size(); ++t)
      require(record.lookups[t] >= 0 && record.lookups[t] <= kMostTraceLookups, "lookups from 0 to 1000000000");
    if (header_.detail == TraceDetail::rows) check_rows(record, require);
  }
  template <class Require>
  void check_rows(const TraceRecord& record, const Require& require) const {
    const auto all = std::accumulate(record.lookups.begin(), record.lookups.end(), std::int64_t{0});
    require(all == std::ssize(record.rows), "a row for each lookup");
    if (record.rows.size() > kMostTraceRows)
      throw InputError(name_, "",
                       fmt::format("a query of {} lookups cannot be written with its rows; at most {} can",
                                   record.rows.size(), kMostTraceRows));
    std::size_t row = 0;
    for (std::size_t t = 0; t < header_.tables.size(); ++t)
      for (std::int32_t i = 0; i < record.lookups[t]; ++i, ++row)
        require(record.rows[row] >= 0 && (header_.tables[t].rows == 0 || record.rows[row] < header_.tables[t].rows),
                "row numbers below the table's rows");
  }

  TraceHeader header_;
  std::unique_ptr<TraceFormWriter> form_;
  OutputFile out_;
  std::string name_;
  std::string buffer_;
  Time last_{};
};

TraceWriter::TraceWriter(const std::filesystem::path& file, const TraceHeader& header)
    : impl_(std::make_unique<Impl>(file, header)) {}
TraceWriter::~TraceWriter() = default;
TraceWriter::TraceWriter(TraceWriter&&) noexcept = default;

void TraceWriter::write(const TraceRecord& record) { impl_->write(record); }
void TraceWriter::close() { impl_->close(); }

}  // namespace shardsim
