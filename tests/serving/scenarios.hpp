// SPDX-License-Identifier: Apache-2.0
// Small scenarios for tests, as JSON that a user could have written.
#pragma once

#include <fmt/format.h>

#include "experiment/run.hpp"

namespace shardsim::testing {

/// Reads a scenario from JSON text; paths in it start at the folder of shipped descriptions.
inline Scenario scenario(const std::string& text,
                         const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  Document document = Document::wrap(Json::parse(text), "test", std::filesystem::path(SHARDSIM_SOURCE_FOLDER));
  include_files(document);
  for (const auto& [path, value] : changes) document.set(path, value);
  return read_document<Scenario>(document);
}

/// A server on which nothing costs anything but what a test adds.
inline const std::string kFreePlatform = R"({
  "name": "free", "cores": 1, "memory": "1 TB", "memory_bandwidth": "unlimited", "nic": {"bandwidth": "unlimited"},
  "core": {"flops": "1 GFLOP/s", "efficiency": 1, "half_efficiency_rows": 0},
  "lookup": {"time": "0 ns", "time_per_byte": "0 ns"},
  "rpc": {"cpu_per_message": "0 us", "serialization": "unlimited"},
  "service_overhead": "0 us", "net_overhead": "0 us"})";

/// Two nets, four tables, batches of 10 items, on servers with round figures: every span appears.
inline const std::string kTwoNets = R"({
  "model": {"name": "two-nets", "nets": [
    {"name": "user", "per": "query", "bottom_mlp": {"time": "100 us"}, "top_mlp": {"time": "50 us"}, "tables": [
      {"name": "u0", "rows": 1000, "dim": 16, "pooling": {"type": "fixed", "value": 20}, "per": "query"},
      {"name": "u1", "rows": 1000, "dim": 16, "pooling": {"type": "lognormal", "mean": 10, "cv": 1}, "per": "query", "coverage": 0.5}]},
    {"name": "item", "depends_on": ["user"], "bottom_mlp": {"time": "20 us", "time_per_item": "2 us"}, "top_mlp": {"time": "200 us"}, "tables": [
      {"name": "i0", "rows": 100000, "dim": 32, "pooling": {"type": "fixed", "value": 5}},
      {"name": "i1", "rows": 50000, "dim": 32, "pooling": {"type": "uniform", "low": 0, "high": 4}, "coverage": 0.7}]}]},
  "sharding": {"strategy": "load-balanced", "shards": 2},
  "cluster": {
    "main": {"platform": {
      "name": "main", "cores": 4, "memory": "1 GB", "memory_bandwidth": "100 GB/s", "nic": {"bandwidth": "10 Gbps"},
      "core": {"flops": "10 GFLOP/s", "efficiency": 0.5, "half_efficiency_rows": 8},
      "lookup": {"time": "20 ns", "time_per_byte": "0.27 ns"}, "rpc": {"cpu_per_message": "10 us", "serialization": "1 GB/s"},
      "service_overhead": "20 us", "net_overhead": "10 us"}},
    "sparse": {"platform": {
      "name": "sparse", "cores": 2, "memory": "1 GB", "memory_bandwidth": "4 GB/s", "nic": {"bandwidth": "10 Gbps"},
      "core": {"flops": "10 GFLOP/s", "efficiency": 0.5, "half_efficiency_rows": 8},
      "lookup": {"time": "20 ns", "time_per_byte": "0.27 ns"}, "rpc": {"cpu_per_message": "10 us", "serialization": "1 GB/s"},
      "service_overhead": "20 us", "net_overhead": "10 us"}}},
  "topology": {"type": "star", "up_latency": "10 us", "down_latency": "10 us", "frontend": {"link": {"latency": "10 us"}}},
  "serving": {"batch_items": 10, "jitter": {"sparse": {"type": "exponential", "mean": 1}, "serde": {"type": "lognormal", "mean": 1, "cv": 0.5}}},
  "traffic": {"arrivals": {"type": "poisson", "rate": "300 /s"}, "items": {"type": "lognormal", "mean": 30, "cv": 0.8}, "queries": 2000}
})";

/// A queue: `servers` cores, Poisson arrivals, one piece of work a query with mean 100 us.
inline std::string queue(int servers, double utilisation, const std::string& jitter, std::int64_t queries) {
  std::string platform = kFreePlatform;
  const std::string one_core = "\"cores\": 1";
  platform.replace(platform.find(one_core), one_core.size(), fmt::format("\"cores\": {}", servers));
  return fmt::format(R"({{
  "model": {{"name": "queue", "nets": [{{"name": "work", "top_mlp": {{"time": "100 us"}}}}]}},
  "sharding": {{"strategy": "singular"}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {0}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "serving": {{"jitter": {{"dense": {1}}}}},
  "traffic": {{"arrivals": {{"type": "poisson", "rate": "{2} /s"}}, "items": {{"type": "fixed", "value": 1}},
              "queries": {3}, "warmup": {4}}}
}})",
                     platform, jitter, utilisation * servers / 100e-6, queries, queries / 20);
}

}  // namespace shardsim::testing
