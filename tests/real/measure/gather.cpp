// SPDX-License-Identifier: Apache-2.0
// Gathers with the loop of the sparse shard: by bytes of a row, size of the table, and cores that gather at once.
#include <random>
#include <thread>

#include "measure/samples.hpp"
#include "server/tables.hpp"

namespace shardsim::real {
namespace {

constexpr std::size_t kLookups = 4096;
constexpr std::uint32_t kPooling = 16;  // lookups of a bag, where nothing else is said

constexpr std::size_t kLargest = std::size_t{2} << 30;  // bytes of a table

// One for all benchmarks, so that a smaller table is a part of it.
const float* memory() {
  static const std::vector<float> values(kLargest / sizeof(float), 0.001F);
  return values.data();
}

struct Asked {
  explicit Asked(std::uint32_t pooling = kPooling) : lengths(kLookups / pooling, pooling), rows(kLookups) {}
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint64_t> rows;

  void draw(std::mt19937_64& random, std::uint64_t rows_of_table) {
    for (std::uint64_t& row : rows) row = random() % rows_of_table;
  }
};

void pool(const float* values, std::size_t row_bytes, const Asked& asked, std::vector<float>& out) {
  pool_rows(values, static_cast<int>(row_bytes / sizeof(float)), asked.lengths, asked.rows, out.data(),
            [](std::uint64_t row) { return row; });
  benchmark::DoNotOptimize(out.data());
}

// bytes of a row, MiB of the table, lookups of a bag
void gather(benchmark::State& state) {
  const auto row_bytes = static_cast<std::size_t>(state.range(0));
  const std::size_t table_bytes = static_cast<std::size_t>(state.range(1)) << 20;
  const float* values = memory();
  std::mt19937_64 random(1);
  Asked asked(static_cast<std::uint32_t>(state.range(2)));
  std::vector<float> out(asked.lengths.size() * row_bytes / sizeof(float));
  Samples samples;
  for (auto _ : state) {
    asked.draw(random, table_bytes / row_bytes);
    samples.take(state, [&] { pool(values, row_bytes, asked, out); });
  }
  samples.tell(state);
}

// All cores at once; bytes of a row.
void gather_on_cores(benchmark::State& state) {
  constexpr std::size_t kSets = 64;
  const auto row_bytes = static_cast<std::size_t>(state.range(0));
  const float* values = memory();
  std::mt19937_64 random(static_cast<std::uint64_t>(state.thread_index()) + 1);
  std::vector<Asked> sets(kSets);
  for (Asked& asked : sets) asked.draw(random, kLargest / row_bytes);
  std::vector<float> out(sets[0].lengths.size() * row_bytes / sizeof(float));
  std::size_t next = 0;
  for (auto _ : state) pool(values, row_bytes, sets[next++ % kSets], out);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kLookups * row_bytes));
}

void in_memory(benchmark::internal::Benchmark* b) {
  for (const int bytes : {64, 128, 256, 512, 1024}) b->Args({bytes, kLargest >> 20, kPooling});
}
void by_size(benchmark::internal::Benchmark* b) {
  for (const int mib : {1, 8, 64, 512}) b->Args({256, mib, kPooling});
}
void by_pooling(benchmark::internal::Benchmark* b) {
  for (const int pooling : {1, 2, 4, 16, 64}) b->Args({128, kLargest >> 20, pooling});
}
void by_cores(benchmark::internal::Benchmark* b) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  for (int n = 1; n < cores; n *= 2) b->Threads(n);
  b->Threads(cores);
}
BENCHMARK(gather)->Apply(in_memory)->UseManualTime();
BENCHMARK(gather)->Name("gather_by_size")->Apply(by_size)->UseManualTime();
BENCHMARK(gather)->Name("gather_by_pooling")->Apply(by_pooling)->UseManualTime();
BENCHMARK(gather_on_cores)->Arg(512)->Apply(by_cores)->UseRealTime();

}  // namespace
}  // namespace shardsim::real
