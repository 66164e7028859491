// SPDX-License-Identifier: Apache-2.0
// What the network does to queries: transports, faults, timeouts, background traffic, shared hosts.
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// kTwoNets on eight hosts of a leaf-spine: main on leaf0, shards spread.
const std::vector<std::pair<std::string, std::string>> kFabric{
    {"topology", R"({"type": "leaf-spine", "leaves": 4, "hosts_per_leaf": 2, "spines": 2, "host_latency": "5 us",
       "uplink": {"bandwidth": "10 Gbps", "latency": "5 us"}, "frontend": {"link": {"latency": "5 us"}}})"},
    {"cluster.sparse.placement", R"({"on": "leaf[123]/*", "order": "spread"})"},
    {"traffic.queries", "500"}};

Scenario with(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::pair<std::string, std::string>> all = kFabric;
  all.insert(all.end(), changes.begin(), changes.end());
  return scenario(kTwoNets, all);
}

// A query is one batch, and a batch one RPC.
const std::vector<std::pair<std::string, std::string>> kOneRpc{
    {"traffic.arrivals", R"({"type": "serial"})"},
    {"serving.jitter", "{}"},
    {"model.nets", R"([{"name": "n", "top_mlp": {"time": "10 us"},
                        "tables": [{"name": "t", "rows": 1000, "dim": 16, "pooling": {"type": "fixed", "value": 2}}]}])"},
    {"traffic.items", R"({"type": "fixed", "value": 5})"},
    {"sharding", R"({"strategy": "one-shard"})"}};

// Runs, and checks what holds for every query whatever happens to it.
RunResult run_checked(const Scenario& s) {
  RunControl control;
  control.on_outcome = [](const Outcome& o) {
    if (o.spans.total() != o.latency) FAIL("query " << o.id << ": spans do not add up");
    if (o.spans.links().total() != o.spans[Span::network]) FAIL("query " << o.id << ": times at links do not add up");
    if (o.spans.queues().total() != o.spans[Span::queueing]) FAIL("query " << o.id << ": times in queues do not");
  };
  const RunResult r = run(s, control);
  CHECK(r.completed + r.failed == r.offered);
  for (const LinkResult& l : r.links) CHECK(l.lost_bytes <= l.bytes);
  return r;
}

}  // namespace

TEST_CASE("a port of unlimited bandwidth costs no event, and takes what it would take with one") {
  // A fault that comes after the run takes nothing, but the events are back.
  const std::vector<std::pair<std::string, std::string>> changes{
      {"topology", R"({"type": "star", "up_latency": "3 us", "down_latency": "2 us",
                       "frontend": {"host": "main0"}})"},
      {"transport",
       GENERATE(as<std::string>(), R"({"type": "port"})", R"({"type": "port", "forwarding": "store-and-forward"})")},
      {"cluster.sparse.platform.nic.bandwidth", "10 Gbps"},
      {"cluster.sparse.platform.nic.receive_bandwidth", "unlimited"},
      {"traffic.queries", "2000"},
      {"traffic.warmup", "0"}};
  const RunResult r = run(scenario(kTwoNets, changes));
  auto with_events = changes;
  with_events.emplace_back("faults", R"([{"links": "*", "state": "slow", "factor": 2, "from": "50000 s"}])");
  const RunResult e = run(scenario(kTwoNets, with_events));
  CHECK(r.events < e.events);
  CHECK(r.recorder.latency_ps().quantile(0.5) == e.recorder.latency_ps().quantile(0.5));
  CHECK(r.recorder.latency_ps().quantile(0.99) == e.recorder.latency_ps().quantile(0.99));
  CHECK(r.recorder.mean_spans_us(0, 1) == e.recorder.mean_spans_us(0, 1));
  CHECK(r.recorder.mean_details(Detail::link_us, 0, 1) == e.recorder.mean_details(Detail::link_us, 0, 1));
  CHECK(r.simulated_s == e.simulated_s);
  REQUIRE(r.links.size() == e.links.size());
  for (std::size_t i = 0; i < r.links.size(); ++i) {
    CHECK(r.links[i].bytes == e.links[i].bytes);
    CHECK(r.links[i].messages == e.links[i].messages);
    CHECK(r.links[i].mean_wait_us == e.links[i].mean_wait_us);
    CHECK(r.links[i].queue_peak == e.links[i].queue_peak);
  }
}

TEST_CASE("under every transport spans add up, and the time at links is the network span") {
  const std::string transport =
      GENERATE(as<std::string>(), R"({"type": "ideal"})", R"({"type": "port"})", R"({"type": "fluid"})",
               R"({"type": "packet"})", R"({"type": "packet", "buffer": "20 kB", "min_rto": "1 ms"})");
  CAPTURE(transport);
  const RunResult r = run_checked(with({{"transport", transport}}));
  CHECK(r.failed == 0);
  CHECK(r.verdict == Verdict::stable);
  double share = 0;
  for (const LinkResult& l : r.links) share += l.p99_share;
  CHECK(share > 0.01);
  CHECK(share < 1);
}

TEST_CASE("a shard that is cut off fails the queries of that time, and no others") {
  // Serial queries, one after the other: those issued while all links of a shard are down fail after (1 + 2) timeouts
  // of 20 ms, so about 200 ms / 60 ms of them do.
  const RunResult r = run_checked(
      with({{"traffic.arrivals", R"({"type": "serial"})"},
            {"serving.call", R"({"type": "retry", "per_try_timeout": "20 ms", "retries": 2})"},
            {"faults", R"([{"hosts": "leaf1/host0", "state": "down", "from": "100 ms", "until": "300 ms"}])"}}));
  CHECK(r.failed >= 3);
  CHECK(r.failed <= 5);
  CHECK(r.completed == 500 - r.failed);
}

TEST_CASE("a retry asks another replica, and its query carries the timeout in its latency") {
  // One RPC a query, to one of two replicas by turns, of which the second is down: every other query asks that one,
  // waits 5 ms, and asks again, now the first. So the pattern is: first; second, first; second, first; ...
  std::vector<std::pair<std::string, std::string>> changes = kOneRpc;
  changes.insert(changes.end(), {{"cluster.sparse.replicas", "2"},
                                 {"cluster.sparse.hosts", R"(["leaf1/host0", "leaf1/host1"])"},
                                 {"cluster.sparse.placement", "null"},
                                 {"serving.call", R"({"type": "retry", "per_try_timeout": "5 ms", "retries": 1})"},
                                 {"faults", R"([{"hosts": "leaf1/host1", "state": "down"}])"}});
  const RunResult r = run_checked(with(changes));
  CHECK(r.failed == 0);
  CHECK(r.recorder.mean_spans_us(0, 1)[static_cast<std::size_t>(Span::timeout_wait)] == Approx(5000.0 * 499 / 500));
}

TEST_CASE("without losses a timeout that is never reached changes no latency") {
  const RunResult plain = run_checked(with({}));
  const RunResult patient = run_checked(with({{"serving.call", R"({"type": "retry", "per_try_timeout": "10 s"})"}}));
  CHECK(patient.recorder.latency_ps().mean() == plain.recorder.latency_ps().mean());
  CHECK(patient.recorder.latency_ps().max() == plain.recorder.latency_ps().max());
}

TEST_CASE("impatience: answers that come too late are worked for and thrown away") {
  const RunResult plain = run_checked(with({}));
  const RunResult hasty =
      run_checked(with({{"serving.call", R"({"type": "retry", "per_try_timeout": "150 us", "retries": 1})"},
                        {"serving.query_timeout", "1 s"}}));
  CHECK(hasty.failed > 0);
  CHECK(hasty.total_cpu_us_per_query() > plain.total_cpu_us_per_query());
}

TEST_CASE("a slow host takes a factor longer on its cores, a slow link on the wire") {
  const auto cpu_of = [](const RunResult& r, const std::string& name) {
    for (const HostResult& h : r.hosts)
      if (h.name == name) {
        Duration sum{};
        for (const Duration d : h.cpu) sum += d;
        return to_microseconds(sum);
      }
    FAIL("no host " << name);
    return 0.0;
  };
  const RunResult plain = run_checked(with({{"traffic.arrivals", R"({"type": "serial"})"}, {"serving.jitter", "{}"}}));
  const RunResult slow = run_checked(with({{"traffic.arrivals", R"({"type": "serial"})"},
                                           {"serving.jitter", "{}"},
                                           {"faults", R"([{"hosts": "leaf0/host0", "state": "slow", "factor": 3}])"}}));
  CHECK(cpu_of(slow, "leaf0/host0") == Approx(3 * cpu_of(plain, "leaf0/host0")).epsilon(1e-6));
  const RunResult wire =
      run_checked(with({{"traffic.arrivals", R"({"type": "serial"})"},
                        {"faults", R"([{"links": "* -> leaf0/host0", "state": "slow", "factor": 10}])"}}));
  CHECK(wire.recorder.mean_spans_us(0, 1)[static_cast<std::size_t>(Span::network)] >
        1.2 * plain.recorder.mean_spans_us(0, 1)[static_cast<std::size_t>(Span::network)]);
}

TEST_CASE("a flapping link loses what meets it, and the run ends all the same") {
  const RunResult r = run_checked(
      with({{"serving.call", R"({"type": "retry", "per_try_timeout": "3 ms", "retries": 5})"},
            {"faults", R"([{"links": "*leaf2*", "state": "flapping", "down_for": "2 ms", "up_for": "20 ms"}])"}}));
  std::int64_t lost = 0;
  for (const LinkResult& l : r.links) lost += l.lost_messages;
  CHECK(lost > 0);
  CHECK(r.completed > 400);
}

TEST_CASE("background traffic is sent at its rate, counted, and felt") {
  const RunResult calm = run_checked(with({}));
  const RunResult busy = run_checked(
      with({{"cross_traffic", R"([{"load": "4 Gbps", "size": {"type": "exponential", "mean": 100000}}])"}}));
  REQUIRE(busy.background.size() == 1);
  const BackgroundResult& b = busy.background[0];
  // 4 Gb/s in messages of 100 kB: 5,000 a second, Poisson. Four standard deviations: one failure in 16,000.
  const double expected = 5000 * busy.simulated_s;
  CHECK(std::abs(static_cast<double>(b.sent) - expected) < 4 * std::sqrt(expected));
  CHECK(b.delivered + b.lost <= b.sent);
  CHECK(b.lost == 0);
  CHECK(busy.recorder.latency_ps().mean() > calm.recorder.latency_ps().mean());
  CHECK(calm.background.empty());
}

TEST_CASE("background traffic ends a run also where a host that may send is the only one to receive") {
  // Any host sends to main's: 1,000 a second from the seven others.
  const RunResult r = run_checked(
      with({{"background",
             R"([{"from": "*", "to": "leaf0/host0", "rate": "1000 /s", "size": {"type": "fixed", "value": 1000}}])"},
            {"traffic.queries", "50"}}));
  CHECK(r.completed == 50);
  CHECK(r.background.at(0).sent > 0);
  for (const LinkResult& l : r.links)
    if (l.from == "leaf0/host0") CHECK(l.bytes < r.background[0].bytes);
}

TEST_CASE("a network card's latency and CPU cost show once at each end of every message") {
  // Serial, no jitter, ideal transport: a query has two messages, and on its critical path an RPC with two for each of
  // the nets that asked. Card latency of 7 us at both ends: 14 us a message, none for the frontend, which has no card.
  const auto mean = [](const std::string& latency, const std::string& cpu) {
    const std::string nic =
        R"({"bandwidth": "10 Gbps", "latency": ")" + latency + R"(", "cpu_per_message": ")" + cpu + "\"}";
    std::vector<std::pair<std::string, std::string>> changes = kOneRpc;
    changes.insert(changes.end(), {{"transport", R"({"type": "ideal"})"},
                                   {"cluster.main.platform.nic", nic},
                                   {"cluster.sparse.platform.nic", nic}});
    return run_checked(with(changes));
  };
  const RunResult plain = mean("0 us", "0 us");
  const RunResult far = mean("7 us", "0 us");
  const RunResult dear = mean("0 us", "3 us");
  // Frontend's two messages have one card each, the RPC's two have two: 6 x 7 us.
  CHECK((far.recorder.latency_ps().mean() - plain.recorder.latency_ps().mean()) * 1e-6 == Approx(42));
  // Six ends with a CPU: 6 x 3 us, of latency and of CPU alike.
  CHECK((dear.recorder.latency_ps().mean() - plain.recorder.latency_ps().mean()) * 1e-6 == Approx(18));
  CHECK(dear.total_cpu_us_per_query() - plain.total_cpu_us_per_query() == Approx(18));
}

TEST_CASE("servers that share a host share its cores, and each books its own work") {
  const Scenario s = with({{"cluster.colocate", "true"},
                           {"cluster.main.hosts", R"(["leaf1/host0"])"},
                           {"cluster.sparse.hosts", R"(["leaf1/host0", "leaf1/host0"])"},
                           {"cluster.sparse.placement", "null"},
                           {"cluster.sparse.platform.name", "main"},
                           {"cluster.sparse.platform.cores", "4"},  // all that differs but the name
                           {"cluster.sparse.platform.memory_bandwidth", "100 GB/s"}});
  const RunResult r = run_checked(s);
  REQUIRE(r.hosts.size() == 1);
  CHECK(r.hosts[0].service == "main+sparse");
  double shards = 0;
  for (const ShardResult& shard : r.shards) shards += shard.cpu_us_per_query;
  CHECK(shards > 0);
  CHECK(shards < r.total_cpu_us_per_query());
}
