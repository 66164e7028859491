// SPDX-License-Identifier: Apache-2.0
// Laws that hold in every run, whatever the numbers.
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

const std::vector<std::string> kShardings{
    R"({"strategy": "singular"})",
    R"({"strategy": "one-shard"})",
    R"({"strategy": "capacity-balanced", "shards": 3})",
    R"({"strategy": "load-balanced", "shards": 2})",
    R"({"strategy": "nsbp", "shards": 2})",
    R"({"strategy": "row-wise", "shards": 3})",
    R"({"strategy": "load-balanced", "shards": 3, "split_above": "2 MB"})",
};
// The net "user" has 128 kB.
const std::string kUserOnMain = R"({"strategy": "hybrid", "shards": 2, "main_memory": "128 kB"})";
const std::string kColumns = R"({"strategy": "column-wise", "shards": 2})";
const std::string kGroups = R"({"strategy": "table-row-wise", "shards": 4, "group": 2})";

}  // namespace

TEST_CASE("the spans of every query add up to its latency exactly, under every strategy and arrival process") {
  const std::string sharding = GENERATE(from_range(kShardings), values({kUserOnMain, kColumns, kGroups}));
  const std::string arrivals =
      GENERATE(as<std::string>(), R"({"type": "serial"})", R"({"type": "poisson", "rate": "400 /s"})");
  CAPTURE(sharding, arrivals);
  const Scenario s = scenario(kTwoNets, {{"sharding", sharding}, {"traffic.arrivals", arrivals}});
  std::int64_t checked = 0;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) {
    ++checked;
    if (o.spans.total() != o.latency)
      FAIL("query " << o.id << ": " << o.spans.total().count() << " != " << o.latency.count());
    for (const Duration d : o.spans.all())
      if (d < Duration::zero()) FAIL("negative span in query " << o.id);
    if (o.spans.queues().total() != o.spans[Span::queueing])
      FAIL("query " << o.id << ": times in queues do not add up");
    if (o.spans.links().total() != o.spans[Span::network]) FAIL("query " << o.id << ": times at links do not add up");
  };
  const RunResult r = run(s, control);
  CHECK(checked == 2000);
  CHECK(r.completed == r.offered);
}

TEST_CASE("what leaves one end of a link was sent into it: bytes and messages are conserved") {
  const RunResult r = run(scenario(kTwoNets));
  // Star: every message crosses one link up to the switch and one down from it.
  Bytes up;
  Bytes down;
  std::int64_t messages_up = 0;
  std::int64_t messages_down = 0;
  for (const LinkResult& l : r.links) {
    (l.to == "switch" ? up : down) += l.bytes;
    (l.to == "switch" ? messages_up : messages_down) += l.messages;
  }
  CHECK(up == down);
  CHECK(messages_up == messages_down);
  double rpcs = 0;
  for (const ShardResult& s : r.shards) rpcs += s.rpcs_per_query;
  CHECK(static_cast<double>(messages_up) == Approx(2 * static_cast<double>(r.completed) * (1 + rpcs)));
}

TEST_CASE("CPU time per query is the same whatever the load, and is all booked on some host") {
  const RunResult calm = run(scenario(kTwoNets, {{"traffic.arrivals.rate", "1 /s"}}));
  const RunResult busy = run(scenario(kTwoNets, {{"traffic.arrivals.rate", "800 /s"}}));
  // Gathers on the sparse hosts share 4 GB/s between two cores, so only the other classes must agree.
  for (const Work w : {Work::dense, Work::serde, Work::service}) {
    const auto i = static_cast<std::size_t>(w);
    CHECK(calm.cpu_us_per_query[i] == Approx(busy.cpu_us_per_query[i]).epsilon(1e-9));
  }
  double hosts_us = 0;
  for (const HostResult& h : busy.hosts)
    for (const Duration d : h.cpu) hosts_us += to_microseconds(d);
  CHECK(hosts_us / static_cast<double>(busy.completed) == Approx(busy.total_cpu_us_per_query()));
  double utilised_us = 0;
  for (const HostResult& h : busy.hosts) utilised_us += h.utilisation * h.cores * busy.simulated_s * 1e6;
  CHECK(utilised_us == Approx(hosts_us).epsilon(1e-9));
}

namespace {

// (core time of all queries, core time booked on all hosts)
std::pair<Duration, Duration> cpu_of_queries_and_hosts(const Scenario& s) {
  Duration queries{};
  RunControl control;
  control.on_outcome = [&](const Outcome& o) { queries += o.cpu; };
  const RunResult r = run(s, control);
  Duration hosts{};
  for (const HostResult& h : r.hosts)
    for (const Duration d : h.cpu) hosts += d;
  return {queries, hosts};
}

}  // namespace

TEST_CASE("RPCs that all batches of a query share are on its path once, to the picosecond") {
  const std::vector<std::pair<std::string, std::string>> shared{
      {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1}})"},
      {"serving.issue", "eager"},
      {"serving.dedup_indices", "query"},
      {"sharding", R"({"strategy": "row-wise", "shards": 3})"}};
  RunControl control;
  control.on_outcome = [&](const Outcome& o) {
    if (o.spans.total() != o.latency) FAIL("query " << o.id);
  };
  CHECK(run(scenario(kTwoNets, shared), control).completed == 2000);
  const auto [queries, hosts] = cpu_of_queries_and_hosts(scenario(kTwoNets, shared));
  CHECK(hosts > Duration::zero());
  CHECK(queries == hosts);
}

TEST_CASE("every piece of work belongs to one query: their core times add up to the hosts' exactly") {
  const std::string sharding = GENERATE(from_range(kShardings), values({kUserOnMain, kColumns, kGroups}));
  CAPTURE(sharding);
  const auto [queries, hosts] = cpu_of_queries_and_hosts(scenario(kTwoNets, {{"sharding", sharding}}));
  CHECK(hosts > Duration::zero());
  CHECK(queries == hosts);
}

TEST_CASE("work for answers that nobody waited for belongs to no query") {
  // Patience of 300 us: less than many answers take. With one of an hour, no answer comes too late.
  const auto patience = [](const char* time) {
    return scenario(kTwoNets, {{"serving.call",
                                fmt::format(R"({{"type": "retry", "per_try_timeout": "{}", "retries": 3}})", time)}});
  };
  const auto [impatient, worked] = cpu_of_queries_and_hosts(patience("300 us"));
  CHECK(impatient < worked);
  const auto [patient, all] = cpu_of_queries_and_hosts(patience("3600 s"));
  CHECK(patient == all);
}

TEST_CASE("Little's law: queries in the system on average = arrival rate x mean latency") {
  // Integrates the number in the system from the outcomes and compares with rate x latency.
  double latency_sum_s = 0;
  Time last{};
  RunControl control;
  std::vector<std::pair<Time, int>> steps;
  control.on_outcome = [&](const Outcome& o) {
    latency_sum_s += to_seconds(o.latency);
    steps.emplace_back(o.arrived, 1);
    steps.emplace_back(o.arrived + o.latency, -1);
    last = std::max(last, o.arrived + o.latency);
  };
  const RunResult r = run(scenario(kTwoNets), control);
  std::sort(steps.begin(), steps.end());
  double integral = 0;
  int inside = 0;
  Time before{};
  for (const auto& [at, change] : steps) {
    integral += inside * to_seconds(at - before);
    inside += change;
    before = at;
  }
  CHECK(inside == 0);
  CHECK(integral == Approx(latency_sum_s).epsilon(1e-9));
  CHECK(r.simulated_s == Approx(to_seconds(last.time_since_epoch())));
}

TEST_CASE("the same scenario gives the same trajectory; another seed another") {
  const RunResult a = run(scenario(kTwoNets));
  const RunResult b = run(scenario(kTwoNets));
  const RunResult c = run(scenario(kTwoNets, {{"seed", "2"}}));
  CHECK(a.fingerprint == b.fingerprint);
  CHECK(a.fingerprint != c.fingerprint);
}

TEST_CASE("queries are the same under every strategy: items and lookups do not depend on what serves them") {
  const auto items_and_lookups = [](const std::string& sharding) {
    std::vector<int> items(2000);
    RunControl control;
    control.on_outcome = [&](const Outcome& o) { items[o.id] = o.items; };
    const RunResult r = run(scenario(kTwoNets, {{"sharding", sharding}}), control);
    double lookups = 0;
    for (const ShardResult& s : r.shards) lookups += s.lookups_per_query;
    return std::pair(items, lookups);
  };
  const auto one = items_and_lookups(kShardings[1]);
  // Each of two parts by columns is asked for every row.
  CHECK(items_and_lookups(kColumns).second == Approx(2 * one.second).epsilon(1e-12));
  CHECK(items_and_lookups(kGroups).second == Approx(one.second).epsilon(1e-12));
  for (std::size_t s = 2; s < kShardings.size(); ++s) {
    CAPTURE(kShardings[s]);
    const auto other = items_and_lookups(kShardings[s]);
    CHECK(one.first == other.first);
    CHECK(one.second == Approx(other.second).epsilon(1e-12));
  }
}

TEST_CASE("a batch without lookups on a shard does not ask it") {
  // u1 (absent half the time) alone on a shard: half the queries ask it, once in each of their batches.
  const std::string plan = R"({"plan": {"shards": [{"name": "a", "tables": [{"table": "u1"}]},
    {"name": "b", "tables": [{"table": "u0"}, {"table": "i0"}, {"table": "i1"}]}]}})";
  const RunResult r =
      run(scenario(kTwoNets, {{"sharding", plan}, {"traffic.items", R"({"type": "fixed", "value": 10})"}}));
  // One batch a query: a is asked with probability 0.5 (pooling can also draw 0, rarely); b once for each net.
  CHECK(r.shards[0].rpcs_per_query == Approx(0.5).margin(0.05));  // 4.5 standard errors: 4.5 * sqrt(0.25 / 2000)
  CHECK(r.shards[1].rpcs_per_query == Approx(2.0));
}

TEST_CASE("a net whose tables are all on the main shard needs no RPC") {
  // Three batches a query. i0 is always looked up, i1 by no more than 0.7 of the queries; u0 and u1 ask nobody.
  const auto rpcs_of = [](const std::string& sharding) {
    const RunResult r =
        run(scenario(kTwoNets, {{"sharding", sharding}, {"traffic.items", R"({"type": "fixed", "value": 30})"}}));
    return std::pair(r.shards[0].rpcs_per_query, r.shards[1].rpcs_per_query);
  };
  const auto [one, other] = rpcs_of(kUserOnMain);
  CHECK(std::max(one, other) == Approx(3));
  CHECK(std::min(one, other) <= 3 * (0.7 + 0.05));  // 4.5 standard errors: 4.5 * sqrt(0.21 / 2000)
  // Without it one shard has both, beside i1 (i0 has more lookups than all others): three more, in every query.
  const auto [a, b] = rpcs_of(R"({"strategy": "load-balanced", "shards": 2})");
  CHECK(a + b == Approx(one + other + 3));
}

TEST_CASE("a plan with tables in one part of all columns is the plan with whole tables, event by event") {
  const auto plan = [](const std::string& split) {
    return fmt::format(R"({{"plan": {{"main": [{{"table": "u1"{0}}}], "shards": [
      {{"name": "a", "tables": [{{"table": "u0"{0}}}, {{"table": "i0"{0}}}]}}, {{"name": "b", "tables": [{{"table": "i1"{0}}}]}}]}}}})",
                       split);
  };
  for (const char* const inter_op : {"1", "2"}) {
    const auto fingerprint = [&](const std::string& split) {
      return run(scenario(kTwoNets, {{"sharding", plan(split)}, {"serving.inter_op", inter_op}})).fingerprint;
    };
    CHECK(fingerprint(R"(, "split": "columns")") == fingerprint(""));
  }
}

TEST_CASE("slices of columns bring back as many bytes as the whole table, for more bytes of row numbers") {
  // i0 has 5 lookups an item and one bag, 100 items a query. With two slices instead of the whole, its 500 row numbers
  // of 8 bytes and 100 offsets of 4 are sent once more, and what comes back is no more.
  const auto megabytes = [](const std::string& on_a, const std::string& on_b) {
    const std::string plan = fmt::format(R"({{"plan": {{"main": [{{"table": "u0"}}, {{"table": "u1"}}], "shards": [
      {{"name": "a", "tables": [{}]}}, {{"name": "b", "tables": [{}{{"table": "i1"}}]}}]}}}})",
                                         on_a, on_b);
    const RunResult r = run(scenario(kTwoNets, {{"sharding", plan},
                                                {"model.nets.1.tables.1.coverage", "1"},
                                                {"model.nets.1.tables.1.pooling", R"({"type": "fixed", "value": 1})"},
                                                {"traffic.warmup", "0"},
                                                {"traffic.items", R"({"type": "fixed", "value": 100})"}}));
    double up = 0;
    for (const LinkResult& l : r.links)
      if (l.to == "switch") up += static_cast<double>(l.bytes.count);
    return up / static_cast<double>(r.completed);
  };
  const double whole = megabytes(R"({"table": "i0"})", "");
  const double slices = megabytes(R"({"table": "i0", "part": 0, "parts": 2, "split": "columns"})",
                                  R"({"table": "i0", "part": 1, "parts": 2, "split": "columns"}, )");
  CHECK(slices - whole == Approx(500 * 8 + 100 * 4).epsilon(1e-9));
}
