// SPDX-License-Identifier: Apache-2.0
// Runs in which queries fail, against what queueing theory says of them: one sparse shard with one core and exponential
// work of 1 ms, which a query asks once. An answer that comes too late was worked for all the same, so that without
// retries the shard is an M/M/1 queue whatever the timeout is: P(time > t) = exp(-(1000 - rate) t).
#include <catch2/catch.hpp>
#include <cmath>

#include "scenarios.hpp"

using namespace shardsim;
using shardsim::testing::kFreePlatform;
using shardsim::testing::scenario;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

RunResult shard_queue(int rate, int queries, const Changes& changes) {
  const std::string text = fmt::format(R"({{
    "model": {{"name": "one", "nets": [{{"name": "net", "tables": [
      {{"name": "t", "rows": 1, "dim": 1, "pooling": {{"type": "fixed", "value": 1}}, "time": "1 ms"}}]}}]}},
    "sharding": {{"plan": {{"shards": [{{"name": "s", "tables": [{{"table": "t"}}]}}]}}}},
    "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {0}}}}},
    "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
    "serving": {{"jitter": {{"sparse": {{"type": "exponential", "mean": 1}}}}}},
    "traffic": {{"arrivals": {{"type": "poisson", "rate": "{1} /s"}}, "items": {{"type": "fixed", "value": 1}},
                "queries": {2}, "warmup": 0}}}})",
                                       kFreePlatform, rate, queries);
  return run(scenario(text, changes));
}

const std::string kTimeout = R"({"type": "retry", "per_try_timeout": "20 ms"})";

}  // namespace

TEST_CASE("goodput is the share of offered queries answered within the objective") {
  // P(time <= 10 ms) at 800/s = 1 - exp(-2).
  const RunResult r = shard_queue(800, 200'000, {{"traffic.objective", "10 ms"}});
  CHECK(r.verdict == Verdict::stable);
  const double truth = 1 - std::exp(-2.0);
  CHECK(r.goodput.low <= truth);
  CHECK(r.goodput.high >= truth);
  CHECK(r.goodput.high - r.goodput.low < 0.03);
}

TEST_CASE("a run in which more than 0.1 % of the queries fail is failing, though nothing is overloaded") {
  // P(time > 20 ms) at 800/s = exp(-4) = 1.83 %.
  const RunResult r = shard_queue(800, 100'000, {{"serving.call", kTimeout}});
  const double lost = std::exp(-4.0);
  CHECK(r.verdict == Verdict::failing);
  CHECK(r.failed_share() == Approx(lost).epsilon(0.25));
  CHECK(r.goodput.low <= 1 - lost);
  CHECK(r.goodput.high >= 1 - lost);
  CHECK(r.saturation_throughput_per_s() == 0);

  SECTION("percentiles that count failed queries as infinite are those of the queue without a timeout") {
    CHECK(r.latency_with_failed_us(0.95) == Approx(1e6 * std::log(20) / 200).epsilon(0.1));
    CHECK(std::isinf(r.latency_with_failed_us(0.99)));
    CHECK(r.figures[Measure::p99].value < 20'000);
  }
}

TEST_CASE("how many queries may fail is a field of the traffic") {
  const RunResult r = shard_queue(800, 20'000, {{"serving.call", kTimeout}, {"traffic.most_failed", "5 %"}});
  CHECK(r.failed > 0);
  CHECK(r.verdict == Verdict::stable);
}

TEST_CASE("a run of which no query was answered is failing, not empty") {
  const RunResult r = shard_queue(100, 200, {{"serving.call", R"({"type": "retry", "per_try_timeout": "1 ns"})"}});
  CHECK(r.completed == 0);
  CHECK(r.verdict == Verdict::failing);
  CHECK(r.goodput.value == 0);
}

TEST_CASE("core time is told apart as useful and wasted") {
  // A piece of work s is wasted when its query waited longer than t - s, P(wait > x) = 0.8 exp(-0.2 x), times in ms:
  //   integral of s exp(-s) 0.8 exp(-0.2 (20 - s)) ds = 0.8 exp(-4) / 0.8^2 = 0.0229 ms a query offered.
  const RunResult r = shard_queue(800, 100'000, {{"serving.call", kTimeout}});
  const auto offered = static_cast<double>(r.offered);
  CHECK(r.cpu_us / offered == Approx(1000).epsilon(0.02));
  CHECK(r.wasted_cpu_us() / offered == Approx(22.9).epsilon(0.25));
  CHECK(shard_queue(800, 5000, {}).wasted_cpu_us() == Approx(0).margin(1e-3));
}

TEST_CASE("a retry storm that outlives the fault that set it off is metastable") {
  // At 700/s an attempt takes longer than 100 ms with a chance of exp(-30). A second in which the shard is ten times as
  // slow leaves 600 ms of work waiting: all four attempts of all queries are too late, 2.8 times what the shard can do.
  const Changes retries{{"serving.call", R"({"type": "retry", "per_try_timeout": "100 ms", "retries": 3})"}};
  Changes fault = retries;
  fault.emplace_back("faults",
                     R"([{"hosts": "sparse0", "state": "slow", "factor": 10, "from": "5 s", "until": "6 s"}])");
  const RunResult r = shard_queue(700, 40'000, fault);
  CHECK(r.verdict == Verdict::failing);
  CHECK(r.has(Condition::retry_storm));
  CHECK(r.has(Condition::metastable));
  CHECK(r.failed > 30'000);
  CHECK(r.first_attempt_load == Approx(0.7).epsilon(0.1));
  CHECK(r.bottleneck.offered_load == Approx(2.8).epsilon(0.1));
  CHECK(r.saturation_throughput_per_s() == 0);

  const RunResult undisturbed = shard_queue(700, 40'000, retries);
  CHECK(undisturbed.verdict == Verdict::stable);
  CHECK_FALSE(undisturbed.has(Condition::retry_storm));
}

TEST_CASE("an outage is no retry storm, nor are timeouts too short for an idle system") {
  const RunResult outage =
      shard_queue(700, 5000,
                  {{"serving.call", R"({"type": "retry", "per_try_timeout": "20 ms", "retries": 3})"},
                   {"faults", R"([{"hosts": "sparse0", "state": "down", "from": "2 s"}])"}});
  CHECK(outage.verdict == Verdict::failing);
  CHECK_FALSE(outage.has(Condition::retry_storm));
  const RunResult hasty =
      shard_queue(10, 1000, {{"serving.call", R"({"type": "retry", "per_try_timeout": "100 us", "retries": 3})"}});
  CHECK(hasty.repeated_rpcs > 2000);
  CHECK_FALSE(hasty.has(Condition::retry_storm));
}

TEST_CASE("queries that ask for more than there is make a run saturated, whether they fail or not") {
  const RunResult r = shard_queue(1200, 20'000, {{"serving.call", kTimeout}});
  CHECK(r.verdict == Verdict::saturated);
  CHECK(r.has(Condition::failures));
}

TEST_CASE(
    "a rise of arrivals is called saturated for the queue it makes, without a stable rate above what was offered") {
  // The rate rises from 0 to 1400/s at 100 s, and is above the shard's 1000/s from 64 s on; 42,000 queries take 79 s.
  const RunResult r =
      shard_queue(1, 42'000,
                  {{"traffic.arrivals",
                    R"({"type": "diurnal", "rate": "700 /s", "swing": 1, "period": "200 s", "peak_at": "100 s"})"}});
  CHECK(r.bottleneck.offered_load < 1);
  CHECK(r.verdict == Verdict::saturated);
  CHECK(r.has(Condition::backlog));
  CHECK(r.saturation_throughput_per_s() == 0);
}

TEST_CASE("a query whose batch fails is done when its RPCs for later nets are, also those made eagerly") {
  // Both nets' RPCs are given up at the same time, 50 us after they were made, which is long after the batch began to
  // wait and before any answer: latencies alone are 40 us. Those of the first net come first. The frontend would wait
  // for 10 s.
  const std::string dedup = GENERATE(as<std::string>(), "none", "query");
  std::int64_t failed = 0;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) {
    ++failed;
    if (o.latency > from_picoseconds(1e12)) FAIL("query " << o.id << " failed after " << to_microseconds(o.latency));
  };
  run(scenario(shardsim::testing::kTwoNets,
               {{"serving.call", R"({"type": "retry", "per_try_timeout": "50 us", "retries": 0})"},
                {"serving.query_timeout", "10 s"},
                {"model.nets.0.bottom_mlp.time", "0 us"},
                {"traffic.arrivals", R"({"type": "serial"})"},
                {"serving.issue", "eager"},
                {"serving.dedup_indices", dedup},
                {"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
                {"traffic.queries", "100"}}),
      control);
  CHECK(failed == 100);
}
