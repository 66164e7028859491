// SPDX-License-Identifier: Apache-2.0
// Parts of a table's columns and rows whose rows are on an SSD, without and with a cache before it.
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

// Queries of one item, one after the other, look up `lookups` rows in a table of 1000 rows of 64 B (16 floats). It is
// on shards with one core, which gather a row in 1 us and have an SSD: reads of 100 us, four at a time, of 16 B pages;
// the controller takes 1 us each, a read asked for 2 us of the core. All else takes no time.
std::string one_table(int lookups, int queries) {
  std::string shard = kFreePlatform;
  const auto set = [&](const std::string& from, const std::string& to) {
    shard.replace(shard.find(from), from.size(), to);
  };
  set(R"("name": "free")", R"("name": "shard", "tiers": [{"type": "ssd", "name": "ssd", "capacity": "1 TB",
    "read_latency": "100 us", "queue_depth": 4, "iops": "1000000 /s", "bandwidth": "unlimited", "page": "16 B",
    "cpu_per_read": "2 us"}])");
  set(R"("time": "0 ns")", R"("time": "1 us")");
  return fmt::format(R"({{
  "model": {{"name": "m", "nets": [{{"name": "net",
    "tables": [{{"name": "t", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": {2}}}}}]}}]}},
  "sharding": {{"strategy": "one-shard"}},
  "offload": {{"tier": "ssd", "share": "100 %"}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {1}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "transport": {{"type": "ideal"}},
  "traffic": {{"arrivals": {{"type": "closed-loop", "clients": 1}}, "items": {{"type": "fixed", "value": 1}},
              "queries": {3}, "warmup": 0}}
}})",
                     kFreePlatform, shard, lookups, queries);
}

// A way to cut the table over shards, and how many of these a lookup is for.
struct Cut {
  std::string sharding;
  std::size_t shards;
  int asked;
};
const std::vector<Cut> kCuts{{R"({"strategy": "one-shard"})", 1, 1},
                             {R"({"strategy": "column-wise", "shards": 2, "parts": 2})", 2, 2},
                             {R"({"strategy": "column-wise", "shards": 4, "width": 4})", 4, 4},
                             {R"({"strategy": "row-wise", "shards": 4})", 4, 1},
                             {R"({"strategy": "table-row-wise", "shards": 4, "group": 2})", 4, 1}};

struct Sums {
  CacheCounts counts;
  CacheCounts late;  // of the last half
  TierTotals tiers;
};
Sums sums_of(const RunResult& r) {
  Sums sums;
  for (const ShardResult& shard : r.shards)
    for (const CacheUse& use : shard.caches.tiers) {
      sums.counts += use.counts.all;
      const std::vector<CacheCounts>& over_time = use.counts.over_time.counts();
      for (std::size_t i = over_time.size() / 2; i < over_time.size(); ++i) sums.late += over_time[i];
    }
  for (const HostResult& host : r.hosts)
    for (const TierUse& use : host.tiers.tiers) sums.tiers += use.totals;
  return sums;
}

}  // namespace

TEST_CASE("parts of columns on SSDs read every row that is looked up, and of each their slice") {
  const std::string text = one_table(3, 1);
  const Scenario s = scenario(text, {{"sharding", kCuts[1].sharding}});
  const ShardingPlan plan = make_plan(s, s.model);
  REQUIRE(plan.shards.size() == 2);
  for (const PlannedShard& shard : plan.shards) {
    const PlacedBytes placed = bytes_by_tier(shard.tables, s.model);
    CHECK(placed.memory.count == 0);
    CHECK(placed.tiers.at("ssd").count == 1000 * 32);
  }
  const RunResult r = run(s);
  for (const ShardResult& shard : r.shards) {
    CHECK(shard.lookups_per_query == 3);
    CHECK(shard.caches.tiers.at(0).counts.all.lookups == 3);
  }
  for (std::size_t host = 1; host < r.hosts.size(); ++host) {
    CHECK(r.hosts[host].tiers.tiers.at(0).totals.reads == 3);
    CHECK(r.hosts[host].tiers.tiers.at(0).totals.bytes.count == 3 * 32);
  }
  // Both at the same time, each as long as the whole: asked for in 6 us, there 103 us later, gathered in 3 us.
  CHECK(r.recorder.latency_ps().max() == 112'000'000);
  CHECK(run(scenario(text)).recorder.latency_ps().max() == 112'000'000);
}

TEST_CASE("rows within a group of shards are on that group's SSDs alone") {
  const Scenario s = scenario(one_table(50, 20), {{"sharding", kCuts[4].sharding}});
  const RunResult r = run(s);
  std::vector<std::int64_t> bytes;
  for (const PlannedShard& shard : make_plan(s, s.model).shards)
    bytes.push_back(placed_bytes(shard.tables, s.model).count);
  std::sort(bytes.begin(), bytes.end());
  CHECK(bytes == std::vector<std::int64_t>{0, 0, 500 * 64, 500 * 64});
  for (const ShardResult& shard : r.shards) {
    // 20 x 50 lookups, half of them for each: 500 with a standard deviation of 16.
    if (shard.tables == 0) CHECK(shard.caches.tiers.empty());
    if (shard.tables > 0) CHECK(std::abs(shard.caches.tiers.at(0).counts.all.lookups - 500) < 64);
  }
}

TEST_CASE("however a table is cut, its bytes are all on SSDs, and every lookup is a hit or a read") {
  for (const Cut& cut : kCuts)
    for (const std::string mode : {"none", "analytic", "exact"}) {
      CAPTURE(cut.sharding, mode);
      Changes changes{{"sharding", cut.sharding}, {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"}};
      if (mode != "none")
        changes.emplace_back(
            "serving.store",
            fmt::format(R"({{"type": "cached", "policy": {{"type": "lru"}}, "share": "10 %", "cache_mode": "{}"}})",
                        mode));
      const Scenario s = scenario(one_table(40, 50), changes);
      PlacedBytes placed;
      const ShardingPlan plan = make_plan(s, s.model);
      REQUIRE(plan.shards.size() == cut.shards);
      std::int64_t there = 0;
      for (const PlannedShard& shard : plan.shards) there += placed_bytes(shard.tables, s.model).count;
      CHECK(there == 1000 * 64);
      const Sums sums = sums_of(run(s));
      CHECK(sums.counts.lookups == 50 * 40 * cut.asked);
      CHECK(sums.counts.hits + sums.tiers.reads == sums.counts.lookups);
      CHECK(sums.tiers.bytes.count == sums.tiers.reads * 64 / cut.asked);
      CHECK((sums.counts.hits > 0) == (mode != "none"));
    }
}

TEST_CASE("however a table is cut, a cache row by row and by formula agree to within 0.01") {
  for (const Cut& cut : kCuts) {
    const auto hit_ratio = [&](const std::string& mode) {
      return sums_of(run(scenario(one_table(200, 1500),
                                  {{"sharding", cut.sharding},
                                   {"model.nets.net.tables.t.rows", "10000"},
                                   {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
                                   {"serving.store", fmt::format(R"({{"type": "cached", "policy": {{"type": "lru"}},
                                                            "share": "10 %", "cache_mode": "{}"}})",
                                                                 mode)}})))
          .late.hit_ratio();
    };
    CAPTURE(cut.sharding);
    CHECK(hit_ratio("exact") == Approx(hit_ratio("analytic")).margin(0.01));
  }
}
