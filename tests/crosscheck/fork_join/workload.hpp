// SPDX-License-Identifier: Apache-2.0
// The fork-join workload as the C++ peers read it: NAME=VALUE words, which `run` takes from a scenario of tests/bench.
//
// A request takes a core of the main server, asks every shard, and when all have answered takes a core again. Variates
// come from a hash of seed, request and shard, so that all peers simulate the same requests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace fork_join {

struct Workload {
  std::uint32_t shards = 0;
  std::uint32_t requests = 0;
  std::uint64_t seed = 0;
  std::uint32_t main_cores = 0;
  std::uint32_t shard_cores = 0;
  double requests_per_s = 0;        // Poisson
  std::int64_t first_stage_ns = 0;  // on main, before the fan-out
  std::int64_t last_stage_ns = 0;   // on main, after the join
  double service_mean_ns = 0;       // on a shard, exponential
  std::int64_t latency_ns = 0;      // one way
  std::uint64_t bits_per_s = 0;     // of each network card, each way
  std::uint32_t request_bytes = 0;
  std::uint32_t response_bytes = 0;

  std::int64_t request_sending_ns() const { return sending_ns(request_bytes); }
  std::int64_t response_sending_ns() const { return sending_ns(response_bytes); }
  std::int64_t interarrival_ns(std::uint32_t request) const {
    return exponential((seed << 56) ^ (1ull << 55) ^ request, 1e9 / requests_per_s);
  }
  std::int64_t service_ns(std::uint32_t request, std::uint32_t shard) const {
    return exponential((seed << 56) ^ (std::uint64_t{request} * shards + shard), service_mean_ns);
  }

 private:
  std::int64_t sending_ns(std::uint32_t bytes) const { return std::llround(bytes * 8e9 / double(bits_per_s)); }

  static std::uint64_t hash(std::uint64_t x) {  // SplitMix64's step (Steele, Lea and Flood 2014)
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  static std::int64_t exponential(std::uint64_t key, double mean) {
    const double uniform = double((hash(key) >> 11) + 1) * 0x1p-53;  // in (0, 1]
    return std::int64_t(-std::log(uniform) * mean + 0.5);
  }
};

[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(2);
}

inline double take(std::map<std::string, double>& words, const std::string& name) {
  const auto found = words.find(name);
  if (found == words.end()) fail("missing: " + name + "=VALUE");
  const double value = found->second;
  words.erase(found);
  return value;
}

inline Workload parse(int argc, char** argv) {
  std::map<std::string, double> words;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    if (equals == std::string::npos) fail("not NAME=VALUE: " + word);
    words[word.substr(0, equals)] = std::atof(word.c_str() + equals + 1);
  }
  Workload w;
  w.shards = std::uint32_t(take(words, "shards"));
  w.requests = std::uint32_t(take(words, "requests"));
  w.seed = std::uint64_t(take(words, "seed"));
  w.main_cores = std::uint32_t(take(words, "main_cores"));
  w.shard_cores = std::uint32_t(take(words, "shard_cores"));
  w.requests_per_s = take(words, "requests_per_s");
  w.first_stage_ns = std::int64_t(take(words, "first_stage_ns"));
  w.last_stage_ns = std::int64_t(take(words, "last_stage_ns"));
  w.service_mean_ns = take(words, "service_mean_ns");
  w.latency_ns = std::int64_t(take(words, "latency_ns"));
  w.bits_per_s = std::uint64_t(take(words, "bits_per_s"));
  w.request_bytes = std::uint32_t(take(words, "request_bytes"));
  w.response_bytes = std::uint32_t(take(words, "response_bytes"));
  if (!words.empty()) fail("unknown: " + words.begin()->first);
  return w;
}

/// Prints mean, P50, P90 and P99; a quantile is the value at rank ceil(q n), as in shardsim.
inline int print_latencies(std::vector<std::int64_t> ns, const Workload& w) {
  if (ns.size() != w.requests) fail(std::to_string(w.requests - ns.size()) + " requests were not answered");
  std::sort(ns.begin(), ns.end());
  double sum = 0;
  for (const std::int64_t x : ns) sum += double(x);
  const auto rank = [&](double q) { return double(ns[std::size_t(std::ceil(q * double(ns.size()))) - 1]) / 1000; };
  std::printf("mean,p50,p90,p99\n%.4f,%.3f,%.3f,%.3f\n", sum / 1000 / double(ns.size()), rank(0.5), rank(0.9),
              rank(0.99));
  return 0;
}

}  // namespace fork_join
