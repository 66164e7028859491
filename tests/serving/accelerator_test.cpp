// SPDX-License-Identifier: Apache-2.0
// Accelerators and batches of several queries, by hand.
#include "served.hpp"

using namespace shardsim;
using namespace shardsim::testing;
using namespace std::chrono_literals;

namespace {

// On the accelerator: 1 TFLOP/s, 1 ns a lookup, 10 ps a byte; 10 us to launch. The link: 1 GB/s, 5 us.
const std::string kAccelerator = R"({
  "name": "board", "memory": "1 GB", "host_link": {"bandwidth": "1 GB/s", "latency": "5 us"}, "launch": "10 us",
  "speed": {"type": "figures", "flops": "1 TFLOP/s", "efficiency": 1, "half_efficiency_rows": 0,
            "lookup": {"time": "1 ns", "time_per_byte": "10 ps"}}})";

std::string with_accelerator() {
  std::string platform = kFreePlatform;
  platform.insert(platform.rfind('}'), ", \"accelerator\": " + kAccelerator);
  return platform;
}

// Each row: 2 x (100 x 50 + (50 + 32) x 10) = 11,640 FLOP on the accelerator 11.64 ns, on a core (1 GFLOP/s) 11.64 us;
// a table of 32 fp32 elements, 4 lookups an item.
std::string model(const std::string& executor, const std::string& items = "100") {
  return fmt::format(R"({{
  "model": {{"name": "small", "nets": [{{"name": "net", "bottom_mlp": {{"layers": [100, 50]}},
    "top_mlp": {{"layers": [82, 10]}},
    "tables": [{{"name": "t", "rows": 1000, "dim": 32, "pooling": {{"type": "fixed", "value": 4}}}}]}}]}},
  "sharding": {{"strategy": "singular"}},
  "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {1}}}}},
  "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
  "serving": {{"executor": {2}}},
  "traffic": {{"arrivals": {{"type": "serial"}}, "items": {{"type": "fixed", "value": {3}}}, "queries": 3,
               "warmup": 0}}
}})",
                     with_accelerator(), kFreePlatform, executor, items);
}

DeviceUse device_of(const RunResult& result) { return result.hosts.at(0).devices.devices.at(0); }

}  // namespace

TEST_CASE("a query alone on an accelerator, by hand") {
  const Served served = serve(model(R"({"type": "accelerator"})"));
  const Spans& spans = served.outcomes.at(1).spans;
  // In: 100 x 100 fp32 inputs; 400 indices of 8 B and offsets of 4 B for 100 bags, and one more, as an RPC would send.
  const std::int64_t in = 100 * 100 * 4 + (400 * 8 + 100 * 4);
  const std::int64_t out = 100 * 10 * 4;
  const DeviceUse device = device_of(served.result);
  CHECK(device.bytes_out.count == 3 * out);
  CHECK(device.bytes_in.count == 3 * in);
  CHECK(to_microseconds(spans[Span::host_link]) == Approx(5 + 5 + 1e-3 * static_cast<double>(in + out)));
  // 100 rows, 400 lookups of 128 B.
  const double us = 10 + 100 * 11.64e-3 + 400 * 1e-3 + 400 * 128 * 1e-5;
  CHECK(to_microseconds(spans[Span::accelerator]) == Approx(us));
  CHECK(spans.total() == spans[Span::host_link] + spans[Span::accelerator]);
  CHECK(served.outcomes.at(1).cpu == 0us);
  CHECK(device.queue.batches == 3);
  CHECK(device.busy_s == Approx(3e-6 * us));
}

TEST_CASE("dense layers alone on an accelerator: rows are gathered on a core, and their vectors go over") {
  const Served served = serve(model(R"({"type": "accelerator", "what": "dense"})"),
                              {{"cluster.main.platform.lookup.time", "100 ns"}, {"serving.batch_items", "100"}});
  const Spans& spans = served.outcomes.at(1).spans;
  CHECK(spans[Span::sparse] == 40us);
  CHECK(to_microseconds(spans[Span::accelerator]) == Approx(10 + 100 * 11.64e-3));
  const DeviceUse device = device_of(served.result);
  CHECK(device.bytes_in.count == 3 * 100 * (100 + 32) * 4);
}

TEST_CASE("only queries of more items than offload_above go to the accelerator, whole") {
  for (const int items : {99, 100, 101}) {
    const Served served = serve(model(R"({"type": "accelerator", "offload_above": 100})", std::to_string(items)));
    const Outcome& o = served.outcomes.at(1);
    const bool offloaded = items > 100;
    CHECK(o.batches == (offloaded ? 1 : 2));  // of 64 items on cores
    CHECK((o.spans[Span::accelerator] > 0us) == offloaded);
    CHECK((o.spans[Span::dense] > 0us) == !offloaded);
  }
}

TEST_CASE("what sparse shards are asked for is done beside the accelerator's work, and then goes over") {
  const Served served =
      serve(model(R"({"type": "accelerator"})"), {{"sharding", R"({"strategy": "capacity-balanced", "shards": 1})"},
                                                  {"cluster.sparse.platform.lookup.time", "1 us"}});
  const Spans& spans = served.outcomes.at(1).spans;
  // The shard takes 400 us, and the bottom MLP less; then 12,800 B of vectors go over, and the top MLP is launched.
  CHECK(spans[Span::sparse] == 400us);
  CHECK(to_microseconds(spans[Span::accelerator]) == Approx(10 + 100 * 1.64e-3));
  CHECK(to_microseconds(spans[Span::host_link]) == Approx(5 + 12.8 + 5 + 4));
  CHECK(device_of(served.result).queue.batches == 6);
}

TEST_CASE("queries that come together share a batch") {
  const Served served = serve(model(R"({"type": "batching", "on": {"type": "accelerator"}, "max_batch": 400})"),
                              {{"traffic.arrivals", R"({"type": "closed-loop", "clients": 4})"},
                               {"traffic.queries", "40"},
                               {"cluster.main.platform.accelerator.host_link.bandwidth", "unlimited"}});
  const DeviceUse device = device_of(served.result);
  // Four come at once: one is begun at once, and from then on the batches are those of three and of one.
  CHECK(device.queue.members == 40);
  CHECK(device.queue.sizes == std::map<int, std::int64_t>{{100, 10}, {300, 10}});
}

TEST_CASE("batches of several queries on a core: each has its share of the core time") {
  const Served served = serve(model(R"({"type": "batching", "max_batch": 300, "max_delay": "1 ms"})"),
                              {{"traffic.arrivals", R"({"type": "closed-loop", "clients": 3})"},
                               {"traffic.queries", "30"},
                               {"serving.batch_items", "100"}});
  const DeviceUse device = device_of(served.result);
  CHECK(device.queue.sizes == std::map<int, std::int64_t>{{300, 10}});
  for (const Outcome& o : served.outcomes) {
    CHECK(o.cpu == 1164us);                 // of 100 rows
    CHECK(o.spans[Span::dense] == 3492us);  // of 300
  }
}

TEST_CASE("who finds no room runs on a core, or fails") {
  const std::string few = R"({"type": "batching", "on": {"type": "accelerator"}, "max_waiting": 1)";
  const Changes four{{"traffic.arrivals", R"({"type": "closed-loop", "clients": 4})"},
                     {"traffic.queries", "40"},
                     {"serving.batch_items", "1000"},
                     {"traffic.most_failed", "99 %"},
                     {"cluster.main.platform.cores", "4"}};
  SECTION("core") {
    const Served served = serve(model(few + "}"), four);
    CHECK(served.result.failed == 0);
    std::int64_t on_cores = 0;
    for (const Outcome& o : served.outcomes) on_cores += o.spans[Span::dense] > 0us ? 1 : 0;
    CHECK(on_cores > 0);
    CHECK(on_cores == device_of(served.result).queue.turned_away);
    CHECK(on_cores + device_of(served.result).queue.members == 40);
  }
  SECTION("refuse") {
    const Served served = serve(model(few + R"(, "when_full": "refuse"})"), four);
    CHECK(served.result.failed > 0);
    CHECK(served.result.failed == device_of(served.result).queue.turned_away);
    CHECK(served.result.failed + served.result.completed == 40);
  }
}

TEST_CASE("what an accelerator has to hold must fit in its memory") {
  const std::string memory = "cluster.main.platform.accelerator.memory";
  // A table of 128,000 B and weights of 23,280 B.
  CHECK_NOTHROW(serve(model(R"({"type": "accelerator"})"), {{memory, "151280 B"}}));
  CHECK_THROWS_AS(serve(model(R"({"type": "accelerator"})"), {{memory, "151279 B"}}), InfeasibleError);
  // Only the dense layers' weights.
  CHECK_NOTHROW(serve(model(R"({"type": "accelerator", "what": "dense"})"), {{memory, "23280 B"}}));
  // 1 kB an item leaves room for batches of 60.
  const Served cut = serve(model(R"({"type": "accelerator"})"),
                           {{memory, "211280 B"}, {"cluster.main.platform.accelerator.workspace_per_item", "1 kB"}});
  CHECK(cut.outcomes.at(0).batches == 2);
}

TEST_CASE("the line for an accelerator follows the queue's policy, and a class has figures of its own") {
  const Changes busy{
      {"traffic.arrivals", R"({"type": "poisson", "rate": "11000 /s"})"},
      {"traffic.queries", "4000"},
      {"traffic.classes", R"([{"name": "ads", "share": "30 %"}, {"name": "feed", "share": "70 %", "priority": 1}])"}};
  Changes first = busy;
  first.emplace_back("serving.queue", R"({"type": "priority"})");
  const std::string text = model(R"({"type": "accelerator"})");
  const auto mean = [](const Served& served, std::size_t c) { return served.result.classes.at(c).latency_ps.mean(); };
  const Served fifo = serve(text, busy);
  const Served ranked = serve(text, first);
  CHECK(mean(ranked, 0) < mean(fifo, 0));
  CHECK(mean(ranked, 1) > mean(fifo, 1));
  CHECK(ranked.result.classes.at(0).latency_ps.count() + ranked.result.classes.at(1).latency_ps.count() == 4000);
  // The same work in another order: the wait of all is the same, but for rounding.
  CHECK(device_of(ranked.result).queue.waited_s == Approx(device_of(fifo.result).queue.waited_s).epsilon(1e-6));
}

TEST_CASE("a cache on an accelerator: what it has not is gathered on a core, and goes over the link") {
  // Of uniformly popular rows, a quarter of them is a quarter of the lookups.
  Changes changes{{"traffic.rows", R"({"popularity": {"type": "uniform"}})"},
                  {"traffic.queries", "200"},
                  {"cluster.main.platform.lookup.time", "100 ns"}};
  const std::string text =
      model(R"({"type": "accelerator", "cache": {"policy": {"type": "static-top"}, "share": "25 %"}})");
  const Served served = serve(text, changes);
  const DeviceUse device = device_of(served.result);
  const CacheCounts seen = device.cache;
  CHECK(seen.lookups == 200 * 400);
  CHECK(seen.hit_ratio() == Approx(0.25).margin(4 * std::sqrt(0.25 * 0.75 / 80000)));
  // 128 B and 100 ns of a core for each row that is missing; all lookups take their time on the accelerator.
  const std::int64_t missing = seen.lookups - seen.hits;
  CHECK(device.bytes_in.count == 200 * (100 * 100 * 4 + 400 * 8 + 100 * 4) + missing * 128);
  Duration gathered{};
  for (const Outcome& o : served.outcomes) gathered += o.spans[Span::sparse];
  CHECK(to_microseconds(gathered) == Approx(0.1 * static_cast<double>(missing)).epsilon(1e-6));
  CHECK(to_microseconds(served.outcomes.at(1).spans[Span::accelerator]) ==
        Approx(10 + 100 * 11.64e-3 + 400 * 1e-3 + 400 * 128 * 1e-5));
  // Weights of 23,280 B and a quarter of 128,000 B.
  const std::string memory = "cluster.main.platform.accelerator.memory";
  changes.emplace_back(memory, "55280 B");
  CHECK_NOTHROW(serve(text, changes));
  changes.back().second = "55279 B";
  CHECK_THROWS_AS(serve(text, changes), InfeasibleError);
}
