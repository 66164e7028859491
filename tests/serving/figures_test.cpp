// SPDX-License-Identifier: Apache-2.0
// Figures of a result that no code but the report reads, against theory and hand calculation.
#include <catch2/catch.hpp>

#include "experiment/replications.hpp"
#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

double mean_queue(const RunResult& r) {
  return FigureList<HostResult>::all().json(r.hosts.at(0))["mean_queue"].get<double>();
}

}  // namespace

TEST_CASE("mean_queue: of the line of an M/M/1 queue at 70 %, in one run and in two together") {
  const Scenario queue_of_one = scenario(queue(1, 0.7, R"({"type": "exponential", "mean": 1})", 40'000));
  const RunResult r = run(queue_of_one);
  CHECK(mean_queue(r) == Approx(0.7 * 0.7 / 0.3).epsilon(0.1));
  // Little's law, exactly: who waits is counted once as a visitor and once as time.
  const double arrivals_per_us = static_cast<double>(r.hosts.at(0).visits) / (r.simulated_s * 1e6);
  CHECK(mean_queue(r) == Approx(arrivals_per_us * r.hosts.at(0).mean_wait_us));

  Scenario second = queue_of_one;
  second.replication = 1;
  const RunResult s = run(second);
  Scenario both = queue_of_one;
  both.replications = 2;
  CHECK(mean_queue(run_replications(both, 1, {})) ==
        Approx((mean_queue(r) * r.simulated_s + mean_queue(s) * s.simulated_s) / (r.simulated_s + s.simulated_s)));
}
