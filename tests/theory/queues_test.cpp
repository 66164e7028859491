// SPDX-License-Identifier: Apache-2.0
// Agreement with queueing theory where it has an exact answer. A system is described like any other, so that these
// tests cover the whole way from JSON to percentile.
#include <catch2/catch.hpp>

#include <cmath>

#include "../serving/scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

constexpr double kServiceUs = 100;

// Probability that a customer of an M/M/c queue waits (Erlang C), by the recursion of Erlang B.
double erlang_c(int c, double rho) {
  const double a = c * rho;
  double b = 1;
  for (int k = 1; k <= c; ++k) b = a * b / (k + a * b);
  return b / (1 - rho * (1 - b));
}

const std::string kExponential = R"({"type": "exponential", "mean": 1})";

// Mean over independent replications, and the half width of its 99.9 % interval.
struct Estimate {
  double mean;
  double half_width;
};
template <class Measure>
Estimate replicated(const std::string& text, int replications, Measure measure) {
  std::vector<double> values;
  for (int r = 0; r < replications; ++r)
    values.push_back(measure(run(scenario(text, {{"replication", std::to_string(r)}}))));
  double mean = 0;
  for (const double v : values) mean += v / replications;
  double variance = 0;
  for (const double v : values) variance += (v - mean) * (v - mean) / (replications - 1);
  constexpr double kStudent = 5.04;  // t with 8 to 9 degrees of freedom, two-sided 99.9 %
  return {mean, kStudent * std::sqrt(variance / replications)};
}

void check(const Estimate& measured, double expected) {
  INFO("expected " << expected << ", measured " << measured.mean << " +- " << measured.half_width);
  CHECK(std::abs(measured.mean - expected) < measured.half_width);
  CHECK(measured.half_width < 0.05 * expected);  // else the test would prove nothing
}

double mean_us(const RunResult& r) { return r.recorder.latency_ps().mean() * 1e-6; }

}  // namespace

TEST_CASE("M/M/1: mean latency s / (1 - rho), and an exponential latency distribution") {
  const double rho = GENERATE(0.3, 0.7);
  const std::string text = queue(1, rho, kExponential, 200'000);
  const double expected = kServiceUs / (1 - rho);
  check(replicated(text, 10, mean_us), expected);
  const double p99 = -std::log(0.01) * expected;
  check(replicated(text, 10, [](const RunResult& r) { return r.recorder.latency_ps().quantile(0.99) * 1e-6; }), p99);
}

TEST_CASE("M/M/c: mean latency s + C(c, a) s / (c (1 - rho)), Erlang C") {
  const int c = GENERATE(2, 8, 40);
  const double rho = 0.8;
  check(replicated(queue(c, rho, kExponential, 200'000), 10, mean_us),
        kServiceUs + erlang_c(c, rho) * kServiceUs / (c * (1 - rho)));
}

TEST_CASE("M/D/1: mean wait is half that of M/M/1 (Pollaczek-Khinchine)") {
  const double rho = 0.7;
  check(replicated(queue(1, rho, R"({"type": "fixed", "value": 1})", 200'000), 10, mean_us),
        kServiceUs + rho * kServiceUs / (2 * (1 - rho)));
}

TEST_CASE("M/G/1 with lognormal service, cv 2: wait rho s (1 + cv^2) / (2 (1 - rho)) (Pollaczek-Khinchine)") {
  const double rho = 0.5;
  check(replicated(queue(1, rho, R"({"type": "lognormal", "mean": 1, "cv": 2})", 1'000'000), 10, mean_us),
        kServiceUs + rho * kServiceUs * (1 + 4) / (2 * (1 - rho)));
}

TEST_CASE("fork-join of idle shards: the mean of the slowest of n exponentials is s (1 + 1/2 + ... + 1/n)") {
  // Eight shards, serial replay: nothing queues; network and serialisation are free.
  std::string tables;
  std::string shards;
  double harmonic = 0;
  for (int i = 0; i < 8; ++i) {
    tables += fmt::format(
        R"({}{{"name": "t{}", "rows": 1, "dim": 1, "pooling": {{"type": "fixed", "value": 1}}, "time": "100 us"}})",
        i ? "," : "", i);
    shards += fmt::format(R"({}{{"name": "s{}", "tables": [{{"table": "t{}"}}]}})", i ? "," : "", i, i);
    harmonic += 1.0 / (i + 1);
  }
  const std::string text = queue(1, 0.5, kExponential, 20'000);
  const auto changed = [&](int r) {
    return scenario(text,
                    {{"model", fmt::format(R"({{"name": "fj", "nets": [{{"name": "n", "tables": [{}]}}]}})", tables)},
                     {"sharding", fmt::format(R"({{"plan": {{"shards": [{}]}}}})", shards)},
                     {"serving.jitter", fmt::format(R"({{"sparse": {}}})", kExponential)},
                     {"traffic.arrivals", R"({"type": "serial"})"},
                     {"replication", std::to_string(r)}});
  };
  double sum = 0;
  double squares = 0;
  for (int r = 0; r < 10; ++r) {
    const double m = mean_us(run(changed(r)));
    sum += m / 10;
    squares += m * m / 10;
  }
  const double half_width = 5.04 * std::sqrt((squares - sum * sum) / 9);
  CHECK(std::abs(sum - kServiceUs * harmonic) < half_width);
  CHECK(half_width < 0.02 * sum);
}
