// SPDX-License-Identifier: Apache-2.0
// Traces of requests: a header, then one record a query in order of arrival. docs/traces.md describes the format, which
// has a text form (JSON Lines) and a compact one; either may be compressed (gzip, zstd). Files are streamed: memory
// does not grow with them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/basic_types.hpp"
#include "engine/units.hpp"

namespace shardsim {

inline constexpr int kTraceVersion = 1;

/// What a trace knows of a query's lookups.
///   none    nothing: arrivals (and items) only
///   counts  how many in each table
///   rows    which rows of each table
enum class TraceDetail { none, counts, rows };
template <>
struct EnumNames<TraceDetail> {
  static constexpr std::array<std::pair<TraceDetail, std::string_view>, 3> names{
      {{TraceDetail::none, "none"}, {TraceDetail::counts, "counts"}, {TraceDetail::rows, "rows"}}};
};

struct TraceTable {
  std::string name;
  std::int64_t rows = 0;  ///< 0: not known
};

/// What was expected of the recorded queries beforehand. A plan made by it is that of the run that was recorded.
struct TraceEstimate {
  struct Table {
    std::string name;
    double lookups = 0;          ///< a query
    std::string split_by;        ///< of a table that was split: how, and the share of its lookups that each part gets
    std::vector<double> shares;  ///< empty: it was not split
  };
  double items = 1;  ///< a query
  std::vector<Table> tables;
};

struct TraceHeader {
  Remarks provenance;  ///< free text: source, licence, how it was made
  bool has_items = false;
  TraceDetail detail = TraceDetail::none;
  std::vector<TraceTable> tables;  ///< empty exactly when detail is none
  std::optional<TraceEstimate> estimate;
};

struct TraceRecord {
  Time arrival{};                     ///< since the trace's own zero
  int items = 0;                      ///< 0 when the trace has none
  std::vector<std::int32_t> lookups;  ///< by table of the header: lookups of all items together
  std::vector<std::int64_t> rows;     ///< detail rows: those of the first table, then of the second, ...
};

/// Reads a trace of either form, compressed or not (told by its content). Errors are InputErrors that name the file and
/// the line (text) or the byte offset in the uncompressed stream (compact).
class TraceReader {
 public:
  explicit TraceReader(const std::filesystem::path& file);
  ~TraceReader();
  TraceReader(TraceReader&&) noexcept;

  const TraceHeader& header() const;
  /// False at the end. Reuses the record's memory.
  bool next(TraceRecord& record);
  /// Records read so far.
  std::uint64_t count() const;
  /// Share of the file read so far; for progress.
  double share_read() const;
  /// Throws the error `message` about the record read last.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a trace under a temporary name; close() gives it its own. The form and compression follow from the name:
/// `.jsonl` text, `.trace` compact, either with `.gz` or `.zst` after it.
class TraceWriter {
 public:
  /// Throws InputError for another name.
  TraceWriter(const std::filesystem::path& file, const TraceHeader& header);
  ~TraceWriter();  ///< without close(): the temporary file is removed
  TraceWriter(TraceWriter&&) noexcept;

  /// Precondition: not before the last record, and as the header says.
  void write(const TraceRecord& record);
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shardsim
