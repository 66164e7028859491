// SPDX-License-Identifier: Apache-2.0
// Samples per second of each distribution and popularity, random numbers included, on one core:
//     cmake --build build/release --target samplers_bench && build/release/samplers_bench
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <filesystem>

#include "engine/distribution.hpp"
#include "model/popularity.hpp"

namespace {

using namespace shardsim;

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "bench", std::filesystem::temp_directory_path());
  return read_document<T>(d);
}

RandomStream stream() { return {1, 0, Purpose::rows, 0}; }

void bits(benchmark::State& state) {
  RandomStream random = stream();
  for (auto _ : state) benchmark::DoNotOptimize(random.bits());
  state.SetItemsProcessed(state.iterations());
}

void ranks(benchmark::State& state, const std::string& json, std::int64_t rows) {
  const auto sampler = parsed<Choice<Popularity>>(json)->over(rows);
  RandomStream random = stream();
  for (auto _ : state) benchmark::DoNotOptimize(sampler->sample(random));
  state.SetItemsProcessed(state.iterations());
}

void making(benchmark::State& state, const std::string& json, std::int64_t rows) {
  const auto popularity = parsed<Choice<Popularity>>(json);
  for (auto _ : state) benchmark::DoNotOptimize(popularity->over(rows));
}

void numbers(benchmark::State& state, const std::string& json) {
  const auto distribution = parsed<Choice<Distribution>>(json);
  RandomStream random = stream();
  for (auto _ : state) benchmark::DoNotOptimize(distribution->sample(random));
  state.SetItemsProcessed(state.iterations());
}

void add_ranks(const std::string& json, std::int64_t rows) {
  const std::string name = fmt::format("{} rows={:.0e}", json, static_cast<double>(rows));
  benchmark::RegisterBenchmark(("ranks " + name).c_str(), ranks, json, rows);
}

void add_popularities() {
  constexpr std::int64_t kMillion = 1'000'000;
  constexpr std::int64_t kMost = kMillion * kMillion;
  add_ranks(R"({"type": "uniform"})", kMillion);
  add_ranks(R"({"type": "reuse", "classes": [{"rows": 0.1, "accesses": 0.8}, {"rows": 0.9, "accesses": 0.2}]})", kMost);
  for (const std::int64_t rows : {std::int64_t{1000}, kMillion, 1000 * kMillion, kMost})
    for (const double s : {0.0, 0.5, 0.84, 1.0, 1.2, 3.0})
      add_ranks(fmt::format(R"({{"type": "zipf", "s": {}}})", s), rows);
  benchmark::RegisterBenchmark("making zipf s=1 rows=1e12", making, R"({"type": "zipf", "s": 1})", kMost);
}

void add_distributions() {
  std::vector<std::string> all{R"({"type": "fixed", "value": 5})",
                               R"({"type": "uniform", "low": 1, "high": 9})",
                               R"({"type": "exponential", "mean": 5})",
                               R"({"type": "lognormal", "mean": 5, "cv": 1})",
                               R"({"type": "geometric", "mean": 5})",
                               R"({"type": "negative-binomial", "mean": 5, "cv": 1})",
                               R"({"type": "negative-binomial", "mean": 100, "cv": 1})",
                               R"({"type": "pareto", "shape": 1.5, "least": 1, "most": 1000})"};
  for (const double mean : {1.0, 5.0, 29.0, 31.0, 1000.0})
    all.push_back(fmt::format(R"({{"type": "poisson", "mean": {}}})", mean));
  for (const std::string& json : all) benchmark::RegisterBenchmark(json.c_str(), numbers, json);
  std::string bins;
  for (int i = 0; i < 100; ++i)
    bins += fmt::format(R"({}{{"low": {}, "high": {}, "weight": {}}})", i > 0 ? ", " : "", i, i + 1, 1.0 / (i + 1));
  benchmark::RegisterBenchmark("histogram of 100 bins", numbers,
                               fmt::format(R"({{"type": "histogram", "bins": [{}]}})", bins));
}

}  // namespace

int main(int count, char** arguments) {
  benchmark::RegisterBenchmark("bits", bits);
  add_popularities();
  add_distributions();
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
