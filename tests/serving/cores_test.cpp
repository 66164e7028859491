// SPDX-License-Identifier: Apache-2.0
// What a core does for a request: threads, inter_op, intra_op, workers, issue; every number is worked out by hand.
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

struct Done {
  RunResult result;
  std::vector<Outcome> outcomes;  // by query
};

Done serve(const std::string& text, const Changes& changes) {
  Done done;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) {
    REQUIRE(o.spans.total() == o.latency);
    done.outcomes.push_back(o);
  };
  done.result = run(scenario(text, changes), control);
  std::sort(done.outcomes.begin(), done.outcomes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return done;
}

double us(Duration d) { return to_microseconds(d); }
double us(const Outcome& o, Span s) { return to_microseconds(o.spans[s]); }

// `clients` queries of one item at the same time, none after them. One net whose tables are on shards; on a shard an
// RPC is received in 5 us, has an overhead of 10 us, gathers for 20 us and is answered in 5 us. All else takes no time.
std::string one_net(int clients, int shard_cores) {
  std::string shard = kFreePlatform;
  const auto set = [&](const std::string& from, const std::string& to) {
    shard.replace(shard.find(from), from.size(), to);
  };
  set(R"("name": "free")", R"("name": "shard")");
  set(R"("cores": 1)", fmt::format("\"cores\": {}", shard_cores));
  set(R"("cpu_per_message": "0 us")", R"("cpu_per_message": "5 us")");
  set(R"("time": "0 ns")", R"("time": "20 us")");
  set(R"("net_overhead": "0 us")", R"("net_overhead": "10 us")");
  return fmt::format(R"({{
  "model": {{"name": "m", "nets": [{{"name": "net", "top_mlp": {{"time": "40 us"}},
    "tables": [{{"name": "t", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": 1}}}}]}}]}},
  "sharding": {{"strategy": "one-shard"}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {1}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "transport": {{"type": "ideal"}},
  "traffic": {{"arrivals": {{"type": "closed-loop", "clients": {2}}}, "items": {{"type": "fixed", "value": 1}},
              "queries": {2}, "warmup": 0}}
}})",
                     kFreePlatform, shard, clients);
}

}  // namespace

TEST_CASE("a thread that runs to completion is not interrupted by other requests") {
  const Changes no_top{{"model.nets.net.top_mlp.time", "0 us"}};
  Changes completion = no_top;
  completion.emplace_back("serving.threads", "run-to-completion");

  SECTION("two RPCs for one core") {
    // per-step: A receives 0-5, B 5-10, A's overhead 10-20, B's 20-30, A gathers 30-50, B 50-70, A answers 70-75, B
    // 75-80.
    const Done by_steps = serve(one_net(2, 1), no_top);
    CHECK(us(by_steps.outcomes.at(0).latency) == Approx(75));
    CHECK(us(by_steps.outcomes.at(1).latency) == Approx(80));
    CHECK(us(by_steps.outcomes.at(0), Span::queueing) == Approx(35));
    // run-to-completion: A 0-40, B 40-80.
    const Done whole = serve(one_net(2, 1), completion);
    CHECK(us(whole.outcomes.at(0).latency) == Approx(40));
    CHECK(us(whole.outcomes.at(1).latency) == Approx(80));
    CHECK(us(whole.outcomes.at(1), Span::queueing) == Approx(40));
    for (const Outcome& o : whole.outcomes) {
      CHECK(us(o, Span::serde) == Approx(10));
      CHECK(us(o, Span::service) == Approx(10));
      CHECK(us(o, Span::sparse) == Approx(20));
      CHECK(us(o.cpu) == Approx(40));
    }
    const auto visits = [](const Done& d) {
      for (const HostResult& h : d.result.hosts)
        if (h.service == "sparse") return h.visits;
      return std::int64_t{0};
    };
    CHECK(visits(by_steps) == 8);
    CHECK(visits(whole) == 2);
  }

  SECTION("on a host that is slow by a factor of 2, all of it takes twice as long") {
    Changes slow = completion;
    slow.emplace_back("faults", R"([{"hosts": "sparse0", "state": "slow", "factor": 2}])");
    const Done d = serve(one_net(2, 1), slow);
    CHECK(us(d.outcomes.at(0).latency) == Approx(80));
    CHECK(us(d.outcomes.at(1).latency) == Approx(160));
    CHECK(us(d.outcomes.at(0), Span::sparse) == Approx(40));
    CHECK(us(d.outcomes.at(0), Span::service) == Approx(20));
  }

  SECTION("the gather alone shares the memory bandwidth") {
    // A row of 64 B in 20 us is 3.2 MB/s of a core; two cores that gather at once have 3.2 MB/s together: 40 us each.
    Changes memory = completion;
    memory.emplace_back("cluster.sparse.platform.memory_bandwidth", "3200000 B/s");
    const Done d = serve(one_net(2, 2), memory);
    for (const Outcome& o : d.outcomes) {
      CHECK(us(o.latency) == Approx(5 + 10 + 40 + 5));
      CHECK(us(o, Span::sparse) == Approx(40));
    }
  }
}

TEST_CASE("inter_op: tables of a net are gathered from at the same time") {
  const std::string text = one_net(1, 1);
  const auto latency = [&](int cores, int inter_op) {
    const Done d = serve(text, {{"sharding", R"({"strategy": "singular"})"},
                                {"model.nets.net.tables", R"([
                                   {"name": "a", "rows": 10, "dim": 1, "pooling": {"type": "fixed", "value": 1}, "time": "30 us"},
                                   {"name": "b", "rows": 10, "dim": 1, "pooling": {"type": "fixed", "value": 1}, "time": "20 us"},
                                   {"name": "c", "rows": 10, "dim": 1, "pooling": {"type": "fixed", "value": 1}, "time": "20 us"}])"},
                                {"cluster.main.platform.cores", std::to_string(cores)},
                                {"serving.inter_op", std::to_string(inter_op)}});
    CHECK(us(d.outcomes.at(0).cpu) == Approx(110));  // whoever does it
    return us(d.outcomes.at(0).latency) - 40;
  };
  CHECK(latency(4, 1) == Approx(70));
  CHECK(latency(4, 2) == Approx(40));  // a on one core, b and c on the other
  CHECK(latency(4, 3) == Approx(30));
  CHECK(latency(4, 4) == Approx(30));
}

TEST_CASE("inter_op on a shard whose cores are busy: operators wait in its line") {
  // Two queries at once on a shard with 2 cores; each has two tables of 20 us there. One at a time: 15 + 40 + 5. Two at
  // a time: both queries' operators are in line together; the cores do the same work in the same 40 us.
  const Changes two_tables{{"model.nets.net.top_mlp.time", "0 us"}, {"model.nets.net.tables", R"([
                              {"name": "a", "rows": 10, "dim": 16, "pooling": {"type": "fixed", "value": 1}},
                              {"name": "b", "rows": 10, "dim": 16, "pooling": {"type": "fixed", "value": 1}}])"}};
  Changes parallel = two_tables;
  parallel.emplace_back("serving.inter_op", "2");
  parallel.emplace_back("cluster.main.platform.cores", "2");  // has no tables, and is asked for as many cores
  const Done one = serve(one_net(2, 2), two_tables);
  const Done two = serve(one_net(2, 2), parallel);
  CHECK(us(one.outcomes.at(1).latency) == Approx(60));
  CHECK(us(one.outcomes.at(1), Span::queueing) == Approx(0).margin(1e-9));
  CHECK(us(two.outcomes.at(1).latency) == Approx(60));
  CHECK(us(two.outcomes.at(1), Span::queueing) == Approx(20));
  CHECK(us(serve(one_net(1, 2), parallel).outcomes.at(0).latency) == Approx(40));
}

TEST_CASE("intra_op: one dense operator on several cores, with its efficiency") {
  const Changes four{{"sharding", R"({"strategy": "singular"})"},
                     {"cluster.main.platform.cores", "8"},
                     {"serving.intra_op", R"({"cores": 4, "efficiency": 0.8})"}};
  const Done d = serve(one_net(1, 1), four);
  CHECK(us(d.outcomes.at(0).latency) == Approx(40 / (4 * 0.8)));
  CHECK(us(d.outcomes.at(0), Span::dense) == Approx(12.5));
  CHECK(us(d.outcomes.at(0).cpu) == Approx(40 / 0.8));
}

TEST_CASE("workers: a server works on so many requests at once, and the others wait") {
  SECTION("on the main shard, until the reply leaves") {
    const Done d = serve(
        one_net(3, 1),
        {{"sharding", R"({"strategy": "singular"})"}, {"cluster.main.platform.cores", "8"}, {"serving.workers", "1"}});
    for (int q = 0; q < 3; ++q) {
      CHECK(us(d.outcomes.at(q).latency) == Approx(40 * (q + 1)));
      CHECK(us(d.outcomes.at(q), Span::worker_wait) == Approx(40 * q).margin(1e-9));
      CHECK(us(d.outcomes.at(q), Span::queueing) == Approx(0).margin(1e-9));
    }
  }
  SECTION("also while it waits for an RPC") {
    const Done d = serve(one_net(2, 4), {{"cluster.main.platform.cores", "8"}, {"serving.workers", "1"}});
    CHECK(us(d.outcomes.at(1).latency) == Approx(2 * (40 + 40)));
    CHECK(us(d.outcomes.at(1), Span::worker_wait) == Approx(80));
  }
}

TEST_CASE("issue eager: the RPCs of all nets are made at the start of the batch") {
  // Two nets, one after the other, each with a table on the shard. RPCs do not disturb each other.
  const auto nets = [](const char* second) {
    return fmt::format(R"([
      {{"name": "first", "top_mlp": {{"time": "30 us"}}, "tables": [
        {{"name": "a", "rows": 10, "dim": 16, "pooling": {{"type": "fixed", "value": 1}}, "time": "20 us"}}]}},
      {{"name": "second", "depends_on": ["first"], "top_mlp": {{"time": "30 us"}}, "tables": [
        {{"name": "b", "rows": 10, "dim": 16, "pooling": {{"type": "fixed", "value": 1}}, "time": "{}"}}]}}])",
                       second);
  };
  const auto serve_nets = [&](const char* second, const char* issue) {
    return serve(one_net(1, 4), {{"model.nets", nets(second)}, {"serving.issue", issue}}).outcomes.at(0);
  };
  SECTION("an RPC that is over when its net begins costs nothing") {
    const Outcome per_net = serve_nets("20 us", "per-net");
    CHECK(us(per_net.latency) == Approx(40 + 30 + 40 + 30));
    const Outcome eager = serve_nets("20 us", "eager");
    CHECK(us(eager.latency) == Approx(40 + 30 + 30));
    CHECK(us(eager, Span::dense) == Approx(60));
    CHECK(eager.last_targets == LastTargets{1, 0});
    CHECK(eager.cpu == per_net.cpu);
  }
  SECTION("one that is not has been under way since the beginning") {
    const Outcome eager = serve_nets("200 us", "eager");
    CHECK(us(eager.latency) == Approx(220 + 30));
    CHECK(us(eager, Span::dense) == Approx(30));  // the first net's top MLP is beside the path
    CHECK(us(eager, Span::sparse) == Approx(200));
    CHECK(us(eager.cpu) == Approx(40 + 220 + 60));
    CHECK(eager.last_targets == LastTargets{1, 1});
  }
}

TEST_CASE("give-up: the batch goes on without a shard that is late, and says what is missing") {
  // Two tables on two shards, one of them slow: 40 us and 400 us.
  const Changes two_shards{{"model.nets.net.tables", R"([
         {"name": "a", "rows": 10, "dim": 16, "pooling": {"type": "fixed", "value": 1}},
         {"name": "b", "rows": 10, "dim": 16, "pooling": {"type": "fixed", "value": 1}}])"},
                           {"sharding", R"({"strategy": "load-balanced", "shards": 2})"},
                           {"faults", R"([{"hosts": "sparse1", "state": "slow", "factor": 10}])"}};
  const auto giving_up = [&](const std::string& call) {
    Changes changes = two_shards;
    changes.emplace_back("serving.call", call);
    return changes;
  };
  SECTION("in time") {
    const Outcome o = serve(one_net(1, 1), giving_up(R"({"type": "give-up", "after": "401 us"})")).outcomes.at(0);
    CHECK(us(o.latency) == Approx(400 + 40));
    CHECK(o.degraded == 0);
  }
  SECTION("late") {
    const Done d = serve(one_net(1, 1), giving_up(R"({"type": "give-up", "after": "60 us"})"));
    const Outcome& o = d.outcomes.at(0);
    CHECK_FALSE(o.failed);
    CHECK(us(o.latency) == Approx(60 + 40));
    CHECK(us(o, Span::timeout_wait) == Approx(60));
    CHECK(o.degraded == 0.5);
    CHECK(us(o.cpu) == Approx(40 + 40));
  }
  SECTION("withdrawn, it leaves the line; what is on a core is finished") {
    // Four queries at the slow shard's one core, which takes 50, 100, 200 and 50 us for the steps. At 60 us the first
    // of them is on the core, with its second step or another's first; the other three are in line.
    const auto served_us = [&](const char* call) {
      const Done d = serve(one_net(4, 1), giving_up(call));
      for (const HostResult& h : d.result.hosts)
        if (h.name == "sparse1") return us(h.cpu[0]) + us(h.cpu[1]) + us(h.cpu[2]) + us(h.cpu[3]);
      return 0.0;
    };
    CHECK(served_us(R"({"type": "give-up", "after": "60 us", "withdraw": true})") == Approx(100));
    const Done kept = serve(one_net(4, 1), giving_up(R"({"type": "give-up", "after": "60 us"})"));
    CHECK(kept.outcomes.size() == 4);
  }
}
