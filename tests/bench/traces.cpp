// SPDX-License-Identifier: Apache-2.0
// How fast traces are written and read, and in how much memory: a trace of counts for 26 tables (as many categorical
// features as Criteo's data have), every form and compression in turn.
//
// example: build/release/traces_bench 10000000 /tmp
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "engine/random.hpp"
#include "workload/trace.hpp"

using namespace shardsim;

namespace {

constexpr int kTables = 26;

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The most the process ever had, so it grows if any form's memory grew with its file.
double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

TraceHeader header() {
  TraceHeader h;
  h.has_items = true;
  h.detail = TraceDetail::counts;
  for (int t = 0; t < kTables; ++t) h.tables.push_back({fmt::format("table{}", t), 0});
  return h;
}

// Makes queries at 10,000 a second, with up to 1000 items and 0 to 255 lookups in a table; cheaply, as making them is
// measured with writing them.
void make(RandomStream& random, TraceRecord& record) {
  record.arrival += Duration(static_cast<std::int64_t>(random.below(200'000'000)));
  record.items = static_cast<int>(1 + random.below(1000));
  record.lookups.resize(kTables);
  std::uint64_t bits = 0;
  for (int t = 0; t < kTables; ++t, bits >>= 8) {
    if (t % 8 == 0) bits = random.bits();
    record.lookups[static_cast<std::size_t>(t)] = static_cast<std::int32_t>(bits & 0xff);
  }
}

void measure(const std::filesystem::path& file, std::int64_t queries) {
  double start = processor_seconds();
  RandomStream random(1, 0, Purpose::lookups, 0);
  TraceRecord record;
  TraceWriter writer(file, header());
  for (std::int64_t i = 0; i < queries; ++i) {
    make(random, record);
    writer.write(record);
  }
  writer.close();
  const double written = static_cast<double>(queries) / (processor_seconds() - start);

  start = processor_seconds();
  TraceReader reader(file);
  while (reader.next(record)) {
  }
  const double read = static_cast<double>(reader.count()) / (processor_seconds() - start);
  fmt::print("| {} | {:.1f} | {:.2f} | {:.2f} | {:.0f} |\n",
             file.extension() == ".trace" || file.extension() == ".jsonl"
                 ? file.extension().string()
                 : file.stem().extension().string() + file.extension().string(),
             static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(queries), written / 1e6,
             read / 1e6, peak_mib());
  std::fflush(stdout);
  std::filesystem::remove(file);
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t queries = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const std::filesystem::path folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path();
  fmt::print("{} queries, {} tables; rates in processor time of one core\n\n", queries, kTables);
  fmt::print("| form | bytes a query | million written a second | million read a second | peak memory, MiB |\n");
  fmt::print("|---|---:|---:|---:|---:|\n");
  for (const char* form : {".trace", ".trace.zst", ".trace.gz", ".jsonl", ".jsonl.zst", ".jsonl.gz"}) {
    const bool text = std::string_view(form).starts_with(".jsonl");
    measure(folder / (std::string("bench") + form), text ? std::max<std::int64_t>(queries / 10, 1) : queries);
  }
}
