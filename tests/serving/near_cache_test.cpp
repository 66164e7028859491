// SPDX-License-Identifier: Apache-2.0
// A cache at the main shard: what it leaves to be asked, by hand, and what runs with it come to.
#include <catch2/catch.hpp>

#include "experiment/tiering.hpp"
#include "served.hpp"
#include "serving/near_cache.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// A row takes 116 ns (100 ns, and 1 ns for each of 16 bytes) wherever it is gathered; a pooled vector is 16 bytes.
constexpr double kLookupPs = 116'000;
constexpr double kAgainPs = 16'000;

std::string two_tables() {
  std::string platform = kFreePlatform;
  const std::string free = R"("time": "0 ns", "time_per_byte": "0 ns")";
  platform.replace(platform.find(free), free.size(), R"("time": "100 ns", "time_per_byte": "1 ns")");
  return fmt::format(R"({{
  "model": {{"name": "two", "nets": [{{"name": "net", "tables": [
      {{"name": "a", "rows": 10, "dim": 4, "pooling": {{"type": "fixed", "value": 3}}}},
      {{"name": "b", "rows": 10, "dim": 4, "pooling": {{"type": "fixed", "value": 3}}}}]}}]}},
  "sharding": {{"plan": {{"main": [{{"table": "b"}}], "shards": [{{"name": "s", "tables": [{{"table": "a"}}]}}]}}}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {0}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "transport": {{"type": "ideal"}},
  "traffic": {{"arrivals": {{"type": "closed-loop", "clients": 1}}, "items": {{"type": "fixed", "value": 2}},
              "rows": {{"popularity": {{"type": "uniform"}}}}, "queries": 1, "warmup": 0}}
}})",
                     platform);
}

// The cache of one replica, asked for what queries of two items look up in table a.
class Near {
 public:
  explicit Near(const std::string& spec, Changes changes = {})
      : scenario_(scenario(two_tables(), with(std::move(changes), spec))),
        model_(served_model(scenario_)),
        plan_(make_plan(scenario_, model_)),
        deployment_(deploy(scenario_.cluster, services_of(plan_), *scenario_.topology)),
        tiered_(plan_.shards.size() + 1),
        demands_(model_, plan_, deployment_.services, tiered_, scenario_.serving, 1, 0),
        tables_(scenario_.serving, model_, plan_, deployment_.services, tiered_, {}),
        cache_(make_near_cache(tables_, 1, 0)) {}

  // Six rows of table a, three of each item.
  const std::vector<Demand>& ask(const std::vector<std::int64_t>& rows) {
    Query query;
    query.id = ++id_;
    query.items = 2;
    query.lookups = {static_cast<std::int32_t>(rows.size()), 0};
    query.rows = rows;
    query.first_row = {0, rows.size(), rows.size()};
    without_ = demands_.of_batch(query, 0, 0, 0, 2);
    return cache_->left_of(without_, {query, 0, 0, 0, 2}, Time{});
  }
  const std::vector<Demand>& without() const { return without_; }
  const CacheCounts& counts() const { return cache_->totals().all; }

 private:
  static Changes with(Changes changes, const std::string& spec) {
    changes.emplace_back("serving.near_cache", spec);
    return changes;
  }

  Scenario scenario_;
  Model model_;
  ShardingPlan plan_;
  Deployment deployment_;
  std::vector<std::vector<TieredTable>> tiered_;
  DemandModel demands_;
  NearTables tables_;
  std::unique_ptr<NearCache> cache_;
  std::vector<Demand> without_;
  std::uint64_t id_ = 0;
};

const std::string kRows = R"({"of": "rows", "policy": {"type": "lru"}, "share": "100 %", "cache_mode": "exact"})";
const std::string kBagsOf = R"({"of": "pooled", "policy": {"type": "lru"}, "capacity": "1 MB", "cache_mode": "exact"})";
const std::string kHalves = R"([{"name": "s", "tables": [{"table": "a", "part": 0, "parts": 2}]},
                                {"name": "r", "tables": [{"table": "a", "part": 1, "parts": 2}]}])";

const TierCounts& near_counts(const RunResult& result) {
  REQUIRE(result.main_caches.tiers.size() == 1);
  REQUIRE(result.main_caches.tiers[0].tier == kSparseShards);
  return result.main_caches.tiers[0].counts;
}

double asked_of_shards(const RunResult& result) {
  double lookups = 0;
  for (const ShardResult& shard : result.shards) lookups += shard.lookups_per_query;
  return lookups * static_cast<double>(result.completed);
}

Changes many_queries(const std::string& near_cache) {
  return {{"traffic.queries", "600"}, {"serving.near_cache", near_cache}};
}

// Zipf's law over the rows of both tables, bags of 50, ten items.
Changes popular(const std::string& near_cache) {
  Changes changes = many_queries(near_cache);
  for (const char* const table : {"a", "b"}) {
    changes.emplace_back(fmt::format("model.nets.net.tables.{}.rows", table), "10000");
    changes.emplace_back(fmt::format("model.nets.net.tables.{}.pooling.value", table), "50");
  }
  changes.emplace_back("traffic.items.value", "10");
  changes.emplace_back("traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})");
  return changes;
}

std::string spec_of(const std::string& policy, const std::string& share, const std::string& mode) {
  return fmt::format(R"({{"policy": {{"type": "{}"}}, "share": "{}", "cache_mode": "{}"}})", policy, share, mode);
}

}  // namespace

TEST_CASE("rows that are near are gathered at home, and only the others asked for") {
  Near near(kRows);
  {
    // Item 0 finds nothing; item 1 finds rows 1 and 2, and asks for 4: both bags are asked for, and one is in parts.
    const std::vector<Demand>& left = near.ask({1, 2, 3, 1, 2, 4});
    CHECK(near.without()[1].request.count == 6 * 8 + 2 * 4);
    CHECK(left[1].lookups == 4);
    CHECK(left[1].bags == 2);
    CHECK(left[1].request.count == 4 * 8 + 2 * 4);
    CHECK(left[1].response.count == 2 * 16);
    CHECK(left[1].gather_ps == Approx(4 * kLookupPs));
    CHECK(left[1].traffic.count == 4 * 64);
    CHECK(left[1].partial.count == 16);
    CHECK(left[0].lookups == 2);
    CHECK(left[0].gather_ps == Approx(2 * kLookupPs));
    CHECK(left[0].traffic.count == 2 * 64);
    CHECK(left[0].partial.count == 16);
  }
  {
    // Item 0 finds all: nobody answers for it.
    const std::vector<Demand>& left = near.ask({1, 2, 3, 1, 2, 5});
    CHECK(left[1].lookups == 1);
    CHECK(left[1].bags == 1);
    CHECK(left[1].request.count == 8 + 4);
    CHECK(left[1].response.count == 16);
  }
  const std::vector<Demand>& left = near.ask({1, 2, 3, 1, 2, 5});
  CHECK(left[1].lookups == 0);  // no RPC
  CHECK(left[0].lookups == 6);
  CHECK(left[0].gather_ps == Approx(6 * kLookupPs));
  CHECK(left[0].partial.count == 0);
  CHECK(near.counts().lookups == 18);
  CHECK(near.counts().hits == 2 + 5 + 6);
}

TEST_CASE("with duplicates removed, each row of a batch is looked for once") {
  Near near(kRows, {{"serving.dedup_indices", "batch"}});
  {
    const std::vector<Demand>& left = near.ask({1, 2, 3, 1, 2, 4});
    CHECK(near.counts().lookups == 4);
    CHECK(left[0].lookups == 0);
    CHECK(left[1].lookups == 6);
    CHECK(left[1].request.count == near.without()[1].request.count);
    CHECK(left[1].gather_ps == Approx(near.without()[1].gather_ps));
  }
  const std::vector<Demand>& left = near.ask({1, 1, 1, 2, 7, 7});
  CHECK(near.counts().lookups == 4 + 3);
  CHECK(left[0].gather_ps == Approx(2 * kLookupPs + 2 * kAgainPs));
  CHECK(left[1].request.count == 8 + 4 + 2 * 4);  // row 7, a bag, where its two lookups go
  CHECK(left[1].gather_ps == Approx(kLookupPs + kAgainPs));
}

TEST_CASE("a pooled bag is found whole, in whatever order its rows are") {
  Near near(kBagsOf);
  near.ask({1, 2, 3, 4, 5, 6});
  const std::vector<Demand>& left = near.ask({3, 1, 2, 4, 5, 7});
  CHECK(near.counts().lookups == 4);
  CHECK(near.counts().hits == 1);
  CHECK(left[1].lookups == 3);
  CHECK(left[1].bags == 1);
  CHECK(left[1].request.count == 3 * 8 + 4);
  CHECK(left[1].response.count == 16);
  CHECK(left[1].partial.count == 0);
  CHECK(left[0].bags == 1);
  CHECK(left[0].gather_ps == Approx(kLookupPs));  // a vector of 16 bytes
  CHECK(left[0].partial.count == 0);
}

TEST_CASE("what is missing of a table that is split is asked of who has it") {
  Near near(kRows, {{"sharding.plan.shards", kHalves}});
  near.ask({0, 2, 4, 0, 2, 4});
  const std::vector<Demand>& left = near.ask({0, 2, 1, 2, 4, 6});
  CHECK(left[0].lookups == 4);
  CHECK(left[1].lookups == 1);  // row 6
  CHECK(left[2].lookups == 1);  // row 1
  CHECK(left[1].request.count == 8 + 4);
  CHECK(left[0].partial.count == 2 * 16);
  CHECK(left[1].partial.count == 16);
}

TEST_CASE("by formula the same is left as row by row, on the average") {
  // The share of the lookups that is found is given; bags of 3 lookups are found whole with a chance of its cube.
  const double hit = 0.6;
  Near near(R"({"hit_ratio": "60 %", "capacity": "1 kB"})");
  double lookups = 0, bags = 0, partial = 0, found = 0;
  constexpr int kTimes = 4000;
  for (int i = 0; i < kTimes; ++i) {
    const std::vector<Demand>& left = near.ask({1, 2, 3, 4, 5, 6});
    lookups += static_cast<double>(left[1].lookups) / kTimes;
    bags += static_cast<double>(left[1].bags) / kTimes;
    partial += static_cast<double>(left[1].partial.count) / kTimes;
    found += left[0].gather_ps / kTimes;
  }
  // Of 6 lookups with a variance of 1.44, 4000 times: a standard error of 0.02.
  CHECK(lookups == Approx(6 * (1 - hit)).margin(0.08));
  CHECK(found == Approx(6 * hit * kLookupPs).epsilon(0.02));
  // Of few bags it is off: they go in proportion to what is missing, and there are no more than two.
  CHECK(bags == Approx(2 * (1 - hit * hit * hit)).epsilon(0.12));
  CHECK(partial == Approx(2 * 16 * (1 - hit * hit * hit - std::pow(1 - hit, 3))).epsilon(0.15));
}

TEST_CASE("a near cache of everything leaves no RPC, and one of next to nothing leaves all") {
  const Served none = serve(two_tables(), {{"traffic.queries", "600"}});
  SECTION("all, by formula") {
    const Served all = serve(two_tables(), many_queries(spec_of("static-top", "100 %", "analytic")));
    CHECK(all.result.rpcs == 0);
    CHECK(near_counts(all.result).all.hits == 600 * 6);
    // All 12 lookups of both tables at home.
    CHECK(all.outcomes[0].latency == from_picoseconds(12 * kLookupPs));
  }
  SECTION("all, row by row: each of ten rows is asked for once") {
    const Served all = serve(two_tables(), many_queries(spec_of("lru", "100 %", "exact")));
    CHECK(asked_of_shards(all.result) == Approx(10));
    CHECK(all.result.rpcs <= 10);
    CHECK(near_counts(all.result).all.hits == 600 * 6 - 10);
  }
  SECTION("nothing") {
    for (const std::string mode : {"analytic", "exact"}) {
      const Served nothing = serve(two_tables(), many_queries(spec_of("static-top", "0.001 %", mode)));
      CAPTURE(mode);
      CHECK(nothing.result.rpcs == none.result.rpcs);
      REQUIRE(nothing.outcomes.size() == none.outcomes.size());
      for (std::size_t i = 0; i < none.outcomes.size(); ++i) {
        REQUIRE(nothing.outcomes[i].latency == none.outcomes[i].latency);
        REQUIRE(nothing.outcomes[i].cpu == none.outcomes[i].cpu);
      }
    }
  }
}

TEST_CASE("what is found and what is asked for are all lookups, and both modes find the same share") {
  const auto late_hits = [](const std::string& policy, const std::string& mode) {
    const Served served = serve(two_tables(), popular(spec_of(policy, "10 %", mode)));
    const TierCounts& counts = near_counts(served.result);
    CHECK(counts.all.lookups == 600 * 500);
    CHECK(static_cast<double>(counts.all.hits) + asked_of_shards(served.result) ==
          Approx(static_cast<double>(counts.all.lookups)));
    return late_hit_ratio(counts.over_time).value;
  };
  for (const std::string policy : {"lru", "fifo", "static-top"}) {
    CAPTURE(policy);
    CHECK(late_hits(policy, "exact") == Approx(late_hits(policy, "analytic")).margin(0.01));
  }
  // A tenth of the rows, the most popular: the share of ranks 1 .. 1000 in the sum of r^-0.9 to 10,000.
  double top = 0, all = 0;
  for (int rank = 1; rank <= 10000; ++rank) {
    all += std::pow(rank, -0.9);
    if (rank <= 1000) top += std::pow(rank, -0.9);
  }
  CHECK(late_hits("static-top", "exact") == Approx(top / all).margin(0.01));
}

TEST_CASE("what is asked and answered is as large by formula as row by row") {
  // Of bags of four lookups some are found whole, most in part. A query asks for 29 rows with a standard deviation of
  // 5: of 6000 queries, each mode's mean has a standard error of 0.25 %.
  const auto figures = [](const std::string& mode, const std::string& shards) {
    Changes changes = popular(spec_of("static-top", "30 %", mode));
    changes.emplace_back("model.nets.net.tables.a.pooling.value", "4");
    changes.emplace_back("traffic.items.value", "40");
    changes.emplace_back("traffic.queries", "6000");
    if (!shards.empty()) changes.emplace_back("sharding.plan.shards", shards);
    const Served served = serve(two_tables(), changes);
    double bytes = 0;
    for (const LinkResult& link : served.result.links) bytes += static_cast<double>(link.bytes.count);
    double cpu = 0;
    for (const Outcome& o : served.outcomes) cpu += to_microseconds(o.cpu);
    return std::pair(bytes, cpu);
  };
  for (const std::string& shards : {std::string(), kHalves}) {
    const auto [bytes, cpu] = figures("analytic", shards);
    const auto [exact_bytes, exact_cpu] = figures("exact", shards);
    CAPTURE(shards);
    CHECK(bytes == Approx(exact_bytes).epsilon(0.01));
    CHECK(cpu == Approx(exact_cpu).epsilon(0.01));
  }
}

TEST_CASE("looking takes a core's time before anything is asked, and is booked as cache") {
  Changes changes = many_queries(spec_of("lru", "100 %", "exact"));
  changes.emplace_back("serving.near_cache.lookup_time", "1 us");
  const Served slow = serve(two_tables(), changes);
  const Served fast = serve(two_tables(), many_queries(spec_of("lru", "100 %", "exact")));
  CHECK(to_microseconds(slow.outcomes[0].spans[Span::cache]) == Approx(6));
  CHECK(to_microseconds(slow.outcomes[0].latency) == Approx(to_microseconds(fast.outcomes[0].latency) + 6));
  CHECK(to_microseconds(slow.outcomes[0].cpu) == Approx(to_microseconds(fast.outcomes[0].cpu) + 6));
  changes.emplace_back("serving.near_cache.of", "pooled");
  CHECK(to_microseconds(serve(two_tables(), changes).outcomes[0].spans[Span::cache]) == Approx(2));
}

TEST_CASE("a near cache goes with everything that batches and RPCs do, and a run is the same again") {
  // serve() holds the spans of each query to its latency.
  const std::vector<std::pair<std::string, std::string>> ways{
      {"serving.issue", "eager"},
      {"serving.issue", "per-net"},
      {"serving.threads", "run-to-completion"},
      {"serving.workers", "3"},
      {"serving.call", R"({"type": "retry", "per_try_timeout": "20 ms", "retries": 1})"},
      {"cluster.main.replicas", "2"}};
  for (const std::string& spec :
       {std::string(R"({"policy": {"type": "lru"}, "share": "5 %", "cache_mode": "exact", "lookup_time": "50 ns"})"),
        std::string(R"({"policy": {"type": "lru"}, "share": "5 %", "lookup_time": "50 ns"})"),
        std::string(R"({"of": "pooled", "policy": {"type": "fifo"}, "share": "5 %", "cache_mode": "exact"})"),
        std::string(R"({"of": "pooled", "hit_ratio": "30 %", "share": "5 %"})")})
    for (const auto& [key, value] : ways) {
      const Changes changes{{"traffic.queries", "150"},
                            {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1.1}})"},
                            {"serving.near_cache", spec},
                            {key, value}};
      CAPTURE(spec, key, value);
      const Served served = serve(kTwoNets, changes);
      CHECK(served.result.completed == 150);
      CHECK(near_counts(served.result).all.hits > 0);
      CHECK(serve(kTwoNets, changes).result.fingerprint == served.result.fingerprint);
    }
}

TEST_CASE("a near cache takes memory of the main shard, which has to be there") {
  const auto bytes = [](const Changes& changes) {
    const Scenario s = scenario(two_tables(), changes);
    return memory_by_service(make_plan(s, s.model), s, s.model).front().count;
  };
  const Changes half{{"serving.near_cache", spec_of("lru", "50 %", "exact")}};
  CHECK(bytes(half) - bytes({}) == 5 * 16);  // half of the ten rows
  Changes with_overhead = half;
  with_overhead.emplace_back("serving.near_cache.row_overhead", "24 B");
  CHECK(bytes(with_overhead) - bytes({}) == 5 * 40);
  CHECK_THROWS_AS(bytes({{"serving.near_cache", R"({"of": "pooled", "hit_ratio": "1 %", "capacity": "2 TB"})"}}),
                  InfeasibleError);
}

TEST_CASE("behind a near cache, a shard's own cache is asked only for what is missing") {
  Changes changes = popular(spec_of("lru", "5 %", "exact"));
  changes.emplace_back("cluster.sparse.platform.tiers",
                       R"([{"type": "memory", "name": "far", "capacity": "1 TB", "latency": "1 us",
                            "bandwidth": "unlimited", "outstanding": 2}])");
  changes.emplace_back("sharding.plan.shards.0.tables", R"([{"table": "a", "tier": "far"}])");
  changes.emplace_back("serving.store", spec_of("lru", "5 %", "exact"));
  changes.emplace_back("serving.store.type", "cached");
  const Served served = serve(two_tables(), changes);
  const CacheCounts& near = near_counts(served.result).all;
  const CacheCounts& far = served.result.shards.at(0).caches.tiers.at(0).counts.all;
  CHECK(far.lookups == near.lookups - near.hits);
  // Both keep the rows that were used last, so that the second has little to add to the first.
  CHECK(far.hit_ratio() < near.hit_ratio() / 5);
}
