// SPDX-License-Identifier: Apache-2.0
// Closed loops of clients against mean value analysis, which is exact for them.
#include <catch2/catch.hpp>
#include <cmath>

#include "../serving/scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

constexpr double kServiceUs = 100;

struct Analysis {
  double response_us = 0;
  double per_second = 0;
};

// M. Reiser and S. S. Lavenberg, "Mean-value analysis of closed multichain queuing networks", JACM 27(2), 1980: one
// exponential server, and a pause of mean `think_us`.
Analysis mean_value_analysis(int clients, double think_us) {
  Analysis a;
  double waiting = 0;
  for (int n = 1; n <= clients; ++n) {
    a.response_us = kServiceUs * (1 + waiting);
    a.per_second = n / (a.response_us + think_us) * 1e6;
    waiting = a.per_second * a.response_us * 1e-6;
  }
  return a;
}

struct Estimate {
  double mean = 0;
  double error = 0;
};
Estimate estimate(const std::vector<double>& values) {
  Estimate e;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) e.mean += v / n;
  for (const double v : values) e.error += (v - e.mean) * (v - e.mean) / (n * (n - 1));
  e.error = std::sqrt(e.error);
  return e;
}

}  // namespace

TEST_CASE("clients that think: latency and throughput by mean value analysis") {
  const auto [clients, think_us] = GENERATE(table<int, double>({{1, 100}, {5, 200}, {20, 1000}, {3, 0}}));
  CAPTURE(clients, think_us);
  const std::string think =
      think_us > 0 ? fmt::format(R"(, "think_s": {{"type": "exponential", "mean": {}}})", think_us * 1e-6) : "";
  const std::string text = queue(1, 0.5, R"({"type": "exponential", "mean": 1})", 100'000);
  std::vector<double> response_us;
  std::vector<double> per_second;
  for (int r = 0; r < 10; ++r) {
    const RunResult result = run(scenario(
        text, {{"traffic.arrivals", fmt::format(R"({{"type": "closed-loop", "clients": {}{}}})", clients, think)},
               {"replication", std::to_string(r)}}));
    CHECK(result.completed == 100'000);
    response_us.push_back(result.recorder.latency_ps().mean() * 1e-6);
    per_second.push_back(static_cast<double>(result.completed) / result.simulated_s);
  }
  const Analysis expected = mean_value_analysis(clients, think_us);
  constexpr double kStudent = 5.04;  // t with 8 to 9 degrees of freedom, two-sided 99.9 %
  for (const auto& [values, exact] :
       {std::pair{response_us, expected.response_us}, std::pair{per_second, expected.per_second}}) {
    const Estimate e = estimate(values);
    INFO("expected " << exact << ", measured " << e.mean << " +- " << e.error);
    CHECK(std::abs(e.mean - exact) < kStudent * e.error);
    CHECK(kStudent * e.error < 0.03 * exact);  // else the test would prove nothing
  }
}
