// SPDX-License-Identifier: Apache-2.0
// Index-level mode: what changes when queries say which rows they look up, and what must not.
#include <catch2/catch.hpp>
#include <cmath>

#include "scenarios.hpp"

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
  const Changes skewed{{"sharding", R"({"strategy": "row-wise", "shards": 2, "split_by": "range"})"},
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
  const std::pair<std::string, std::string> dedup{"serving.deduplicate", "true"};
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
                 {{"sharding", strategy}, kUniform, {"serving.deduplicate", "true"}, {"traffic.queries", "300"}}),
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
  CHECK_THROWS_WITH(scenario(kTwoNets, {{"serving.deduplicate", "true"}}), Catch::Contains("traffic.rows"));
}
