// SPDX-License-Identifier: Apache-2.0
// Queries that walk nets in ways of their own: several times, not at all, with few of their items. Against times and
// counts by hand, on servers where nothing costs anything but what the model says.
#include <catch2/catch.hpp>
#include <cmath>

#include "served.hpp"
#include "serving/walks.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// `nets`: as a model has them. A query has 25 items, in batches of 10.
std::string of_nets(const std::string& nets, int cores = 8) {
  std::string platform = kFreePlatform;
  const std::string one_core = "\"cores\": 1";
  platform.replace(platform.find(one_core), one_core.size(), fmt::format("\"cores\": {}", cores));
  return fmt::format(R"({{"model": {{"name": "walked", "nets": {0}}}, "sharding": {{"strategy": "one-shard"}},
    "cluster": {{"main": {{"platform": {1}}}, "sparse": {{"platform": {1}}}}},
    "topology": {{"type": "star", "up_latency": "1 us", "down_latency": "2 us", "frontend": {{"host": "main0"}}}},
    "serving": {{"batch_items": 10}},
    "traffic": {{"arrivals": {{"type": "serial"}}, "items": {{"type": "fixed", "value": 25}}, "queries": 20, "warmup": 0}}
  }})",
                     nets, platform);
}

double microseconds(Duration d) { return to_microseconds(d); }

// The queries of a scenario, as they are made.
std::vector<Query> queries(const std::string& text, const Changes& changes, int count) {
  const Scenario s = scenario(text, changes);
  const QueryStream stream(s.model, s.traffic, s.seed, 0);
  std::vector<Query> out;
  for (int id = 0; id < count; ++id) out.push_back(stream.make(static_cast<std::uint64_t>(id)));
  return out;
}

double rpcs_of(const RunResult& r) {
  double rpcs = 0;
  for (const ShardResult& s : r.shards) rpcs += s.rpcs_per_query;
  return rpcs;
}
double lookups_of(const RunResult& r) {
  double lookups = 0;
  for (const ShardResult& s : r.shards) lookups += s.lookups_per_query;
  return lookups;
}

}  // namespace

TEST_CASE("a net that repeats five times takes five times as long") {
  const std::string text = of_nets(R"([{"name": "step", "top_mlp": {"time": "100 us"}}])");
  const Changes five{{"model.nets.step.repeat", R"({"type": "fixed", "value": 5})"}};
  for (const Outcome& o : serve(text).outcomes) CHECK(microseconds(o.latency) == Approx(100));
  for (const Outcome& o : serve(text, five).outcomes) {
    CHECK(microseconds(o.latency) == Approx(500));
    CHECK(microseconds(o.cpu) == Approx(3 * 500));  // batches
    CHECK(o.last_targets.size() == 5);
  }
}

TEST_CASE("each time has its own round of RPCs, one after the other") {
  // A round is 3 us there and 3 us back: 1 us up and 2 us down. A batch looks up 2 for each of its items.
  const std::string text = of_nets(R"([
    {"name": "once", "top_mlp": {"time": "10 us"}},
    {"name": "step", "top_mlp": {"time": "100 us"}, "repeat": {"type": "fixed", "value": 4}, "tables": [
      {"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 2}}]}])");
  const Served served = serve(text);
  for (const Outcome& o : served.outcomes) {
    CHECK(microseconds(o.latency) == Approx(10 + 4 * (6 + 100)));
    CHECK(o.lookups == 4 * 2 * 25);
    REQUIRE(o.last_targets.size() == 5);
    for (std::size_t n = 0; n < 5; ++n) {
      const LastTarget last = last_target(n, o.last_targets[n]);
      CHECK(last.place == (n == 0 ? 0U : 1U));
      CHECK(last.repetition == (n == 0 ? 0 : n - 1));
      CHECK(last.target == (n == 0 ? 0U : 1U));
    }
  }
  CHECK(rpcs_of(served.result) == Approx(3 * 4));
  CHECK(lookups_of(served.result) == Approx(4 * 2 * 25));
}

TEST_CASE("a query's own lookups are asked for in each batch and each time") {
  const std::string text = of_nets(R"([{"name": "step", "repeat": {"type": "fixed", "value": 4}, "tables": [
      {"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 7}, "per": "query"}]}])");
  const Served served = serve(text);
  CHECK(lookups_of(served.result) == Approx(3 * 4 * 7));
  for (const Outcome& o : served.outcomes) CHECK(o.lookups == 4 * 7);
}

TEST_CASE("how often, and what is looked up each time, is drawn by the query alone") {
  const std::string text = of_nets(R"([
    {"name": "before", "probability": 0.5, "tables": [
      {"name": "b", "rows": 1000, "dim": 4, "pooling": {"type": "lognormal", "mean": 5, "cv": 1}}]},
    {"name": "step", "repeat": {"type": "uniform", "low": 1, "high": 6}, "tables": [
      {"name": "t", "rows": 100000, "dim": 4, "pooling": {"type": "lognormal", "mean": 20, "cv": 1}}]}])");
  const Changes rows{{"traffic.rows", R"({"popularity": {"type": "uniform"}})"}};
  const Changes once{{"model.nets.step.repeat", R"({"type": "fixed", "value": 1})"},
                     {"model.nets.before.probability", "1"}};
  const std::vector<Query> made = queries(text, rows, 500);
  const std::vector<Query> plain =
      queries(text, {{"model.nets.step.repeat", "null"}, {"model.nets.before.probability", "1"}}, 500);
  const std::vector<Query> as_once = queries(text, once, 500);
  std::set<std::size_t> times;
  int unlike = 0;
  int repeated = 0;
  for (std::size_t q = 0; q < made.size(); ++q) {
    REQUIRE(made[q].walk != nullptr);
    CHECK(plain[q].walk == nullptr);
    // The first time is as if there were no other.
    CHECK(made[q].lookups[1] == plain[q].lookups[1]);
    CHECK(as_once[q].lookups == plain[q].lookups);
    CHECK((made[q].lookups[0] == plain[q].lookups[0] || made[q].lookups[0] == 0));
    std::int64_t lookups = 0;
    std::vector<const Query*> steps;
    for (const WalkedNet& walked : made[q].walk->nets) {
      CHECK(walked.asked.rows.size() == static_cast<std::size_t>(walked.asked.lookups[walked.net]));
      CHECK(walked.asked.lookups[1 - walked.net] == 0);
      lookups += walked.asked.lookups[walked.net];
      if (walked.net == 1) steps.push_back(&walked.asked);
    }
    CHECK(made[q].walk->lookups == lookups);
    times.insert(steps.size());
    for (std::size_t r = 1; r < steps.size(); ++r) {
      ++repeated;
      unlike += steps[r]->lookups != steps[0]->lookups && steps[r]->rows != steps[0]->rows ? 1 : 0;
    }
  }
  CHECK(times == std::set<std::size_t>{1, 2, 3, 4, 5, 6});
  CHECK(unlike > 0.95 * repeated);

  // The same under another system.
  const Served a = serve(text);
  const Served b = serve(text, {{"sharding", R"({"strategy": "singular"})"}, {"serving.batch_items", "4"}});
  for (std::size_t q = 0; q < a.outcomes.size(); ++q) CHECK(a.outcomes[q].lookups == b.outcomes[q].lookups);
}

TEST_CASE("work of each time varies on its own") {
  // A sum of four exponentials of mean 100 us has the variance 4 x 10^4 us^2; four times the same draw would have 16.
  const std::string text = of_nets(R"([{"name": "step", "top_mlp": {"time": "100 us"},
                                        "repeat": {"type": "fixed", "value": 4}}])");
  const Served served = serve(text, {{"serving.jitter", R"({"dense": {"type": "exponential", "mean": 1}})"},
                                     {"serving.batch_items", "25"},
                                     {"traffic.queries", "4000"}});
  double sum = 0;
  double squares = 0;
  for (const Outcome& o : served.outcomes)
    sum += microseconds(o.latency), squares += std::pow(microseconds(o.latency), 2);
  const auto n = static_cast<double>(served.outcomes.size());
  const double mean = sum / n;
  CHECK(mean == Approx(400).margin(4 * 200 / std::sqrt(n)));
  // The variance of a variance: (kurtosis - 1) / n of its square; a gamma of shape 4 has the kurtosis 4.5.
  CHECK(squares / n - mean * mean == Approx(4e4).margin(4 * 4e4 * std::sqrt(3.5 / n)));
}

TEST_CASE("a net that a quarter of the queries need") {
  const std::string text = of_nets(R"([
    {"name": "all", "top_mlp": {"time": "10 us"}},
    {"name": "some", "top_mlp": {"time": "100 us"}, "probability": 0.25, "tables": [
      {"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 2}}]}])");
  const Served served = serve(text, {{"traffic.queries", "4000"}});
  int needed = 0;
  for (const Outcome& o : served.outcomes) {
    const bool walked = o.lookups > 0;
    needed += walked ? 1 : 0;
    CHECK(o.lookups == (walked ? 2 * 25 : 0));
    CHECK(microseconds(o.latency) == Approx(walked ? 10 + 6 + 100 : 10));
    CHECK(o.last_targets.size() == (walked ? 2 : 1));
  }
  CHECK(needed == Approx(1000).margin(4 * std::sqrt(4000 * 0.25 * 0.75)));
  CHECK(rpcs_of(served.result) == Approx(3 * needed / 4000.0));
  // More of them with a higher probability: the same queries, and others.
  const Served more = serve(text, {{"traffic.queries", "4000"}, {"model.nets.some.probability", "0.5"}});
  for (std::size_t q = 0; q < 4000; ++q) CHECK(more.outcomes[q].lookups >= served.outcomes[q].lookups);
}

TEST_CASE("a query that needs no net at all is answered at once") {
  const Served served = serve(of_nets(R"([{"name": "some", "top_mlp": {"time": "100 us"}, "probability": 0.5}])"));
  std::set<double> latencies;
  for (const Outcome& o : served.outcomes) latencies.insert(std::round(microseconds(o.latency)));
  CHECK(latencies == std::set<double>{0, 100});
}

TEST_CASE("a cascade: each batch keeps its part of what the query keeps") {
  // Of 25 items in batches of 10, 10 and 5, a fifth: floor(10 / 5) = 2, 2 and 1. The first batches are the longest:
  // 10 x 1 us, 6 us for the RPC, 2 x 50 us.
  const std::string text = of_nets(R"([
    {"name": "retrieval", "top_mlp": {"time_per_item": "1 us"}},
    {"name": "ranking", "depends_on": ["retrieval"], "top_mlp": {"time_per_item": "50 us"}, "items": {"share": 0.2},
     "tables": [{"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 3}}]}])");
  const Served fifth = serve(text);
  for (const Outcome& o : fifth.outcomes) {
    CHECK(o.lookups == 3 * 5);
    CHECK(microseconds(o.latency) == Approx(10 + 6 + 100));
    CHECK(microseconds(o.cpu) == Approx(25 + 5 * 50));
  }
  CHECK(lookups_of(fifth.result) == Approx(3 * 5));
  CHECK(rpcs_of(fifth.result) == Approx(3));

  // One item: the last batch has it. The others skip the net.
  const Served one = serve(text, {{"model.nets.ranking.items", R"({"at_most": 1})"}});
  for (const Outcome& o : one.outcomes) {
    CHECK(microseconds(o.latency) == Approx(5 + 6 + 50));
    CHECK(o.last_batch == 2);
  }
  CHECK(lookups_of(one.result) == Approx(3));
  CHECK(rpcs_of(one.result) == Approx(1));
}

TEST_CASE("whatever a share is, batches keep all that the query keeps") {
  const std::string text = of_nets(R"([{"name": "ranking", "items": {"share": 0.37}, "tables": [
      {"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "lognormal", "mean": 3, "cv": 1}}]}])");
  for (const char* const batch : {"1", "3", "7", "100"}) {
    const Served served = serve(text, {{"serving.batch_items", batch},
                                       {"traffic.items", R"({"type": "lognormal", "mean": 30, "cv": 1})"},
                                       {"traffic.queries", "200"}});
    double lookups = 0;
    for (const Outcome& o : served.outcomes) lookups += static_cast<double>(o.lookups);
    CHECK(lookups_of(served.result) == Approx(lookups / 200));
  }
}

TEST_CASE("the message of a query carries what is looked up the first time") {
  // 25 items: 3 lookups of 8 bytes and an offset of 4 in each of the 5 that are kept.
  const std::string text =
      of_nets(R"([{"name": "ranking", "items": {"share": 0.2}, "repeat": {"type": "fixed", "value": 3},
     "bottom_mlp": {"layers": [2, 4]},
     "tables": [{"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 3}}]}])");
  const Scenario s = scenario(text);
  const Model model = served_model(s);
  const ShardingPlan plan = make_plan(s, model);
  const Deployment deployment = deploy(s.cluster, services_of(plan), *s.topology);
  const std::vector<std::vector<TieredTable>> none(plan.shards.size() + 1);
  const DemandModel demands(model, plan, deployment.services, none, s.serving, 1, 0);
  CHECK(demands.query_bytes(queries(text, {}, 1)[0]).count == 5 * (3 * 8 + 4) + 25 * 2 * 4);
}

TEST_CASE("shards that are given up in a net that repeats: the share of its bags that is missing") {
  // Nothing comes back in time: all bags of the table are missing, and there are no others.
  const std::string text = of_nets(R"([{"name": "step", "repeat": {"type": "fixed", "value": 3}, "tables": [
      {"name": "t", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 2}}]}])");
  for (const Outcome& o : serve(text, {{"serving.call", R"({"type": "give-up", "after": "1 us"})"}}).outcomes) {
    CHECK(o.missing_bags == 3 * 25);
    CHECK(o.degraded == Approx(1));
  }
}
