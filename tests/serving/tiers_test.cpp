// SPDX-License-Identifier: Apache-2.0
// Rows that are not in memory: what they cost, and what a cache saves; every number is worked out by hand.
#include <catch2/catch.hpp>

#include "experiment/report.hpp"
#include "served.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

double us(Duration d) { return to_microseconds(d); }
double us(const Outcome& o, Span s) { return to_microseconds(o.spans[s]); }

// Reads of 100 us, four at a time; the controller takes 1 us each; a read asked for and taken: 2 us of a core.
const std::string kSsd = R"({"type": "ssd", "name": "ssd", "capacity": "1 TB", "read_latency": "100 us",
  "queue_depth": 4, "iops": "1000000 /s", "bandwidth": "unlimited", "page": "4096 B", "cpu_per_read": "2 us"})";
// Lines of 64 B come in 1 us, two at a time, while the core waits; the pipe moves 64 B in 1 us.
const std::string kFar = R"({"type": "memory", "name": "far", "capacity": "1 TB", "latency": "1 us",
  "bandwidth": "64000000 B/s", "outstanding": 2})";

// A query of one item looks up `lookups` rows of 64 B (16 floats) in a table of 1000 rows on one shard, which gathers a
// row in 1 us; all else takes no time. `clients` come at once, and nobody after them.
std::string one_table(int lookups, const std::string& tier, const std::string& placement, int clients = 1) {
  std::string shard = kFreePlatform;
  const auto set = [&](const std::string& from, const std::string& to) {
    shard.replace(shard.find(from), from.size(), to);
  };
  set(R"("name": "free")", R"("name": "shard", "tiers": [)" + tier + "]");
  set(R"("time": "0 ns")", R"("time": "1 us")");
  return fmt::format(R"({{
  "model": {{"name": "m", "nets": [{{"name": "net",
    "tables": [{{"name": "t", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": {2}}}}}]}}]}},
  "sharding": {{"plan": {{"shards": [{{"name": "s", "tables": [{3}]}}]}}}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {1}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "transport": {{"type": "ideal"}},
  "traffic": {{"arrivals": {{"type": "closed-loop", "clients": {4}}}, "items": {{"type": "fixed", "value": 1}},
              "queries": {4}, "warmup": 0}}
}})",
                     kFreePlatform, shard, lookups, placement, clients);
}

const std::string kOnSsd = R"({"table": "t", "tier": "ssd"})";
const std::string kOnFar = R"({"table": "t", "tier": "far"})";

}  // namespace

TEST_CASE("rows on an SSD are asked for at once, and waited for without a core") {
  SECTION("three rows: asked for in 6 us, through the controller by 3 us, read in 100 us, gathered in 3 us") {
    const Served served = serve(one_table(3, kSsd, kOnSsd));
    const Outcome& o = served.outcomes.at(0);
    CHECK(us(o.latency) == Approx(6 + 103 + 3));
    CHECK(us(o, Span::ssd) == Approx(6 + 103));
    CHECK(us(o, Span::sparse) == Approx(3));
    CHECK(us(o.cpu) == Approx(9));
    const TierUse& ssd = served.result.hosts.at(1).tiers.tiers.at(0);
    CHECK(ssd.totals.reads == 3);
    CHECK(ssd.totals.bytes.count == 3 * 4096);  // a row of 64 B reads a page
  }
  SECTION("nine rows and four places: the fifth read begins when the first ends, the ninth when the fifth does") {
    // Read i = 1 .. 4 passes the controller at i and ends at 100 + i; read 5 at 101 + 1 and ends at 202; read 9 at 303.
    const Served served = serve(one_table(9, kSsd, kOnSsd));
    CHECK(us(served.outcomes.at(0).latency) == Approx(18 + 303 + 9));
  }
  SECTION("with places for all that the controller can begin meanwhile, each read waits for the controller alone") {
    const Served served = serve(one_table(9, kSsd, kOnSsd), {{"cluster.sparse.platform.tiers.0.queue_depth", "101"}});
    CHECK(us(served.outcomes.at(0).latency) == Approx(18 + 9 + 100 + 9));
    const TierTotals& totals = served.result.hosts.at(1).tiers.tiers.at(0).totals;
    CHECK(totals.busy_s == Approx(9e-6));
    CHECK(totals.waited_s == Approx((0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8) * 1e-6));
  }
  SECTION("two queries: the second one's core work goes on while the first waits") {
    // One core: the first asks 0-2, the second 2-4. Reads end at 2 + 101 and 4 + 101; each is gathered in 1 us.
    const Served served = serve(one_table(1, kSsd, kOnSsd, 2));
    CHECK(us(served.outcomes.at(0).latency) == Approx(104));
    CHECK(us(served.outcomes.at(1).latency) == Approx(106));
  }
  SECTION("bandwidth: a page of 4096 B at 409.6 MB/s takes the controller 10 us") {
    const Served served =
        serve(one_table(2, kSsd, kOnSsd), {{"cluster.sparse.platform.tiers.0.bandwidth", "409600000 B/s"}});
    CHECK(us(served.outcomes.at(0).latency) == Approx(4 + 120 + 2));
  }
  SECTION("six have a place or may wait: of nine reads, three are refused and their rows not waited for") {
    const Changes limit{{"cluster.sparse.platform.tiers.0.waiting_limit", "2"}};
    const Served served = serve(one_table(9, kSsd, kOnSsd), limit);
    CHECK(us(served.outcomes.at(0).latency) == Approx(18 + 203 + 9));  // read 6 begins at 101 + 1
    const TierTotals ssd = served.result.hosts.at(1).tiers.tiers.at(0).totals;
    CHECK(ssd.reads == 6);
    CHECK(ssd.refused == 3);
    CHECK(ssd.bytes.count == 6 * 4096);
    CHECK(1e6 * ssd.waited_s == Approx(0 + 1 + 2 + 3 + 101 + 102));  // for a place, and for the controller
    CHECK(served.result.shards.at(0).caches.tiers.at(0).counts.refused == 3);
    CHECK_THAT(summary_text(served.result), Catch::Contains("refused     33"));
    CHECK_THAT(summary_text(serve(one_table(9, kSsd, kOnSsd)).result), !Catch::Contains("refused"));
  }
  SECTION("nobody may wait: a query that finds all places taken goes on at once, and one that comes later reads") {
    // One core: the first asks until 8 for the four places, the second until 16, in vain, and gathers until 20. The
    // reads end at 8 + 104.
    Changes none{{"cluster.sparse.platform.tiers.0.waiting_limit", "0"}};
    const Served both = serve(one_table(4, kSsd, kOnSsd, 2), none);
    CHECK(us(both.outcomes.at(0).latency) == Approx(8 + 104 + 4));
    CHECK(us(both.outcomes.at(1).latency) == Approx(16 + 4));
    CHECK(both.result.hosts.at(1).tiers.tiers.at(0).totals.refused == 4);
    none.emplace_back("traffic.arrivals.clients", "1");  // one after the other
    const Served after = serve(one_table(4, kSsd, kOnSsd, 2), none);
    CHECK(us(after.outcomes.at(1).latency) == Approx(8 + 104 + 4));
    CHECK(after.result.hosts.at(1).tiers.tiers.at(0).totals.refused == 0);
  }
  SECTION("a thread that runs to completion gives its core back while it waits") {
    const Served served = serve(one_table(1, kSsd, kOnSsd, 2), {{"serving.threads", "run-to-completion"}});
    CHECK(us(served.outcomes.at(0).latency) == Approx(104));
    CHECK(us(served.outcomes.at(1).latency) == Approx(106));
  }
}

TEST_CASE("rows in far memory: the core waits for lines, all requests for the pipe") {
  // Four rows of one line each: 4 x 1 us / 2 with a core, 4 us through the pipe, gathered in 4 us.
  const Served served = serve(one_table(4, kFar, kOnFar));
  CHECK(us(served.outcomes.at(0).latency) == Approx(2 + 4 + 4));
  CHECK(us(served.outcomes.at(0), Span::far_memory) == Approx(6));
  CHECK(us(served.outcomes.at(0).cpu) == Approx(6));
  // Without a core: 1 us once.
  const Served remote = serve(one_table(4, kFar, kOnFar), {{"cluster.sparse.platform.tiers.0.stalls", "false"}});
  CHECK(us(remote.outcomes.at(0).latency) == Approx(4 + 1 + 4));
  CHECK(us(remote.outcomes.at(0).cpu) == Approx(4));
}

TEST_CASE("a tier that takes no time and a cache of the whole table are the same as memory") {
  const std::string text = one_table(5, kSsd, kOnSsd, 3);
  const Served memory = serve(text, {{"sharding.plan.shards.0.tables", R"([{"table": "t"}])"}});
  // Analytic: everything hits. The table's rows are all alike.
  const Served cached =
      serve(text, {{"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
                   {"serving.store", R"({"type": "cached", "policy": {"type": "lru"}, "share": "100 %"})"}});
  REQUIRE(memory.outcomes.size() == cached.outcomes.size());
  for (std::size_t i = 0; i < memory.outcomes.size(); ++i) {
    CHECK(memory.outcomes[i].latency == cached.outcomes[i].latency);
    CHECK(memory.outcomes[i].cpu == cached.outcomes[i].cpu);
  }
}

TEST_CASE("an exact cache begins empty and keeps what was read") {
  // 100 queries one after the other, 50 lookups each, of ten rows that all fit: each row misses once.
  Changes changes{
      {"model.nets.net.tables.t.rows", "10"},
      {"traffic.queries", "100"},
      {"traffic.arrivals", R"({"type": "closed-loop", "clients": 1})"},
      {"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
      {"serving.store", R"({"type": "cached", "policy": {"type": "lru"}, "share": "100 %", "cache_mode": "exact"})"}};
  const Served served = serve(one_table(50, kSsd, kOnSsd), changes);
  const CacheUse& use = served.result.shards.at(0).caches.tiers.at(0);
  CHECK(use.counts.all.lookups == 100 * 50);
  CHECK(use.counts.all.hits == 100 * 50 - 10);
  CHECK(served.result.hosts.at(1).tiers.tiers.at(0).totals.reads == 10);
  CHECK(us(served.outcomes.back().latency) == Approx(50));  // all from memory by then
  CHECK(late_hit_ratio(use.counts.over_time).value == 1);
}

TEST_CASE("above the threshold of its hit ratio a gather does not wait") {
  Changes changes{
      {"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
      {"serving.store",
       R"({"type": "cached", "policy": {"type": "static-top"}, "share": "50 %", "hit_rate_threshold": "0 %"})"}};
  const Served served = serve(one_table(10, kSsd, kOnSsd), changes);
  const TierCounts& counts = served.result.shards.at(0).caches.tiers.at(0).counts;
  const std::int64_t misses = counts.all.lookups - counts.all.hits;
  REQUIRE(misses > 0);
  CHECK(counts.defaulted == misses);
  CHECK(us(served.outcomes.at(0).latency) == Approx(2.0 * static_cast<double>(misses) + 10));
}

TEST_CASE("rows of the next net are fetched while the net before runs") {
  std::string main = kFreePlatform;
  const std::string plain = R"("name": "free", "cores": 1)";
  main.replace(main.find(plain), plain.size(), R"("name": "main", "cores": 2, "tiers": [)" + kSsd + "]");
  const auto query = [&](const std::string& store, const std::string& dense, const std::string& issue) {
    return serve(one_table(3, kSsd, kOnSsd),
                 {{"model.nets", fmt::format(R"([{{"name": "first", "top_mlp": {{"time": "{}"}}}},
            {{"name": "net", "depends_on": ["first"],
              "tables": [{{"name": "t", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": 3}}}}]}}])",
                                             dense)},
                  {"sharding.plan", R"({"main": [{"table": "t", "tier": "ssd"}], "shards": []})"},
                  {"cluster.main.platform", main},
                  {"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
                  {"serving.issue", issue},
                  {"serving.store", store}});
  };
  for (const std::string issue : {"\"per-net\"", "\"eager\""}) {
    // Asked for in 6 us, read in 103 us, as above; gathering takes no time here.
    const std::string plain_store = R"({"type": "memory"})";
    CHECK(us(query(plain_store, "500 us", issue).outcomes.at(0).latency) == Approx(500 + 6 + 103));
    const std::string exact = R"("policy": {"type": "pending-first"}, "share": "50 %", "cache_mode": "exact", )";
    for (const std::string& store : {std::string(R"({"type": "memory", "prefetch": true})"),
                                     R"({"type": "cached", )" + exact + R"("prefetch": true})"}) {
      INFO(store);
      const Served hidden = query(store, "500 us", issue);
      CHECK(us(hidden.outcomes.at(0).latency) == Approx(500));
      CHECK(us(hidden.outcomes.at(0).cpu) == Approx(500 + 6));
      CHECK(hidden.result.hosts.at(0).tiers.tiers.at(0).totals.reads == 3);
      const Served partly = query(store, "50 us", issue);
      CHECK(us(partly.outcomes.at(0).latency) == Approx(6 + 103));
      CHECK(us(partly.outcomes.at(0), Span::dense) == Approx(50));
      CHECK(us(partly.outcomes.at(0), Span::ssd) == Approx(6 + 103 - 50));
    }
  }
}

TEST_CASE("a share of the rows in memory is that share of the lookups") {
  Changes changes{{"sharding.plan.shards.0.tables", R"([{"table": "t", "tier": "ssd", "in_memory": "75 %"}])"},
                  {"traffic.queries", "200"},
                  {"traffic.arrivals", R"({"type": "closed-loop", "clients": 1})"}};
  for (const bool exact : {false, true}) {
    Changes all = changes;
    if (exact) {
      all.emplace_back("traffic.rows", R"({"popularity": {"type": "uniform"}})");
      all.emplace_back(
          "serving.store",
          R"({"type": "cached", "policy": {"type": "lru"}, "share": "0.0000001 %", "cache_mode": "exact"})");
    }
    const Served served = serve(one_table(100, kSsd, kOnSsd), all);
    // 20,000 lookups, a quarter of them elsewhere: 5,000 with a standard deviation of 61 (rows drawn with replacement
    // of 1,000, of which a quarter by hash: one more of 3 %).
    const auto lookups = static_cast<double>(served.result.shards.at(0).caches.tiers.at(0).counts.all.lookups);
    CHECK(lookups == Approx(5000).margin(exact ? 900 : 250));
  }
  const Scenario s = scenario(one_table(100, kSsd, kOnSsd), changes);
  CHECK(bytes_by_tier(make_plan(s, s.model).shards[0].tables, s.model).memory.count == 750 * 64);
}

TEST_CASE("a cache row by row and by formula answer the same share of the lookups, to within 0.01") {
  // The whole table on one shard, and one half of its rows on each of two.
  const std::string whole = R"([{"name": "s", "tables": [{"table": "t", "tier": "ssd"}]}])";
  const std::string halves = R"([{"name": "s", "tables": [{"table": "t", "part": 0, "parts": 2, "tier": "ssd"}]},
                                 {"name": "r", "tables": [{"table": "t", "part": 1, "parts": 2, "tier": "ssd"}]}])";
  for (const std::string& shards : {whole, halves})
    for (const std::string policy : {"lru", "fifo", "static-top"}) {
      const auto hits = [&](const std::string& mode) {
        const Served served =
            serve(one_table(200, kSsd, kOnSsd),
                  {{"sharding.plan.shards", shards},
                   {"model.nets.net.tables.t.rows", "10000"},
                   {"traffic.queries", "1500"},
                   {"traffic.arrivals", R"({"type": "closed-loop", "clients": 1})"},
                   {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
                   {"serving.store", fmt::format(R"({{"type": "cached", "policy": {{"type": "{}"}}, "share": "10 %",
                                               "cache_mode": "{}"}})",
                                                 policy, mode)}});
        CacheCounts late;
        for (const ShardResult& shard : served.result.shards) {
          const std::vector<CacheCounts>& counts = shard.caches.tiers.at(0).counts.over_time.counts();
          for (std::size_t i = counts.size() / 2; i < counts.size(); ++i) late += counts[i];
        }
        return late.hit_ratio();
      };
      CAPTURE(policy, shards);
      CHECK(hits("exact") == Approx(hits("analytic")).margin(0.01));
    }
}
