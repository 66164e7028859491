// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/decimal_time.hpp"
#include "workload/trace.hpp"

namespace shardsim {

inline constexpr const char* kTraceFormat = "shardsim-trace";
inline constexpr std::string_view kCompactMagic = "SSTRACE1";

inline constexpr std::size_t kLongestTraceHeader = std::size_t{16} << 20;
/// Longest record of the text form.
inline constexpr std::size_t kLongestTraceLine = std::size_t{64} << 20;
inline constexpr int kMostTraceItems = 1'000'000;
/// Most lookups of a query in one table. Somewhat arbitrary: no service comes near, and sums stay far from overflow.
inline constexpr std::int64_t kMostTraceLookups = 1'000'000'000;
/// Most rows of a query in all tables: 800 MB of memory.
inline constexpr std::size_t kMostTraceRows = 100'000'000;

struct ParsedHeader {
  TraceHeader header;
  TimeUnit unit = TimeUnit::us;
};

/// Reads the header's JSON; `place` names it in errors.
ParsedHeader parse_trace_header(const std::string& text, const std::string& place);
/// The header as one line of JSON, without a line end.
std::string trace_header_text(const TraceHeader& header, TimeUnit unit);
/// What a file that is no trace is told.
[[noreturn]] void fail_not_a_trace(const std::string& file, const std::string& found);

/// What is wrong with a row number that is not below the table's rows.
std::string complaint_about_row(const std::string& row, const TraceTable& table);

}  // namespace shardsim
