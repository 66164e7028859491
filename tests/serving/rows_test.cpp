// SPDX-License-Identifier: Apache-2.0
// Index-level mode: what changes when queries say which rows they look up, and what must not.
#include <catch2/catch.hpp>
#include <cmath>

#include "scenarios.hpp"
#include "sharding/packing.hpp"

using namespace shardsim;
using testing::kTwoNets;
using testing::scenario;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

RunResult run_with(const Changes& changes) { return run(scenario(kTwoNets, changes), {}); }

const std::pair<std::string, std::string> kRowWise{"sharding", R"({"strategy": "row-wise", "shards": 3})"};
const std::pair<std::string, std::string> kUniform{"traffic.rows", R"({"popularity": {"type": "uniform"}})"};

double total_bytes(const RunResult& result) {
  double bytes = 0;
  for (const LinkResult& l : result.links) bytes += static_cast<double>(l.bytes.count);
  return bytes;
}

}  // namespace

TEST_CASE("rows of no consequence change nothing") {
  const RunResult counts = run_with({});
  CHECK(run_with({kUniform}).fingerprint == counts.fingerprint);
}

TEST_CASE("counts and rows agree in the mean where rows are split") {
  const RunResult counts = run_with({kRowWise});
  const RunResult rows = run_with({kRowWise, kUniform});
  REQUIRE(rows.fingerprint != counts.fingerprint);
  REQUIRE(rows.shards.size() == counts.shards.size());
  for (std::size_t s = 0; s < rows.shards.size(); ++s) {
    // A query has about 93 lookups on a shard; those of tables per query count once a batch, so that their standard
    // deviation is 10.5, and that of the difference of two means of 2,000 queries 0.33. Five of these:
    CHECK(rows.shards[s].lookups_per_query == Approx(counts.shards[s].lookups_per_query).margin(1.7));
    CHECK(rows.shards[s].rpcs_per_query == Approx(counts.shards[s].rpcs_per_query).epsilon(0.01));
  }
  CHECK(total_bytes(rows) == Approx(total_bytes(counts)).epsilon(0.005));
  CHECK(rows.recorder.latency_ps().mean() == Approx(counts.recorder.latency_ps().mean()).epsilon(0.02));
}

TEST_CASE("popular rows side by side make one shard hot") {
  const Changes skewed{{"sharding", R"({"strategy": "row-wise", "shards": 2, "row_split": "range"})"},
                       {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1}, "order": "by-rank"})"}};
  const RunResult range = run_with(skewed);
  // The first half of a table of n rows is asked for with H(n/2) / H(n); 0.9 and more for these tables.
  CHECK(range.shards[0].lookups_per_query > 8 * range.shards[1].lookups_per_query);

  Changes scattered = skewed;
  scattered[1].second = R"({"popularity": {"type": "zipf", "s": 0.5}, "order": "scattered"})";
  const RunResult even = run_with(scattered);
  CHECK(even.shards[0].lookups_per_query == Approx(even.shards[1].lookups_per_query).epsilon(0.1));
}

TEST_CASE("duplicates asked for once save bytes and time only where there are any") {
  const std::pair<std::string, std::string> dedup{"serving.dedup_indices", "batch"};
  const std::pair<std::string, std::string> hot{"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1.5}})"};
  const RunResult plain = run_with({hot});
  const RunResult once = run_with({hot, dedup});
  const auto sparse = static_cast<std::size_t>(Work::sparse);
  CHECK(once.cpu_us_per_query[sparse] < 0.9 * plain.cpu_us_per_query[sparse]);
  CHECK(total_bytes(once) < total_bytes(plain));
  for (std::size_t s = 0; s < once.shards.size(); ++s) {
    CHECK(once.shards[s].lookups_per_query == plain.shards[s].lookups_per_query);
    CHECK(once.shards[s].rpcs_per_query == plain.shards[s].rpcs_per_query);
  }
  // Hardly any duplicates among 10^12 rows: then the positions are what it costs.
  const Changes rare{kUniform,
                     {"model.nets.0.tables.0.rows", "1000000000"},
                     {"model.nets.0.tables.1.rows", "1000000000"},
                     {"model.nets.1.tables.0.rows", "1000000000"},
                     {"model.nets.1.tables.1.rows", "1000000000"},
                     {"cluster.main.platform.memory", "\"10 TB\""},
                     {"cluster.sparse.platform.memory", "\"10 TB\""}};
  Changes rare_once = rare;
  rare_once.push_back(dedup);
  const RunResult p = run_with(rare);
  const RunResult o = run_with(rare_once);
  CHECK(o.cpu_us_per_query[sparse] == Approx(p.cpu_us_per_query[sparse]).epsilon(1e-3));
  CHECK(total_bytes(o) > total_bytes(p));
}

TEST_CASE("the same queries, bit for bit, under every strategy") {
  const auto offered = [](const std::string& strategy) {
    std::vector<Query> queries;
    RunControl control;
    control.on_offer = [&](const Query& query, Time) { queries.push_back(query); };
    run(scenario(kTwoNets,
                 {{"sharding", strategy}, kUniform, {"serving.dedup_indices", "batch"}, {"traffic.queries", "300"}}),
        control);
    return queries;
  };
  const auto expected = offered(R"({"strategy": "singular"})");
  for (const char* strategy : {R"({"strategy": "one-shard"})", R"({"strategy": "capacity-balanced", "shards": 2})",
                               R"({"strategy": "row-wise", "shards": 3})"}) {
    const auto found = offered(strategy);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].items == expected[i].items);
      CHECK(found[i].lookups == expected[i].lookups);
      CHECK(found[i].rows == expected[i].rows);
    }
  }
}

TEST_CASE("duplicates cannot be removed without rows") {
  CHECK_THROWS_WITH(scenario(kTwoNets, {{"serving.dedup_indices", "true"}}), Catch::Contains("traffic.rows"));
}

TEST_CASE("a table of 2 rows in 4 parts is asked for where its rows are") {
  // Parts 0 and 1 hold a row each; of 1,000 lookups a query, each row gets half.
  const std::string plan = R"({"shards": [
    {"name": "s0", "tables": [{"table": "u1"}, {"table": "i0"}, {"table": "i1"}, {"table": "u0", "part": 0, "parts": 4}]},
    {"name": "s1", "tables": [{"table": "u0", "part": 1, "parts": 4}]},
    {"name": "s2", "tables": [{"table": "u0", "part": 2, "parts": 4}]},
    {"name": "s3", "tables": [{"table": "u0", "part": 3, "parts": 4}]}]})";
  const std::string rows = GENERATE(as<std::string>(), "null", R"({"popularity": {"type": "uniform"}})");
  Changes changes{{"sharding", R"({"strategy": "plan", "plan": )" + plan + "}"},
                  {"model.nets.0.tables.0.rows", "2"},
                  {"model.nets.0.tables.0.pooling.value", "1000"},
                  {"model.nets.0.tables.1.coverage", "0"},
                  {"model.nets.1.tables.0.pooling.value", "0"},
                  {"model.nets.1.tables.1.coverage", "0"},
                  {"traffic.items", R"({"type": "fixed", "value": 10})"}};
  if (rows != "null") changes.emplace_back("traffic.rows", rows);
  const RunResult r = run_with(changes);
  // 2,000 queries: the mean's standard deviation is sqrt(250 / 2000) = 0.35.
  CHECK(r.shards[0].lookups_per_query == Approx(500).margin(2));
  CHECK(r.shards[1].lookups_per_query == Approx(500).margin(2));
  CHECK(r.shards[2].lookups_per_query == 0);
  CHECK(r.shards[3].lookups_per_query == 0);
}

TEST_CASE("a plan expects of each shard the lookups that a run gives it, by the popularity of rows") {
  const std::string split_by = GENERATE(as<std::string>(), "range", "modulo");
  const std::string order = GENERATE(as<std::string>(), "by-rank", "scattered");
  const double s = GENERATE(0.6, 1.2);
  CAPTURE(split_by, order, s);
  const Scenario skewed = scenario(
      kTwoNets,
      {{"sharding", fmt::format(R"({{"strategy": "row-wise", "shards": 4, "row_split": "{}"}})", split_by)},
       {"serving.batch_items", "100000"},  // a table per query is asked for once a batch
       {"traffic.rows", fmt::format(R"({{"popularity": {{"type": "zipf", "s": {}}}, "order": "{}"}})", s, order)}});
  const Model model = served_model(skewed);
  const std::unique_ptr<const LookupProfile> profile = lookup_profile(skewed, model);
  const RunResult r = run(skewed, {});
  double all = 0;
  for (const ShardResult& shard : r.shards) all += shard.lookups_per_query;
  const PlanningInput input{model, {}, 1, 1, profile.get()};
  const ShardingPlan plan = make_plan(skewed, model);
  double expected_all = 0;
  std::vector<double> expected;
  for (const PlannedShard& shard : plan.shards) {
    expected.push_back(0);
    for (const double load : estimated_loads(shard.tables, input, 20'000)) expected.back() += load;
    expected_all += expected.back();
  }
  // Shares of all lookups: those of 2,000 queries are a per cent off by the mix of tables; a share of 0.7 % of 500,000
  // lookups has a standard deviation of 0.012 %.
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(r.shards[i].lookups_per_query / all == Approx(expected[i] / expected_all).epsilon(0.03).margin(0.0008));
  if (order == "by-rank" && split_by == "range" && s > 1) CHECK(expected[0] > 0.8 * expected_all);
}

namespace {

// 20 items in two batches, whose tables have a row each. i0 (5 lookups an item) is on the shard, and u0 (20 a query) if
// so wished; all others on main.
RunResult two_batches(const std::string& dedup, const std::string& u0, const Changes& more = {}) {
  const bool remote = u0 == "remote";
  Changes changes{{"sharding", fmt::format(R"({{"plan": {{"main": [{{"table": "u1"}}, {{"table": "i1"}}{}], "shards": [
         {{"name": "s", "tables": [{{"table": "i0"}}{}]}}]}}}})",
                                           remote ? "" : R"(, {"table": "u0"})", remote ? R"(, {"table": "u0"})" : "")},
                  kUniform,
                  {"model.nets.0.tables.0.rows", "1"},
                  {"model.nets.1.tables.0.rows", "1"},
                  {"model.nets.0.tables.1.coverage", "1"},
                  {"model.nets.0.tables.1.pooling", R"({"type": "fixed", "value": 3})"},
                  {"model.nets.1.tables.1.coverage", "1"},
                  {"model.nets.1.tables.1.pooling", R"({"type": "fixed", "value": 1})"},
                  {"traffic.items", R"({"type": "fixed", "value": 20})"},
                  {"traffic.warmup", "0"},
                  {"serving.issue", "eager"},
                  {"serving.dedup_indices", dedup}};
  changes.insert(changes.end(), more.begin(), more.end());
  return run_with(changes);
}

double bytes_to_switch(const RunResult& r) {
  double bytes = 0;
  for (const LinkResult& l : r.links)
    if (l.to == "switch") bytes += static_cast<double>(l.bytes.count);
  return bytes / static_cast<double>(r.completed);
}

}  // namespace

TEST_CASE("a query's rows are asked for once, in one RPC for all its batches") {
  // Of i0: one row of 8 bytes, 20 bags of 4, 100 positions of 4; in two RPCs the row is sent twice. The vectors that
  // come back are the same.
  const RunResult batch = two_batches("batch", "main");
  const RunResult query = two_batches("query", "main");
  CHECK(batch.shards[0].rpcs_per_query == Approx(2));
  CHECK(query.shards[0].rpcs_per_query == Approx(1));
  CHECK(query.shards[0].lookups_per_query == Approx(100));
  CHECK(bytes_to_switch(batch) - bytes_to_switch(query) == Approx(8).epsilon(1e-9));

  // The query's own bag in u0 is the same in every batch: two RPCs of a row, a bag and 20 positions, with vectors of 16
  // x 4 bytes, become one.
  const RunResult batch_u0 = two_batches("batch", "remote");
  const RunResult query_u0 = two_batches("query", "remote");
  CHECK(batch_u0.shards[0].rpcs_per_query == Approx(4));
  CHECK(query_u0.shards[0].rpcs_per_query == Approx(2));
  CHECK(batch_u0.shards[0].lookups_per_query == Approx(100 + 2 * 20));
  CHECK(query_u0.shards[0].lookups_per_query == Approx(100 + 20));
  CHECK(bytes_to_switch(batch_u0) - bytes_to_switch(query_u0) == Approx(8 + (8 + 4 + 20 * 4) + 16 * 4).epsilon(1e-9));
}

TEST_CASE("with one batch a query, rows once a query are rows once a batch") {
  const std::pair<std::string, std::string> one{"serving.batch_items", "1000000"};
  CHECK(two_batches("query", "remote", {one}).fingerprint == two_batches("batch", "remote", {one}).fingerprint);
}

TEST_CASE("what is given up of a shared RPC is missing once") {
  // All bags of i0, of those of i0 and i1, and one each of u0 and u1.
  const RunResult r = two_batches("query", "main", {{"serving.call", R"({"type": "give-up", "after": "1 ns"})"}});
  CHECK(r.query_means.front().value == Approx(20.0 / (20 + 20 + 1 + 1)));
}
