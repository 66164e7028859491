// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.hpp"
#include "config/output_file.hpp"
#include "workload/trace_bytes.hpp"
#include "workload/trace_header.hpp"

namespace shardsim {

/// Reads the records of one form of trace, after its header.
class TraceFormReader {
 public:
  virtual ~TraceFormReader() = default;
  virtual const TraceHeader& header() const = 0;
  virtual bool next(TraceRecord& record) = 0;
  /// The error `message` about the record read last.
  virtual InputError error(const std::string& message) const = 0;
};

std::unique_ptr<TraceFormReader> open_text_trace(TraceBytes bytes);
std::unique_ptr<TraceFormReader> open_compact_trace(TraceBytes bytes);

/// Appends the bytes of one form of trace to `out`.
class TraceFormWriter {
 public:
  virtual ~TraceFormWriter() = default;
  virtual void begin(const TraceHeader& header, std::string& out) = 0;
  virtual void write(const TraceRecord& record, std::string& out) = 0;
  virtual void end(std::string& out) = 0;
};

std::unique_ptr<TraceFormWriter> text_trace_writer();
std::unique_ptr<TraceFormWriter> compact_trace_writer();

}  // namespace shardsim
