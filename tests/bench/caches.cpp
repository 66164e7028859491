// SPDX-License-Identifier: Apache-2.0
// Lookups per second of each cache row by row, on one core, and the memory that it takes; and how long formulas take:
//     cmake --build build/release --target caches_bench && build/release/caches_bench
// The largest holds 10^8 rows, of a table of 10^9.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "caches/capacity_split.hpp"

namespace {

using namespace shardsim;

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "bench", std::filesystem::temp_directory_path());
  return read_document<T>(d);
}

double resident_mib() {
  std::int64_t all = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

constexpr std::int64_t kRowBytes = 272;  // 64 numbers of 4 bytes, and 16 of an entry

std::unique_ptr<const RankSampler> zipf(double s, std::int64_t rows) {
  return parsed<Choice<Popularity>>(fmt::format(R"({{"type": "zipf", "s": {}}})", s))->over(rows);
}

// Rows are drawn beforehand, so that the cache alone is timed: it is asked for the same millions again and again.
std::vector<std::int64_t> some_rows(const RankSampler& law, std::size_t count) {
  RandomStream random(1, 0, Purpose::rows, 0);
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(law.sample(random));
  return out;
}

void lookups(benchmark::State& state, const std::string& json, std::int64_t entries) {
  constexpr std::size_t kDrawn = 1 << 24;
  const std::int64_t rows = 10 * entries;
  const auto law = zipf(0.9, rows);
  const std::vector<std::int64_t> drawn = some_rows(*law, kDrawn);
  const double before = resident_mib();
  const auto cache = parsed<Choice<CachePolicy>>(json)->exact(
      {Bytes{entries * kRowBytes}, {{rows, Bytes{kRowBytes}, 1, law.get()}}, {}});
  for (std::int64_t row = rows - 1; row >= 0 && cache->entries() < entries; --row) cache->access(0, row);  // full
  constexpr std::size_t kBatch = 512;  // what a query may ask of a table
  std::int64_t hits = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    hits += cache->access_all(0, std::span(drawn).subspan(next, kBatch));
    next = (next + kBatch) % kDrawn;
  }
  const auto done = static_cast<double>(state.iterations()) * kBatch;
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
  state.counters["hit_ratio"] = static_cast<double>(hits) / done;
  state.counters["MiB"] = resident_mib() - before;
}

void formula(benchmark::State& state, const std::string& json, std::int64_t rows) {
  const auto law = zipf(0.9, rows);
  const auto policy = parsed<Choice<CachePolicy>>(json);
  const std::vector<CachedTable> tables{{rows, Bytes{kRowBytes}, 1, law.get()}};
  const Bytes capacity{rows / 50 * kRowBytes};
  for (auto _ : state) benchmark::DoNotOptimize(policy->hit_ratios(tables, capacity).by_table->front());
}

void split(benchmark::State& state, std::size_t count) {
  const auto policy = Choice<CachePolicy>::of("lru");
  std::vector<std::unique_ptr<const RankSampler>> laws;
  std::vector<CachedTable> tables;
  for (std::size_t t = 0; t < count; ++t) {
    const std::int64_t rows = 1'000'000 + static_cast<std::int64_t>(t);
    laws.push_back(zipf(0.9, rows));
    tables.push_back({rows, Bytes{kRowBytes}, 1, laws.back().get()});
  }
  const Bytes capacity{static_cast<std::int64_t>(count) * 20'000 * kRowBytes};
  for (auto _ : state)
    benchmark::DoNotOptimize(split_capacity(CapacitySplit::marginal_gain, *policy, tables, capacity).front());
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::string json : {R"({"type": "lru"})", R"({"type": "fifo"})", R"({"type": "clock"})",
                                 R"({"type": "lfu"})", R"({"type": "set-associative"})", R"({"type": "pending-first"})",
                                 R"({"type": "lru", "admission": "second-touch", "admission_window": 1000000})"}) {
    benchmark::RegisterBenchmark(fmt::format("lookups {} entries=1e6", json).c_str(), lookups, json, 1'000'000);
  }
  benchmark::RegisterBenchmark("lookups lru entries=1e8", lookups, R"({"type": "lru"})", 100'000'000)
      ->Iterations(1 << 15);  // all that were drawn once, as it is long to fill
  for (const std::string json : {R"({"type": "lru"})", R"({"type": "static-top"})", R"({"type": "set-associative"})",
                                 R"({"type": "lru", "admission": "second-touch", "admission_window": 1000000})"})
    benchmark::RegisterBenchmark(fmt::format("formula {} rows=1e8", json).c_str(), formula, json, 100'000'000)
        ->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("split by marginal gain, tables=100", split, 100)->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
