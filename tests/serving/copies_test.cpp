// SPDX-License-Identifier: Apache-2.0
// Tables with copies on several shards: whom a batch asks, and what that does to the shards.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "scenarios.hpp"
#include "serving/copies.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

// Tables of 1,000 rows with one item's `lookups` each, on shards of one core where a lookup takes `lookup_us`, given
// what each holds; all else takes no time.
std::string tables_on(const std::vector<int>& lookups, double lookup_us, const std::string& shards,
                      const std::string& arrivals, std::int64_t queries) {
  std::string shard = kFreePlatform;
  const auto set = [&](const std::string& from, const std::string& to) {
    shard.replace(shard.find(from), from.size(), to);
  };
  set(R"("name": "free")", R"("name": "shard")");
  set(R"("time": "0 ns")", fmt::format(R"("time": "{} us")", lookup_us));
  Json tables = Json::array();
  for (std::size_t t = 0; t < lookups.size(); ++t)
    tables.push_back({{"name", fmt::format("t{}", t)},
                      {"rows", 1000},
                      {"dim", 16},
                      {"pooling", {{"type", "fixed"}, {"value", lookups[t]}}}});
  return fmt::format(R"({{
  "model": {{"name": "m", "nets": [{{"name": "net", "tables": {2}}}]}},
  "sharding": {{"plan": {{"shards": {3}}}}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {1}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "transport": {{"type": "ideal"}},
  "serving": {{"jitter": {{"sparse": {{"type": "exponential", "mean": 1}}}}}},
  "traffic": {{"arrivals": {4}, "items": {{"type": "fixed", "value": 1}}, "queries": {5}, "warmup": 0}}
}})",
                     kFreePlatform, shard, tables.dump(), shards, arrivals, queries);
}

std::vector<double> lookups_of(const RunResult& r) {
  std::vector<double> out;
  for (const ShardResult& s : r.shards) out.push_back(s.lookups_per_query);
  return out;
}
void check(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-9));
}
double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }
double utilisation(const RunResult& r, const std::string& host) {
  return std::find_if(r.hosts.begin(), r.hosts.end(), [&](const HostResult& h) { return h.name == host; })->utilisation;
}

const std::string kOneHolder = R"([{"name": "a", "tables": [{"table": "t0"}]}])";
const std::string kTwoHolders =
    R"([{"name": "a", "tables": [{"table": "t0", "copies": 2}]}, {"name": "b", "tables": [{"table": "t0", "copies": 2}]}])";

}  // namespace

TEST_CASE("a batch asks the holder that would be done first; those that are equally good take turns") {
  const std::vector<double> ends{3, 2, 5, 2 + 1e-12};
  CHECK(first_to_end(ends, 0) == 1);
  CHECK(first_to_end(ends, 1) == 1);
  CHECK(first_to_end(ends, 2) == 3);
  CHECK(first_to_end(ends, 3) == 3);
  CHECK(first_to_end(ends, 4) == 1);
  CHECK(first_to_end(std::vector<double>{0, 0}, 7) == 1);
}

namespace {

// Queries of which each joins the shorter of two queues M/M/1: how many there are on average, from the balance of
// states (queries at one, at the other), of which those with 40 and more at either have no weight to speak of.
double mean_of_shorter_queue(double arrivals, double services) {
  constexpr std::size_t kStates = 40;
  const double all = arrivals + 2 * services;
  using Weights = std::vector<std::vector<double>>;
  Weights p(kStates, std::vector<double>(kStates));
  p[0][0] = 1;
  for (int step = 0; step < 5'000; ++step) {
    Weights next(kStates, std::vector<double>(kStates));
    for (std::size_t i = 0; i < kStates; ++i)
      for (std::size_t j = 0; j < kStates; ++j) {
        const double first = i < j ? 1 : i > j ? 0 : 0.5;
        next[std::min(i + 1, kStates - 1)][j] += p[i][j] * first * arrivals / all;
        next[i][std::min(j + 1, kStates - 1)] += p[i][j] * (1 - first) * arrivals / all;
        next[i - (i > 0 ? 1 : 0)][j] += p[i][j] * services / all;
        next[i][j - (j > 0 ? 1 : 0)] += p[i][j] * services / all;
      }
    p = std::move(next);
  }
  double mean = 0;
  for (std::size_t i = 0; i < kStates; ++i)
    for (std::size_t j = 0; j < kStates; ++j) mean += static_cast<double>(i + j) * p[i][j];
  return mean;
}

}  // namespace

TEST_CASE("two copies of the only table: either shard is asked for half, and a query joins the shorter queue") {
  // 14,000 queries/s, each 100 us on average: one shard could not serve them, two are busy for 0.7 each.
  constexpr std::int64_t kQueries = 100'000;
  constexpr double kRate = 14'000;
  constexpr double kServices = 10'000;
  const RunResult r =
      run(scenario(tables_on({100}, 1, kTwoHolders, R"({"type": "poisson", "rate": "14000 /s"})", kQueries)));
  // A shard's work is about 50,000 exponential times: its standard deviation is 0.45 % of the mean, and so is that of
  // the time in which they arrive. Of their number it is less than if they were chosen at random, 0.45 %.
  const double four_deviations = 4 / std::sqrt(kQueries / 2.0);
  CHECK(sum(lookups_of(r)) == Approx(100));
  CHECK(lookups_of(r)[0] == Approx(50).epsilon(four_deviations));
  CHECK(utilisation(r, "sparse0") == Approx(0.7).epsilon(four_deviations * std::sqrt(3.0)));
  CHECK(utilisation(r, "sparse1") == Approx(utilisation(r, "sparse0")).epsilon(four_deviations * 2));
  const double latency_us = 1e6 * mean_of_shorter_queue(kRate, kServices) / kRate;  // by Little's law
  const Estimate& mean = r.figures[Measure::mean];
  REQUIRE(mean.has_interval());
  CHECK(mean.value == Approx(latency_us).margin(mean.high - mean.low));  // four standard deviations
  CHECK(mean.high - mean.low < 0.1 * latency_us);
  // One queue for both would be better, and a shard chosen at random much worse.
  CHECK(mean.low > 1e6 / (kServices * (1 - 0.7 * 0.7)));
  CHECK(mean.high < 0.8 * 1e6 / (kServices - kRate / 2));
}

TEST_CASE("what a caller waits for counts: one holder is not asked again and again as it has less else to do") {
  // Four batches at once, each of 10 lookups in t1, on a, and 100 in t0. By the batch alone, b would be first to end
  // each time. The first goes to b; then a would end at 10 + 10 + 100, b at 200: a; then 130 + 100 and 200: b; then a.
  const std::string shards =
      R"([{"name": "a", "tables": [{"table": "t0", "copies": 2}, {"table": "t1"}]}, {"name": "b", "tables": [{"table": "t0", "copies": 2}]}])";
  const RunResult r = run(scenario(tables_on({100, 10}, 1, shards, R"({"type": "serial"})", 50),
                                   {{"traffic.items.value", "4"}, {"serving.batch_items", "1"}}));
  check(lookups_of(r), {4 * 10 + 2 * 100, 2 * 100});
  // One at a time, it is the batch alone.
  const RunResult one = run(scenario(tables_on({100, 10}, 1, shards, R"({"type": "serial"})", 50)));
  check(lookups_of(one), {10, 100});
}

TEST_CASE("copies go where a batch has less to do, longest gathers first, and shards become even") {
  // By themselves s0 has 40 lookups, s1 has 30, s2 has 5. t3 (20) is on all and goes to s2; t4 (15) is on s0 and s1
  // alone and goes to s1: 40, 45, 25. t5 (4) is on all and goes to s2.
  const auto shards = [](bool copies) {
    const auto placed = [&](const char* table, int n) {
      return copies ? fmt::format(R"({{"table": "{}", "copies": {}}})", table, n)
                    : fmt::format(R"({{"table": "{}"}})", table);
    };
    const auto extra = [&](const std::string& text) { return copies ? ", " + text : std::string(); };
    return fmt::format(
        R"([{{"name": "s0", "tables": [{{"table": "t0"}}, {}, {}, {}]}}, {{"name": "s1", "tables": [{{"table": "t1"}}{}{}{}]}},
            {{"name": "s2", "tables": [{{"table": "t2"}}{}{}]}}])",
        placed("t3", 3), placed("t4", 2), placed("t5", 3), extra(placed("t3", 3)), extra(placed("t4", 2)),
        extra(placed("t5", 3)), extra(placed("t3", 3)), extra(placed("t5", 3)));
  };
  const auto lookups = [&](bool copies) {
    return lookups_of(
        run(scenario(tables_on({40, 30, 5, 20, 15, 4}, 1, shards(copies), R"({"type": "serial"})", 200))));
  };
  check(lookups(false), {79, 30, 5});
  check(lookups(true), {40, 45, 29});
}

TEST_CASE("one copy is none, and lookups with copies are those without") {
  const std::string user = R"({"table": "u0"}, {"table": "u1"})";
  const auto plan = [&](const std::string& on_a, const std::string& on_b) {
    return fmt::format(
        R"({{"plan": {{"shards": [{{"name": "a", "tables": [{}, {}]}}, {{"name": "b", "tables": [{}]}}]}}}})", user,
        on_a, on_b);
  };
  const std::string one = plan(R"({"table": "i0"})", R"({"table": "i1"})");
  const std::string said = plan(R"({"table": "i0", "copies": 1})", R"({"table": "i1"})");
  const std::string two = plan(R"({"table": "i0", "copies": 2})", R"({"table": "i1"}, {"table": "i0", "copies": 2})");
  const std::string dedup = GENERATE(as<std::string>(), "none", "batch", "query");
  CAPTURE(dedup);
  Changes changes{{"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1}})"}, {"serving.dedup_indices", dedup}};
  if (dedup == "query") changes.emplace_back("serving.issue", R"("eager")");
  const auto served = [&](const std::string& sharding) {
    Changes all = changes;
    all.emplace_back("sharding", sharding);
    RunControl control;
    std::int64_t wrong = 0;
    control.on_outcome = [&](const Outcome& o) { wrong += o.spans.total() == o.latency ? 0 : 1; };
    RunResult r = run(scenario(kTwoNets, all), control);
    CHECK(wrong == 0);
    return r;
  };
  const RunResult without = served(one);
  CHECK(served(said).fingerprint == without.fingerprint);
  const RunResult with = served(two);
  CHECK(served(two).fingerprint == with.fingerprint);
  CHECK(with.fingerprint != without.fingerprint);
  CHECK(sum(lookups_of(with)) == Approx(sum(lookups_of(without))).epsilon(1e-12));
  CHECK(with.shards[0].bytes == without.shards[0].bytes);
  CHECK(with.shards[1].bytes.count == without.shards[1].bytes.count + 100'000 * 32 * 4);
  // u0, u1 and i0 on a are more than i1 on b.
  const auto largest = [](const RunResult& r) { return std::max(lookups_of(r)[0], lookups_of(r)[1]); };
  if (dedup != "query") CHECK(largest(with) < 0.9 * largest(without));  // else one RPC asks for all batches
}

TEST_CASE("copies that all servers are to hold leave a model of parts and columns as it is") {
  // The rest of the plan, split by rows and by columns, is asked for the same.
  const auto plan = [](const std::string& on_a, const std::string& on_b) {
    return fmt::format(R"({{"plan": {{"shards": [
      {{"name": "a", "tables": [{{"table": "i1", "part": 0, "parts": 2}}, {{"table": "u0", "part": 0, "parts": 2, "split": "columns"}}, {}]}},
      {{"name": "b", "tables": [{{"table": "i1", "part": 1, "parts": 2}}, {{"table": "u0", "part": 1, "parts": 2, "split": "columns"}}{}]}},
      {{"name": "c", "tables": [{{"table": "u1"}}]}}]}}}})",
                       on_a, on_b);
  };
  const auto lookups = [&](const std::string& sharding) {
    return lookups_of(run(scenario(kTwoNets, {{"sharding", sharding}})));
  };
  const std::vector<double> without = lookups(plan(R"({"table": "i0"})", ""));
  const std::vector<double> with =
      lookups(plan(R"({"table": "i0", "copies": 2})", R"(, {"table": "i0", "copies": 2})"));
  CHECK(sum(with) == Approx(sum(without)).epsilon(1e-12));
  CHECK(with[2] == without[2]);
  CHECK(with[0] < without[0]);
  CHECK(with[1] - without[1] == Approx(without[0] - with[0]));
}

TEST_CASE("each copy in another tier has a cache of its own") {
  const std::string ssd = R"([{"type": "ssd", "name": "ssd", "capacity": "1 TB", "read_latency": "100 us",
    "iops": "1000000 /s", "bandwidth": "unlimited"}])";
  const std::string copy = R"([{"table": "t0", "copies": 2, "tier": "ssd"}])";
  const Changes changes{
      {"cluster.sparse.platform.tiers", ssd},
      {"sharding.plan.shards.0.tables", copy},
      {"sharding.plan.shards.1.tables", copy},
      {"model.nets.net.tables.t0.rows", "10"},
      {"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
      {"serving.store", R"({"type": "cached", "policy": {"type": "lru"}, "share": "100 %", "cache_mode": "exact"})"}};
  const RunResult r = run(scenario(tables_on({50}, 1, kTwoHolders, R"({"type": "serial"})", 100), changes));
  // Every row is read once by either shard.
  for (const ShardResult& shard : r.shards) {
    const CacheCounts& all = shard.caches.tiers.at(0).counts.all;
    CHECK(all.lookups == 50 * 50);
    CHECK(all.hits == all.lookups - 10);
  }
  // A cache is planned for half of the lookups.
  const Scenario s = scenario(tables_on({50}, 1, kTwoHolders, R"({"type": "serial"})", 100), changes);
  const ShardingPlan plan = make_plan(s, s.model);
  TableUse use;
  use.lookups = {50};
  CHECK(tiered_tables(plan.shards[1].tables, s.model, s.cluster.sparse->platform, use).at(0).lookups == 25);
}

TEST_CASE("hot tables get copies beside any strategy, where there can be any") {
  const auto served = [](const std::string& sharding, const std::string& replicate) {
    Changes changes{{"sharding", sharding}};
    if (!replicate.empty()) changes.emplace_back("replicate", replicate);
    return run(scenario(kTwoNets, changes));
  };
  const std::string by_bytes = R"({"strategy": "capacity-balanced", "shards": 2})";
  const RunResult without = served(by_bytes, "");
  const RunResult with = served(by_bytes, R"({"tables": 1})");
  // i0 has most lookups, and is alone on its shard.
  CHECK(without.shards[0].tables == 1);
  CHECK(with.shards[0].tables == 1);
  CHECK(with.shards[1].tables == without.shards[1].tables + 1);
  CHECK(sum(lookups_of(with)) == Approx(sum(lookups_of(without))).epsilon(1e-12));
  CHECK(lookups_of(with)[0] < 0.9 * lookups_of(without)[0]);
  CHECK_THROWS_WITH(served(R"({"strategy": "one-shard"})", R"({"tables": 1})"),
                    Catch::Contains("/replicate") && Catch::Contains("the plan has one"));
  CHECK_THROWS_WITH(served(R"({"strategy": "row-wise", "shards": 2})", R"({"tables": 1})"),
                    Catch::Contains("no table gets a copy"));
}
