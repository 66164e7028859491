// SPDX-License-Identifier: Apache-2.0
// The way of one request, with every number worked out by hand.
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// One item; one net with one table on one shard. Ports are store-and-forward, 8 Gb/s = 1 GB/s, 10 us a link.
const std::string kOneRpc = R"({
  "model": {"name": "one", "nets": [{"name": "net",
    "bottom_mlp": {"time": "30 us"}, "top_mlp": {"time": "40 us"}, "rpc": {"request": "1000 B", "response": "2000 B"},
    "tables": [{"name": "t", "rows": 1000, "dim": 32, "pooling": {"type": "fixed", "value": 100}}]}]},
  "sharding": {"strategy": "one-shard"},
  "cluster": {"main": {"platform": $P}, "sparse": {"platform": $P}},
  "topology": {"type": "star", "up_latency": "10 us", "down_latency": "10 us", "frontend": {"link": {"bandwidth": "8 Gbps", "latency": "10 us"}}},
  "transport": {"type": "port", "forwarding": "store-and-forward"},
  "traffic": {"arrivals": {"type": "serial"}, "items": {"type": "fixed", "value": 1}, "queries": 3,
              "message": {"request": "500 B", "response": "4 B"}}})";
const std::string kPlatform = R"({
  "name": "p", "cores": 2, "memory": "1 GB", "memory_bandwidth": "100 GB/s", "nic": {"bandwidth": "8 Gbps"},
  "core": {"flops": "1 GFLOP/s", "efficiency": 1, "half_efficiency_rows": 0},
  "lookup": {"time": "20 ns", "time_per_byte": "0.25 ns"}, "rpc": {"cpu_per_message": "5 us", "serialization": "1 GB/s"},
  "service_overhead": "7 us", "net_overhead": "3 us"})";

std::string with_platform(std::string text) {
  for (std::size_t at = text.find("$P"); at != std::string::npos; at = text.find("$P")) text.replace(at, 2, kPlatform);
  return text;
}

double us(const Outcome& o, Span s) { return to_microseconds(o.spans[s]); }

}  // namespace

SCENARIO("one query, one RPC: each step as in the docs") {
  std::vector<Outcome> outcomes;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) { outcomes.push_back(o); };

  GIVEN("an RPC slower than the bottom MLP") {
    const RunResult r = run(scenario(with_platform(kOneRpc)), control);
    const Outcome& o = outcomes.at(1);
    THEN("every span is what the steps add up to") {
      // Query in: 500 B at 1 GB/s twice (0.5 + 0.5) + 2 x 10.       network 21
      //   deserialize 5 + 0.5                                        serde    5.5
      //   service overhead                                           service  7
      // RPC: serialize 5 + 1                                         serde    6
      //   1000 B twice + 20                                          network 22
      //   deserialize 6; overhead 7 + 3                              serde 6, service 10
      //   gather 100 x (20 + 0.25 x 128) ns = 5.2                    sparse   5.2
      //   serialize 5 + 2                                            serde    7
      //   2000 B twice + 20                                          network 24
      //   deserialize 7                                              serde    7
      // (bottom MLP, 30, runs meanwhile and is not on the critical path)
      // top MLP                                                      dense   40
      // answer: serialize 5 + 0.004; 4 B twice + 20                  serde 5.004, network 20.008
      CHECK(us(o, Span::network) == Approx(21 + 22 + 24 + 20.008).margin(1e-6));
      CHECK(us(o, Span::serde) == Approx(5.5 + 6 + 6 + 7 + 7 + 5.004).margin(1e-6));
      CHECK(us(o, Span::service) == Approx(17).margin(1e-6));
      CHECK(us(o, Span::sparse) == Approx(5.2).margin(1e-6));
      CHECK(us(o, Span::dense) == Approx(40).margin(1e-6));
      CHECK(us(o, Span::queueing) == 0);
    }
    THEN("the net waited for its shard") {
      CHECK(o.last_targets == LastTargets{1});
      CHECK(o.batches == 1);
      CHECK(o.lookups == 100);
    }
    THEN("the embedded portion is the RPC from call to return") {
      CHECK(to_microseconds(o.embedded.total()) == Approx(6 + 22 + 6 + 10 + 5.2 + 7 + 24 + 7).margin(1e-6));
    }
    THEN("CPU time counts the bottom MLP too") {
      CHECK(r.total_cpu_us_per_query() == Approx(5.5 + 7 + 6 + 6 + 10 + 5.2 + 7 + 7 + 30 + 40 + 5.004).margin(1e-6));
      CHECK(to_microseconds(o.cpu) == Approx(5.5 + 7 + 6 + 6 + 10 + 5.2 + 7 + 7 + 30 + 40 + 5.004).margin(1e-6));
    }
  }

  GIVEN("cores that take time to wake") {
    const std::vector<std::pair<std::string, std::string>> wakeup{{"cluster.main.platform.rpc.wakeup", "9 us"},
                                                                  {"cluster.sparse.platform.rpc.wakeup", "9 us"}};
    const double serde = 5.5 + 6 + 6 + 7 + 7 + 5.004;
    THEN("the query, the request and the response wake one each, as the main shard's second core is idle") {
      run(scenario(with_platform(kOneRpc), wakeup), control);
      CHECK(us(outcomes.at(1), Span::serde) == Approx(serde + 27).margin(1e-6));
    }
    THEN("where the bottom MLP has the only core, the response wakes nobody") {
      auto changes = wakeup;
      changes.emplace_back("cluster.main.platform.cores", "1");
      changes.emplace_back("model.nets.net.bottom_mlp.time", "500 us");
      const RunResult r = run(scenario(with_platform(kOneRpc), changes), control);
      CHECK(r.cpu_us_per_query[static_cast<std::size_t>(Work::serde)] == Approx(serde + 18).margin(1e-6));
    }
  }

  GIVEN("a bottom MLP slower than the RPC") {
    run(scenario(with_platform(kOneRpc), {{"model.nets.net.bottom_mlp.time", "500 us"}}), control);
    const Outcome& o = outcomes.at(1);
    THEN("the RPC is hidden behind it") {
      CHECK(o.last_targets == LastTargets{0});
      CHECK(us(o, Span::dense) == Approx(540).margin(1e-6));
      CHECK(us(o, Span::sparse) == 0);
      CHECK(us(o, Span::network) == Approx(21 + 20.008).margin(1e-6));
    }
  }

  GIVEN("everything on one server") {
    run(scenario(with_platform(kOneRpc), {{"sharding", R"({"strategy": "singular"})"}}), control);
    const Outcome& o = outcomes.at(1);
    THEN("the batch gathers on its own core, after the bottom MLP, and no RPC is paid") {
      CHECK(us(o, Span::dense) == Approx(70).margin(1e-6));
      CHECK(us(o, Span::sparse) == Approx(5.2).margin(1e-6));
      CHECK(us(o, Span::network) == Approx(21 + 20.008).margin(1e-6));
      CHECK(us(o, Span::serde) == Approx(5.5 + 5.004).margin(1e-6));
      CHECK(o.embedded.total() == Duration::zero());
    }
  }

  GIVEN("a table split over two shards") {
    run(scenario(with_platform(kOneRpc), {{"sharding", R"({"strategy": "row-wise", "shards": 2})"}}), control);
    const Outcome& o = outcomes.at(1);
    THEN("the main shard adds the partial sums: two vectors of 128 B at 0.25 ns a byte") {
      // The gathers are split by a draw; the slower one is on the critical path.
      CHECK(us(o, Span::sparse) > 0.064 + 5.2 / 2 - 1e-9);
      CHECK(us(o, Span::sparse) < 0.064 + 5.2);
    }
  }
}

SCENARIO("batches of a query run in parallel, each on its own core") {
  GIVEN("30 items in batches of 10 on two cores, 100 us a batch") {
    const std::string text = R"({
      "model": {"name": "m", "nets": [{"name": "n", "top_mlp": {"time": "100 us"}}]},
      "sharding": {"strategy": "singular"}, "cluster": {"main": {"platform": $F}, "sparse": {"platform": $F}},
      "topology": {"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {"host": "main0"}},
      "serving": {"batch_items": 10},
      "traffic": {"arrivals": {"type": "serial"}, "items": {"type": "fixed", "value": 30}, "queries": 1, "message": {"request": "0 B", "response": "0 B"}}})";
    std::string filled = text;
    for (std::size_t at = filled.find("$F"); at != std::string::npos; at = filled.find("$F"))
      filled.replace(at, 2, kFreePlatform);
    Outcome outcome;
    RunControl control;
    control.on_outcome = [&](const Outcome& o) { outcome = o; };
    const RunResult r = run(scenario(filled, {{"cluster.main.platform.cores", "2"}}), control);
    THEN("the third batch waits for a core: 200 us, half of it queueing") {
      CHECK(outcome.batches == 3);
      CHECK(outcome.last_batch == 2);
      REQUIRE(outcome.spans.queues().entries().size() == 1);
      CHECK(to_microseconds(outcome.spans.queues().entries()[0].time) == 100);
      CHECK(r.recorder.latency_ps().max() == 200'000'000);
      CHECK(r.recorder.mean_spans_us(0, 1)[static_cast<std::size_t>(Span::queueing)] == Approx(100));
      CHECK(r.recorder.mean_spans_us(0, 1)[static_cast<std::size_t>(Span::dense)] == Approx(100));
    }
  }
}

SCENARIO("replicas share the work as the balancer says") {
  const std::string balancer =
      GENERATE(as<std::string>(), "round-robin", "random", "least-outstanding", "power-of-two");
  GIVEN("three replicas of the main shard and two of each sparse shard under " + balancer) {
    const std::string choice = R"({"type": ")" + balancer + R"("})";
    const RunResult r = run(scenario(kTwoNets, {{"cluster.main.replicas", "3"},
                                                {"cluster.sparse.replicas", "2"},
                                                {"serving.main_balancer", choice},
                                                {"serving.sparse_balancer", choice},
                                                {"traffic.arrivals.rate", "3000 /s"},
                                                {"traffic.queries", "6000"}}));
    THEN("no replica has much more than its share, and none is idle") {
      REQUIRE(r.hosts.size() == 3 + 2 * 2);
      double most = 0;
      double least = 1e300;
      for (int m = 0; m < 3; ++m) {
        most = std::max(most, r.hosts[static_cast<std::size_t>(m)].utilisation);
        least = std::min(least, r.hosts[static_cast<std::size_t>(m)].utilisation);
      }
      CHECK(least > 0);
      // Random: 2000 queries each, work with cv about 1: 5 standard deviations are 5 * sqrt(2 * 2000) / 2000 = 16 %.
      CHECK(most < 1.2 * least);
      CHECK(r.completed == 6000);
    }
  }
}

SCENARIO("a run tells whether the servers keep up") {
  GIVEN("less work than cores") {
    const RunResult r = run(scenario(queue(2, 0.7, R"({"type": "exponential", "mean": 1})", 20000)));
    CHECK(r.verdict == Verdict::stable);
    CHECK(r.bottleneck.offered_load == Approx(0.7).margin(0.04));
  }
  GIVEN("more work than cores") {
    const RunResult r = run(scenario(queue(2, 1.1, R"({"type": "exponential", "mean": 1})", 20000)));
    CHECK(r.verdict == Verdict::saturated);
    CHECK(r.bottleneck.kind == "cpu");
    CHECK(r.bottleneck.name == "main0");
  }
  GIVEN("far more work than cores, without end") {
    const RunResult r = run(scenario(queue(1, 5, R"({"type": "exponential", "mean": 1})", 100'000'000)));
    THEN("the run ends by itself, in bounded memory") { CHECK(r.verdict == Verdict::saturated); }
  }
  GIVEN("an interruption") {
    const Interrupt stop(true);
    RunControl control;
    control.interrupt = &stop;
    const RunResult r = run(scenario(queue(1, 0.5, R"({"type": "exponential", "mean": 1})", 1'000'000)), control);
    CHECK(r.verdict == Verdict::interrupted);
    CHECK(r.completed < 1'000'000);
  }
}
