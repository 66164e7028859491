// SPDX-License-Identifier: Apache-2.0
// What is written while a model serves: what it costs, and what becomes of caches; numbers are worked out by hand.
#include <catch2/catch.hpp>

#include "experiment/report.hpp"
#include "served.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// Reads and writes of 100 us, any number at a time; the controller takes 1 us each; asking for one: 2 us of a core.
const std::string kSsd = R"({"type": "ssd", "name": "ssd", "capacity": "1 TB", "read_latency": "100 us",
  "queue_depth": 1024, "iops": "1000000 /s", "bandwidth": "unlimited", "page": "4096 B", "cpu_per_read": "2 us"})";

// `queries` of one item, ten a second one like the other, each look up ten rows of 64 B in a table of 1000 rows, which
// is on one shard that gathers a row in 1 us; all else takes no time.
std::string one_table(const std::string& placement, int queries = 10) {
  std::string shard = kFreePlatform;
  const auto set = [&](const std::string& from, const std::string& to) {
    shard.replace(shard.find(from), from.size(), to);
  };
  set(R"("name": "free")", R"("name": "shard", "tiers": [)" + kSsd + "]");
  set(R"("time": "0 ns")", R"("time": "1 us")");
  return fmt::format(R"({{
  "model": {{"name": "m", "nets": [{{"name": "net",
    "tables": [{{"name": "t", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": 10}}}}]}}]}},
  "sharding": {{"plan": {{"shards": [{{"name": "s", "tables": [{2}]}}]}}}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {1}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "transport": {{"type": "ideal"}},
  "traffic": {{"arrivals": {{"type": "deterministic", "rate": "10 /s"}}, "items": {{"type": "fixed", "value": 1}},
              "queries": {3}, "warmup": 0}}
}})",
                     kFreePlatform, shard, placement, queries);
}

const std::string kInMemory = R"({"table": "t"})";
const std::string kOnSsd = R"({"table": "t", "tier": "ssd"})";

// Ten queries come in one second; batches come 9 times in it, never with a query.
Changes writes_of(int rows, const std::string& more = "") {
  return {
      {"updates", fmt::format(R"({{"writes": {{"rate": "9.5 /s", "rows": {}, "interval": "fixed"{}}}}})", rows, more)}};
}

Changes with(Changes changes, const Changes& more) {
  changes.insert(changes.end(), more.begin(), more.end());
  return changes;
}

std::string cached(const std::string& policy, const std::string& share, const std::string& mode) {
  return fmt::format(R"({{"type": "cached", "policy": {{"type": "{}"}}, "share": "{}", "cache_mode": "{}"}})", policy,
                     share, mode);
}

}  // namespace

TEST_CASE("rows that are written cost a lookup each, and on an SSD a page that is read and written") {
  SECTION("in memory: five rows in 5 us") {
    const UpdatesResult u = *serve(one_table(kInMemory), writes_of(5)).result.updates;
    CHECK(u.batches == 9);
    CHECK(u.rows == 45);
    CHECK(u.bytes.count == 45 * (64 + 8));
    CHECK(u.time_us(1) == Approx(5).epsilon(0.001));
    CHECK(u.cpu_us == Approx(45));
  }
  SECTION(
      "two rows smaller than a page: 2 us, asked for to read and to write in 8 us, read and written in 102 us each") {
    const Served served = serve(one_table(kOnSsd), writes_of(2));
    CHECK(served.result.updates->time_us(1) == Approx(10 + 102 + 102).epsilon(0.001));
    const TierTotals& ssd = served.result.hosts.at(1).tiers.tiers.at(0).totals;
    CHECK(ssd.writes == 18);
    CHECK(ssd.written.count == 18 * 4096);
    CHECK(ssd.reads == 10 * 10 + 18);
  }
  SECTION("two rows that are pages: not read before") {
    const Served served =
        serve(one_table(kOnSsd), with(writes_of(2), {{"cluster.sparse.platform.tiers.0.page", "64 B"}}));
    CHECK(served.result.updates->time_us(1) == Approx(6 + 102).epsilon(0.001));
    CHECK(served.result.hosts.at(1).tiers.tiers.at(0).totals.reads == 100);
  }
  SECTION("writes of an SSD have figures of their own") {
    const Served served =
        serve(one_table(kOnSsd), with(writes_of(2), {{"cluster.sparse.platform.tiers.0.write_latency", "20 us"},
                                                     {"cluster.sparse.platform.tiers.0.write_iops", "100000 /s"}}));
    CHECK(served.result.updates->time_us(1) == Approx(10 + 102 + 2 * 10 + 20).epsilon(0.001));
  }
}

TEST_CASE("rows that are sent are written, on every replica that holds them, and dealt by lookups") {
  SECTION("two replicas: each has all") {
    const UpdatesResult u =
        *serve(one_table(kInMemory), with(writes_of(7), {{"cluster.sparse.replicas", "2"}})).result.updates;
    CHECK(u.rows == 9 * 7);
    CHECK(u.sent == 2 * 9 * 7);
    CHECK(u.written == u.sent);
    for (const UpdatedServer& s : u.servers.servers) CHECK(s.rows == (s.service == "main" ? 0 : 9 * 7));
  }
  SECTION("parts by rows share them, parts by columns have a slice of each") {
    for (const std::string split : {"rows", "columns"}) {
      const std::string parts =
          fmt::format(R"([{{"name": "a", "tables": [{{"table": "t", "part": 0, "parts": 2, "split": "{0}"}}]}},
                                             {{"name": "b", "tables": [{{"table": "t", "part": 1, "parts": 2, "split": "{0}"}}]}}])",
                      split);
      const UpdatesResult u =
          *serve(one_table(kInMemory), with(writes_of(1000), {{"sharding.plan.shards", parts}})).result.updates;
      CAPTURE(split);
      CHECK(u.sent == (split == "rows" ? 9000 : 18000));
      CHECK(u.written == u.sent);
      CHECK(u.bytes.count == (split == "rows" ? 9000 * (64 + 8) : 18000 * (32 + 8)));
      // A half of 9000 rows: a standard deviation of 47.
      CHECK(static_cast<double>(u.servers.servers.at(1).rows) == Approx(split == "rows" ? 4500 : 9000).margin(200));
    }
  }
  SECTION("tables in proportion to lookups: of two nets, on two shards") {
    const Served served = serve(
        kTwoNets, {{"updates", R"({"writes": {"rate": "20 /s", "rows": 1000}})"}, {"serving.batch_items", "1000"}});
    const UpdatesResult& u = *served.result.updates;
    CHECK(u.sent == 1000 * u.batches);
    std::int64_t on_servers = 0;
    for (const UpdatedServer& s : u.servers.servers) on_servers += s.rows;
    CHECK(on_servers == u.written);
    CHECK(u.written >= u.sent - 4000);  // what is under way at the end
    double lookups = 0;
    for (const ShardResult& shard : served.result.shards) lookups += shard.lookups_per_query;
    for (std::size_t s = 0; s < 2; ++s)
      CHECK(static_cast<double>(u.servers.servers.at(s + 1).rows) / static_cast<double>(u.written) ==
            Approx(served.result.shards.at(s).lookups_per_query / lookups).margin(0.03));
    CHECK(served.result.wasted_cpu_us() == Approx(0).margin(1e-6 * served.result.cpu_us));
  }
}

TEST_CASE("an SSD is busy for the rate of reads and writes times what each takes its controller") {
  // 200 queries/s x 10 reads of 10 us, and on average 20 batches/s x 30 rows read in 10 us and written in 25 us each.
  const Served served =
      serve(one_table(kOnSsd, 20'000), {{"traffic.arrivals", R"({"type": "poisson", "rate": "200 /s"})"},
                                        {"cluster.sparse.platform.tiers.0.iops", "100000 /s"},
                                        {"cluster.sparse.platform.tiers.0.write_iops", "40000 /s"},
                                        {"updates", R"({"writes": {"rate": "20 /s", "rows": 30}})"}});
  const TierUse& ssd = served.result.hosts.at(1).tiers.tiers.at(0);
  CHECK(ssd.totals.busy_s ==
        Approx(10e-6 * static_cast<double>(ssd.totals.reads) + 25e-6 * static_cast<double>(ssd.totals.writes)));
  // 2000 batches in 100 s: a standard deviation of 45.
  CHECK(ssd.offered_load() == Approx(200 * 10 * 10e-6 + 20 * 30 * 35e-6).epsilon(0.05));
  // Reads wait behind writes.
  const Served without =
      serve(one_table(kOnSsd, 20'000), {{"traffic.arrivals", R"({"type": "poisson", "rate": "200 /s"})"},
                                        {"cluster.sparse.platform.tiers.0.iops", "100000 /s"}});
  CHECK(served.result.recorder.latency_ps().quantile(0.99) > 1.5 * without.result.recorder.latency_ps().quantile(0.99));
}

TEST_CASE("a refresh takes as long as its bytes at its bandwidth, server after server, while queries are served") {
  // 1000 rows of 64 B at 1 MB/s: 64 ms.
  const auto refresh = [](const std::string& more) {
    return Changes{{"updates", R"({"refresh": {"start": "100 ms", "chunk": "4096 B", )" + more + "}}"}};
  };
  SECTION("one server") {
    const Served served = serve(one_table(kInMemory), refresh(R"("bandwidth": "1 MB/s")"));
    CHECK(served.result.updates->refresh_s.value() == Approx(0.064));
    CHECK(served.result.updates->loaded.count == 64'000);
    CHECK(served.result.failed == 0);
    CHECK(served.result.hosts.at(1).memory_used.count == 2 * 64'000);
  }
  SECTION("two replicas and a pause between them; the table is on the SSD") {
    const Served served = serve(one_table(kOnSsd), with(refresh(R"("bandwidth": "1 MB/s", "pause": "50 ms")"),
                                                        {{"cluster.sparse.replicas", "2"}}));
    // A chunk is there 103 us after it left: asked for in 2 us, through the controller in 1 us, written in 100 us.
    CHECK(served.result.updates->refresh_s.value() == Approx(2 * 0.064103 + 0.05));
    CHECK(served.result.updates->refreshed() == 2);
    CHECK(served.result.hosts.at(1).memory_used.count == 0);
  }
  SECTION("a link that is slower than that is what it takes") {
    const Served served =
        serve(one_table(kInMemory),
              with(refresh(R"("bandwidth": "1 GB/s")"),
                   {{"transport", R"({"type": "port"})"}, {"cluster.sparse.platform.nic.bandwidth", "8 Mbps"}}));
    CHECK(served.result.updates->refresh_s.value() == Approx(0.064).epsilon(0.1));
  }
  SECTION("not ended when the last query is") {
    const Served served = serve(one_table(kInMemory), refresh(R"("bandwidth": "10 kB/s")"));
    CHECK_FALSE(served.result.updates->refresh_s);
    CHECK(served.result.updates->refreshed() == 0);
  }
}

TEST_CASE("a refresh needs room for both versions") {
  const auto plan = [](const std::string& memory) {
    const Scenario s = scenario(one_table(kInMemory), {{"updates", R"({"refresh": {"bandwidth": "1 GB/s"}})"},
                                                       {"cluster.sparse.platform.memory", memory}});
    return make_plan(s, s.model);
  };
  CHECK_NOTHROW(plan("128 kB"));
  CHECK_THROWS_AS(plan("127 kB"), InfeasibleError);
}

TEST_CASE("updates leave queries what they are, and a run without any is as before") {
  const Served plain = serve(kTwoNets);
  const Served updated = serve(kTwoNets, {{"updates", R"({"writes": {"rate": "20 /s", "rows": 100},
                                                          "refresh": {"start": "1 s", "bandwidth": "10 MB/s"}})"}});
  REQUIRE(plain.outcomes.size() == updated.outcomes.size());
  for (std::size_t i = 0; i < plain.outcomes.size(); ++i) {
    CHECK(plain.outcomes[i].arrived == updated.outcomes[i].arrived);
    CHECK(plain.outcomes[i].lookups == updated.outcomes[i].lookups);
  }
  CHECK_FALSE(plain.result.updates);
  CHECK_FALSE(result_json(scenario(kTwoNets), plain.result, {}).contains("updates"));
  CHECK(result_json(scenario(kTwoNets), updated.result, {}).at("updates").at("batches") ==
        updated.result.updates->batches);
  CHECK(serve(kTwoNets).result.fingerprint == plain.result.fingerprint);
}

TEST_CASE("a row that is written leaves the cache, or stays, as is said") {
  // Ten rows that all fit: each misses once, and again after it was written.
  const Changes exact = {{"model.nets.net.tables.t.rows", "10"},
                         {"traffic.queries", "100"},
                         {"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
                         {"serving.store", cached("lru", "100 %", "exact")}};
  const auto misses = [&](const Changes& changes) {
    const Served served = serve(one_table(kOnSsd), with(exact, changes));
    const CacheCounts& counts = served.result.shards.at(0).caches.tiers.at(0).counts.all;
    return std::pair(counts.lookups - counts.hits, served.result.updates->dropped);
  };
  CHECK(misses(writes_of(3, R"(, "cache": "refresh")")) == std::pair<std::int64_t, std::int64_t>{10, 0});
  const auto [missed, dropped] = misses(writes_of(3, R"(, "cache": "invalidate")"));
  CHECK(dropped > 50);
  CHECK(missed > 10 + dropped / 2);
  CHECK(missed <= 10 + dropped);
  // A refresh makes the cache cold: all ten miss again.
  CHECK(misses({{"updates", R"({"refresh": {"start": "5 s", "bandwidth": "1 GB/s"}})"}}) ==
        std::pair<std::int64_t, std::int64_t>{20, 0});
}

TEST_CASE("with rows that are written a cache row by row and by formula agree to within a point") {
  const std::string policy = GENERATE("lru", "static-top");
  const std::string writes = GENERATE(R"("rate": "10 /s", "rows": 400)", R"("rate": "100 /s", "rows": 200)");
  const auto hits = [&](const std::string& mode) {
    const Served served =
        serve(one_table(kOnSsd), {{"model.nets.net.tables.t.rows", "10000"},
                                  {"model.nets.net.tables.t.pooling.value", "200"},
                                  {"traffic.queries", "10000"},
                                  {"traffic.arrivals", R"({"type": "poisson", "rate": "100 /s"})"},
                                  {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
                                  {"updates", "{\"writes\": {" + writes + R"(, "cache": "invalidate"}})"},
                                  {"serving.store", cached(policy, "10 %", mode)}});
    return late_hit_ratio(served.result.shards.at(0).caches.tiers.at(0).counts.over_time).value;
  };
  CAPTURE(policy, writes);
  CHECK(hits("exact") == Approx(hits("analytic")).margin(0.01));
}
