// SPDX-License-Identifier: Apache-2.0
// Traces of either form, compressed or not. What was read is written in both forms, and has to be read back.
#include "support/expect.hpp"
#include "support/memory_file.hpp"
#include "workload/trace_form.hpp"

namespace shardsim::fuzz {
namespace {

struct Trace {
  TraceHeader header;
  std::vector<TraceRecord> records;
};

Trace read(const std::filesystem::path& file) {
  constexpr std::size_t kMostRecords = 2000;  // a compressed file may hold very many, and one of them many rows
  constexpr std::size_t kMostNumbers = 1 << 20;
  TraceReader reader(file);
  Trace trace{reader.header(), {}};
  std::size_t numbers = 0;
  for (TraceRecord record; trace.records.size() < kMostRecords && numbers < kMostNumbers && reader.next(record);) {
    numbers += record.rows.size() + record.lookups.size();
    trace.records.push_back(record);
  }
  return trace;
}

std::string written(const Trace& trace, TraceFormWriter& writer) {
  std::string out;
  writer.begin(trace.header, out);
  for (const TraceRecord& record : trace.records) writer.write(record, out);
  writer.end(out);
  return out;
}

bool same(const TraceRecord& a, const TraceRecord& b) {
  return a.arrival == b.arrival && a.items == b.items && a.lookups == b.lookups && a.rows == b.rows;
}

void check_round_trip(const Trace& trace, std::unique_ptr<TraceFormWriter> writer) {
  std::string text;
  if (!accepted([&] { text = written(trace, *writer); })) return;  // too long a line
  try {
    const Trace again = read(MemoryFile(text).path());
    if (!std::equal(trace.records.begin(), trace.records.end(), again.records.begin(), again.records.end(), same))
      finding("other records are read back");
  } catch (const InputError& e) {
    finding(e.what() + std::string(" is said of what was written"));
  }
}

}  // namespace
}  // namespace shardsim::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shardsim;
  const fuzz::MemoryFile file(fuzz::text_of(data, size));
  fuzz::Trace trace;
  if (!fuzz::accepted([&] { trace = fuzz::read(file.path()); })) return 0;
  fuzz::check_round_trip(trace, text_trace_writer());
  fuzz::check_round_trip(trace, compact_trace_writer());
  return 0;
}
