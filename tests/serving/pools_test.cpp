// SPDX-License-Identifier: Apache-2.0
// Shards on unlike servers, with every number worked out by hand; and pools beside the short form.
#include <catch2/catch.hpp>
#include <numeric>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// Two tables, each on a shard of its own, looked up ten times a query. What costs core time: a lookup, and a message.
std::string unlike(const std::string& pools) {
  return fmt::format(R"({{
  "model": {{"name": "unlike", "nets": [{{"name": "net", "tables": [
    {{"name": "hot", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": 10}}}},
    {{"name": "cold", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": 10}}}}]}}]}},
  "sharding": {{"plan": {{"shards": [{{"name": "hot", "tables": [{{"table": "hot"}}]}},
                                 {{"name": "cold", "tables": [{{"table": "cold"}}]}}]}}}},
  "cluster": {{"pools": {}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "traffic": {{"arrivals": {{"type": "serial"}}, "items": {{"type": "fixed", "value": 1}}, "queries": 4, "warmup": 0}}
}})",
                     pools);
}

std::string server(const std::string& name, const std::string& lookup, const std::string& message) {
  Json platform = Json::parse(kFreePlatform);
  platform["name"] = name;
  platform["lookup"]["time"] = lookup;
  platform["rpc"]["cpu_per_message"] = message;
  return platform.dump();
}

std::string pool(const std::string& name, const std::string& services, const std::string& platform, int replicas = 1) {
  return fmt::format(R"({{"name": "{}", "services": {}, "platform": {}, "replicas": {}}})", name, services, platform,
                     replicas);
}

Duration cpu_of(const RunResult& r, const std::string& host) {
  for (const HostResult& h : r.hosts)
    if (h.name == host) return std::accumulate(h.cpu.begin(), h.cpu.end(), Duration::zero());
  FAIL("no host " << host);
  return {};
}

}  // namespace

SCENARIO("each shard takes as long as its own platform needs") {
  const std::string main = pool("front", R"(["main"])", server("free", "0 us", "0 us"));
  const std::string fast = pool("fast", R"(["hot"])", server("fast", "1 us", "3 us"));
  const std::string slow = pool("slow", R"(["co*"])", server("slow", "7 us", "5 us"), 2);
  std::vector<Outcome> outcomes;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) { outcomes.push_back(o); };
  const RunResult r = run(scenario(unlike("[" + slow + "," + main + "," + fast + "]")), control);

  THEN("a query waits for the slower shard, and each host is busy with its own") {
    // hot: a message in and out, 3 us each, and 10 lookups of 1 us: 16 us. cold: 2 x 5 + 10 x 7 = 80 us.
    REQUIRE(outcomes.size() == 4);
    for (const Outcome& o : outcomes) {
      CHECK(o.latency == from_seconds(80e-6));
      CHECK(o.last_targets == LastTargets{2});
      CHECK(o.cpu == from_seconds(96e-6));
    }
    CHECK(cpu_of(r, "sparse0") == 4 * from_seconds(16e-6));
    CHECK(cpu_of(r, "sparse1.0") + cpu_of(r, "sparse1.1") == 4 * from_seconds(80e-6));
    CHECK(cpu_of(r, "main0") == Duration::zero());
  }
  THEN("each shard has the replicas of its pool, on hosts of its platform") {
    REQUIRE(r.shards.size() == 2);
    CHECK(r.shards[0].hosts == std::vector<std::string>{"sparse0"});
    CHECK(r.shards[1].hosts == std::vector<std::string>{"sparse1.0", "sparse1.1"});
    CHECK(r.shards[0].cpu_us_per_query == Approx(16));
    CHECK(r.shards[1].cpu_us_per_query == Approx(80));
    std::vector<std::string> platforms;
    for (const HostResult& h : r.hosts) platforms.push_back(h.platform);
    CHECK(platforms == std::vector<std::string>{"free", "fast", "slow", "slow"});
  }
}

SCENARIO("pools that say what main and sparse say make the same run") {
  const Scenario brief = scenario(kTwoNets, {{"cluster.main.replicas", "2"}, {"cluster.sparse.replicas", "2"}});
  Json text = Json::parse(kTwoNets);
  Json pools = Json::array({text["cluster"]["sparse"], text["cluster"]["main"]});
  pools[0].update({{"name", "shards"}, {"services", {"sparse*"}}, {"replicas", 2}});
  pools[1].update({{"name", "front"}, {"services", {"main"}}, {"replicas", 2}});
  text["cluster"] = {{"pools", pools}};
  const RunResult expected = run(brief);
  const RunResult found = run(scenario(text.dump()));
  CHECK(found.fingerprint == expected.fingerprint);
  CHECK(found.events == expected.events);
  // Nor does it matter how many pools the shards are in, as long as they are alike.
  pools[0]["services"] = {"sparse0"};
  pools.push_back(pools[0]);
  pools[2].update({{"name", "more"}, {"services", {"sparse[1-9]"}}});
  text["cluster"] = {{"pools", pools}};
  CHECK(run(scenario(text.dump())).fingerprint == expected.fingerprint);
}

SCENARIO("a shard that does not fit its own pool is an error, whatever other pools have") {
  Json text = Json::parse(kTwoNets);
  Json small = text["cluster"]["sparse"];
  Json large = small;
  small.update({{"name", "small"}, {"services", {"sparse1"}}});
  small["platform"].update({{"name", "tiny"}, {"memory", "1 MB"}});
  large.update({{"name", "large"}, {"services", {"main", "sparse0"}}});
  text["cluster"] = {{"pools", Json::array({large, small})}};
  text["sharding"] = {{"strategy", "capacity-balanced"}, {"shards", 2}, {"split_above", "1 GB"}};
  CHECK_THROWS_WITH(run(scenario(text.dump())),
                    Catch::Matchers::Contains("shard 'sparse1' needs") && Catch::Matchers::Contains("'tiny' has 0.00"));
}
