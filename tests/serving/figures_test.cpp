// SPDX-License-Identifier: Apache-2.0
// Figures of a result that no code but the report reads, against theory and hand calculation.
#include <catch2/catch.hpp>

#include "experiment/replications.hpp"
#include "experiment/report.hpp"
#include "experiment/results/query_figures.hpp"
#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

double mean_queue(const RunResult& r) {
  return FigureList<HostResult>::all().json(r.hosts.at(0))["mean_queue"].get<double>();
}

double figure_of_queries(const RunResult& r, const std::string& name) {
  std::size_t i = 0;
  while (kQueryFigures.at(i).name != name) ++i;
  return r.query_means.at(i).value;
}

// Two nets whose shards are given up after `patience`.
Scenario giving_up(const std::string& patience) {
  return scenario(
      kTwoNets, {{"serving.call", R"({"type": "give-up", "after": ")" + patience + "\"}"}, {"traffic.queries", "400"}});
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

TEST_CASE("degraded: what answers miss is in the result as the mean of the queries that count") {
  SECTION("nothing, where there is time enough") {
    const RunResult r = run(giving_up("10 s"));
    CHECK(figure_of_queries(r, "degraded") == 0);
    CHECK(figure_of_queries(r, "degraded_queries") == 0);
    CHECK_THAT(summary_text(r), !Catch::Contains("degraded"));
  }
  SECTION("everything, where there is none: all tables are on shards") {
    const RunResult r = run(giving_up("1 ns"));
    CHECK(figure_of_queries(r, "degraded") == 1);
    CHECK(figure_of_queries(r, "degraded_queries") == 1);
    CHECK_THAT(summary_text(r), Catch::Contains("degraded    100.00"));
  }
  SECTION("some") {
    double share = 0;
    double any = 0;
    RunControl control;
    const Scenario some = giving_up("150 us");
    std::vector<Outcome> outcomes;
    control.on_outcome = [&](const Outcome& o) { outcomes.push_back(o); };
    const RunResult r = run(some, control);
    for (const Outcome& o : outcomes) {
      if (static_cast<std::int64_t>(o.id) < r.warmup || o.failed) continue;
      share += o.degraded;
      any += o.missing_bags > 0 ? 1 : 0;
    }
    const auto count = static_cast<double>(r.recorder.count());
    CHECK(share > 0);
    CHECK(any < count);
    CHECK(figure_of_queries(r, "degraded") == Approx(share / count));
    CHECK(figure_of_queries(r, "degraded_queries") == Approx(any / count));
    const Json json = result_json(some, r, {});
    CHECK(json["degraded"]["value"].get<double>() == Approx(share / count));
  }
}
