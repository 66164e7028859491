// SPDX-License-Identifier: Apache-2.0
// Offered load = rate of arrivals x work of a query / what can be done: for every resource under every transport,
// whatever is full before it. Rates, and when a slow host is slow.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

// 20,000 queries a second for 0.2 s. Each comes in 12,500 bytes over a cable of 2 Gb/s and main0's card of 1 Gb/s,
// which also takes the RPC's 1,000 bytes each way. Work on main0's core: 10 us, and 40 us when the shard has answered.
// On the shard: 1,000 lookups of 160 ns on one of four cores, which move 64 bytes each of the 640 MB/s that its memory
// gives.
std::string stages() {
  std::string shard = kFreePlatform;
  const auto change = [](std::string& in, const std::string& from, const std::string& to) {
    in.replace(in.find(from), from.size(), to);
  };
  std::string main = kFreePlatform;
  change(main, R"("nic": {"bandwidth": "unlimited"})", R"("nic": {"bandwidth": "1 Gbps"})");
  change(shard, R"("cores": 1)", R"("cores": 4)");
  change(shard, R"("memory_bandwidth": "unlimited")", R"("memory_bandwidth": "640 MB/s")");
  change(shard, R"("lookup": {"time": "0 ns")", R"("lookup": {"time": "160 ns")");
  change(shard, R"("name": "free")", R"("name": "shard")");
  return fmt::format(R"({{
  "model": {{"name": "stages", "nets": [{{"name": "n", "bottom_mlp": {{"time": "10 us"}}, "top_mlp": {{"time": "40 us"}},
    "rpc": {{"request": "1000 B", "response": "1000 B"}},
    "tables": [{{"name": "t", "rows": 1000, "dim": 16, "pooling": {{"type": "fixed", "value": 1000}}}}]}}]}},
  "sharding": {{"strategy": "one-shard"}},
  "cluster": {{"main": {{"platform": {}}}, "sparse": {{"platform": {}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us",
               "frontend": {{"link": {{"bandwidth": "2 Gbps", "latency": "0 us"}}}}}},
  "traffic": {{"arrivals": {{"type": "deterministic", "rate": "20000 /s"}}, "items": {{"type": "fixed", "value": 1}},
    "message": {{"request": "12500 B", "response": "0 B"}}, "queries": 4000, "warmup": 0}}}})",
                     main, shard);
}

const HostResult& host(const RunResult& r, const std::string& name) {
  return *std::find_if(r.hosts.begin(), r.hosts.end(), [&](const HostResult& h) { return h.name == name; });
}
double load(const RunResult& r, const std::string& from, const std::string& to) {
  for (const LinkResult& l : r.links)
    if (l.from == from && l.to == to) return l.offered_load;
  FAIL("no link " << from << " -> " << to);
  return 0;
}

// The queue of 100 us, with the given changes; where the program is run the file is workloads/validation/queue.json.
RunResult run_queue(const Changes& changes) {
  return run(scenario(queue(1, 0.5, R"({"type": "exponential", "mean": 1})", 20'000), changes));
}

}  // namespace

TEST_CASE("offered load is rate x work for cores, memory and links, under every transport") {
  // Bytes on the wire: as they are, and as packets, of at most 1,460 bytes with 78 around each, 12,500 + 9 x 78,
  // 1,000 + 78, and 78 of an empty answer.
  const bool packets = GENERATE(false, true);
  const std::string transport =
      packets ? R"({"type": "packet", "buffer": "1 GB", "min_rto": "10 s"})"
              : GENERATE(as<std::string>(), R"({"type": "ideal"})", R"({"type": "port"})",
                         R"({"type": "port", "forwarding": "store-and-forward"})", R"({"type": "fluid"})");
  CAPTURE(transport);
  const double query = packets ? 13'202 : 12'500;
  const double rpc = packets ? 1'078 : 1'000;
  const double answer = packets ? 78 : 0;
  const RunResult r = run(scenario(stages(), {{"transport", transport}}));
  CHECK(r.offered_per_s == Approx(20'000));
  CHECK(r.completed == 4000);
  CHECK(load(r, "frontend", "switch") == Approx(20'000 * query / 250e6));
  CHECK(load(r, "switch", "main0") == Approx(20'000 * (query + rpc) / 125e6));
  CHECK(load(r, "main0", "switch") == Approx(20'000 * (rpc + answer) / 125e6));
  CHECK(host(r, "main0").offered_load == Approx(20'000 * 50e-6));
  CHECK_FALSE(host(r, "main0").memory_load.has_value());
  CHECK(host(r, "sparse0").offered_load == Approx(20'000 * 160e-6 / 4));
  CHECK(host(r, "sparse0").memory_load.value_or(-1) == Approx(20'000 * 64'000 / 640e6));
  // The busiest is the card of main0, and 20,000 / 2.16 the rate that it can take.
  CHECK(r.bottleneck.kind == "link");
  CHECK(r.bottleneck.name == "switch -> main0");
  CHECK(r.saturation_throughput_per_s() == Approx(125e6 / (query + rpc)));
  CHECK(r.verdict == Verdict::saturated);
}

TEST_CASE("offered load counts other people's messages up to the last arrival, and a slow link at its speed") {
  // Beside the queries 10,000 messages of 1,250 bytes a second go to main0: 12.5 MB/s of its 125. The queue of queries
  // takes more than twice as long as the arrivals, and so many messages more are sent.
  const RunResult r =
      run(scenario(stages(), {{"cross_traffic", R"([{"from": "sparse0", "to": "main0", "rate": "10000 /s",
                                     "size": {"type": "fixed", "value": 1250}}])"}}));
  // Poisson: 2,000 messages until then, with a standard deviation of 45; four of them are 0.0090 of load.
  CHECK(load(r, "switch", "main0") == Approx(2.16 + 0.1).margin(0.009));
  // Half as fast in the second half of the arrivals: it could have sent three quarters.
  const RunResult slow = run(scenario(
      stages(), {{"faults", R"([{"links": "switch -> main0", "state": "slow", "factor": 2, "from": "100 ms"}])"}}));
  CHECK(load(slow, "switch", "main0") == Approx(2.16 / 0.75));
}

TEST_CASE("the memory is named where it is the bottleneck") {
  // A cable of 200 Gb/s: links have little to do. Memory: 20,000 x 100 us; main0's core: 20,000 x 50 us.
  const RunResult r = run(
      scenario(stages(), {{"traffic.message.request", "100 B"}, {"cluster.main.platform.nic.bandwidth", "200 Gbps"}}));
  CHECK(r.bottleneck.kind == "memory");
  CHECK(r.bottleneck.name == "sparse0");
  CHECK(r.bottleneck.offered_load == Approx(2));
  CHECK(r.saturation_throughput_per_s() == Approx(10'000));
}

TEST_CASE("a slow host slows the work that begins, not the work that waits already") {
  // 10 queries of 100 ms on one core, at 10, 20, ... 100 ms: without a fault they begin at 10, 110, 210 ms, ...
  const Changes slow{
      {"serving.jitter", "{}"},
      {"model.nets.work.top_mlp.time", "100 ms"},
      {"traffic",
       R"({"arrivals": {"type": "deterministic", "rate": "100 /s"}, "items": {"type": "fixed", "value": 1}, "queries": 10, "warmup": 0})"}};
  const auto cpu_us = [&](const char* from, const char* until) {
    Changes changes = slow;
    changes.emplace_back(
        "faults", fmt::format(R"([{{"hosts": "main0", "state": "slow", "factor": 10, "from": "{}", "until": "{}"}}])",
                              from, until));
    const RunResult r = run_queue(changes);
    CHECK(r.hosts[0].offered_load == Approx(r.total_cpu_us_per_query() * 10 / 100e3));  // a core, 100 ms of arrivals
    return r.total_cpu_us_per_query();
  };
  // The two that begin by 200 ms take 100 ms each, the other eight 1 s: (2 x 100 + 8 x 1000) / 10.
  CHECK(cpu_us("200 ms", "10 s") == Approx(820'000));
  // The first begins by 50 ms, and no other, though four wait by then: (1000 + 9 x 100) / 10.
  CHECK(cpu_us("0 ms", "50 ms") == Approx(190'000));
}

TEST_CASE("a gather that begins on a slow host is as slow as its core; the memory is as fast as ever") {
  // A million lookups of 64 bytes: the memory of 640 MB/s takes 100 ms, a core alone, at 50 ns, would take 50 ms; ten
  // times as slow, 500 ms. Two begin by 200 ms, as above: (2 x 100 + 8 x 500) / 10.
  std::string platform = kFreePlatform;
  const auto change = [&](const std::string& from, const std::string& to) {
    platform.replace(platform.find(from), from.size(), to);
  };
  change(R"("memory_bandwidth": "unlimited")", R"("memory_bandwidth": "640 MB/s")");
  change(R"("lookup": {"time": "0 ns")", R"("lookup": {"time": "50 ns")");
  const RunResult r = run_queue(
      {{"serving.jitter", "{}"},
       {"cluster.main.platform", platform},
       {"model.nets",
        R"([{"name": "work", "tables": [{"name": "t", "rows": 1000, "dim": 16, "pooling": {"type": "fixed", "value": 1000000}}]}])"},
       {"traffic",
        R"({"arrivals": {"type": "deterministic", "rate": "100 /s"}, "items": {"type": "fixed", "value": 1}, "queries": 10, "warmup": 0, "message": {"request": "1 B", "response": "1 B"}})"},
       {"faults", R"([{"hosts": "main0", "state": "slow", "factor": 10, "from": "200 ms", "until": "10 s"}])"}});
  CHECK(r.total_cpu_us_per_query() == Approx(420'000));
  // Eight gathers offered 100 ms of memory each in vain: all of it counts, 10 x 100 ms in 100 ms.
  CHECK(r.hosts[0].memory_load.value_or(-1) == Approx(10));
}

TEST_CASE("a closed loop whose clients think keeps its pace to the end, and says it") {
  // 1,000 clients who think 200 ms, a server of 100 us: mean value analysis gives 4,995 queries a second and 0.4995 of
  // the server. About 10,000 independent queries: four standard deviations of their rate are 4 %; of the work, with the
  // times of service, 5.7 %.
  const std::string arrivals = GENERATE(
      as<std::string>(),
      R"({"type": "closed-loop", "clients": 1000, "think": "200 ms", "think_factor": {"type": "exponential", "mean": 1}})",
      R"({"type": "closed-loop", "clients": 1000, "think_s": {"type": "exponential", "mean": 0.2}})");
  const RunResult r =
      run_queue({{"traffic.arrivals", arrivals}, {"traffic.queries", "10000"}, {"traffic.warmup", "0"}});
  CHECK(r.completed == 10'000);
  CHECK(r.completed_per_s == Approx(4995).epsilon(0.04));
  CHECK(r.offered_per_s == Approx(4995).epsilon(0.04));
  CHECK(r.hosts[0].utilisation == Approx(0.4995).epsilon(0.057));
  CHECK(r.saturation_throughput_per_s() == 0);
  // Clients who all begin at once: the first 1,000 are sent at the start, and so the same number in less time.
  const RunResult at_once = run_queue(
      {{"traffic.arrivals",
        R"({"type": "closed-loop", "clients": 1000, "think": "200 ms", "think_factor": {"type": "exponential", "mean": 1}, "start": "at-once"})"},
       {"traffic.queries", "10000"},
       {"traffic.warmup", "0"}});
  CHECK(at_once.completed == 10'000);
  CHECK(at_once.completed_per_s > r.completed_per_s);
}
