// SPDX-License-Identifier: Apache-2.0
// Where the time of a query went: its last batch and shards, the slowest queries, the timeline.
#include <catch2/catch.hpp>

#include "experiment/timeline_slices.hpp"
#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

// Two tiers, with a cache before them: some rows come from the first, some from the second, some from both.
const std::string kTiers = R"([
  {"type": "ssd", "name": "ssd", "capacity": "1 TB", "read_latency": "80 us", "queue_depth": 4, "iops": "100000 /s",
   "bandwidth": "1 GB/s", "cpu_per_read": "1 us", "jitter": {"type": "exponential", "mean": 1}, "waiting_limit": 20},
  {"type": "memory", "name": "far", "capacity": "1 TB", "latency": "5 us", "bandwidth": "1 GB/s", "stalls": false}])";
const std::string kCached = R"({"type": "cached", "policy": {"type": "lru"}, "share": "5 %", "lookup_time": "100 ns"})";
const std::string kNearCache = R"({"policy": {"type": "lru"}, "share": "5 %", "lookup_time": "1 us"})";

// Branches of every kind end last now and then; in some, messages are lost and answers come too late.
const std::vector<Changes> kWays{
    {{"sharding", R"({"strategy": "singular"})"}},
    {{"sharding", R"({"strategy": "load-balanced", "shards": 3})"}, {"traffic.arrivals.rate", "800 /s"}},
    {{"sharding", R"({"strategy": "row-wise", "shards": 2})"}, {"transport", R"({"type": "fluid"})"}},
    {{"cluster.main.replicas", "2"}, {"cluster.sparse.replicas", "2"}, {"transport", R"({"type": "port"})"}},
    {{"serving.call", R"({"type": "retry", "per_try_timeout": "400 us", "retries": 20})"}},
    {{"serving.call", R"({"type": "retry", "per_try_timeout": "5 ms", "retries": 50})"},
     {"faults", R"([{"links": "sparse0 -> switch", "state": "flapping", "down_for": "3 ms", "up_for": "20 ms"}])"}},
    {{"cluster.sparse.platform.tiers", kTiers},
     {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
     {"serving.store", kCached},
     {"sharding", R"({"plan": {"main": [{"table": "u0"}], "shards": [
        {"name": "a", "tables": [{"table": "u1", "tier": "far"}, {"table": "i0", "tier": "ssd"}]},
        {"name": "b", "tables": [{"table": "i1", "tier": "far", "in_memory": "30 %"}]}]}})"}},
    {{"cluster.main.platform.tiers", kTiers},
     {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
     {"serving.store", kCached},
     {"sharding", R"({"plan": {"main": [{"table": "u0", "tier": "far"}, {"table": "i1", "tier": "ssd"}],
        "shards": [{"name": "a", "tables": [{"table": "u1"}, {"table": "i0"}]}]}})"}},
    {{"cluster.main.platform.tiers", kTiers},
     {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
     {"serving.store", kCached},
     {"serving.store.prefetch", "true"},
     {"sharding", R"({"strategy": "singular"})"},
     {"offload", R"({"tier": "ssd", "share": "50 %"})"}},
    {{"cluster.main.platform.tiers", kTiers},
     {"traffic.rows", R"({"popularity": {"type": "zipf", "s": 0.9}})"},
     {"serving.store",
      R"({"type": "cached", "policy": {"type": "lru"}, "share": "5 %", "hit_rate_threshold": "60 %"})"},
     {"sharding", R"({"strategy": "singular"})"},
     {"offload", R"({"tier": "ssd", "share": "50 %"})"}},
    {{"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1.1}})"}, {"serving.near_cache", kNearCache}},
    {{"traffic.rows", R"({"popularity": {"type": "zipf", "s": 1.1}})"},
     {"serving.near_cache", kNearCache},
     {"serving.issue", "eager"}}};

double sum(const std::vector<Slowest::Share>& shares) {
  double total = 0;
  for (const Slowest::Share& s : shares) total += s.share;
  return total;
}

std::set<std::uint64_t> every(std::uint64_t step, std::uint64_t end) {
  std::set<std::uint64_t> ids;
  for (std::uint64_t id = 0; id < end; id += step) ids.insert(id);
  return ids;
}

struct Recorded {
  TimelineRecorder timeline{every(7, 2000)};
  std::uint64_t fingerprint = 0;
  TimelineNames names;

  explicit Recorded(const Scenario& s) {
    RunControl control;
    control.timeline = &timeline;
    control.on_outcome = [this](const Outcome& o) { timeline.on_outcome(o); };
    fingerprint = run(s, control).fingerprint;
    const Model model = served_model(s);
    for (const Net& net : model.nets) names.nets.push_back(net.name);
    for (const PlannedShard& shard : make_plan(s, model).shards) names.shards.push_back(shard.name);
    names.net_order = evaluation_order(model);
  }
};

// By the categories of the slices of its critical path, which are the names of spans.
SpanTimes spans_of(const TimelineDrawing& drawing, std::uint64_t id) {
  SpanTimes spans;
  for (const TimelineSlice& slice : drawing.slices)
    if (slice.row.name == fmt::format("query {}: critical path", id)) {
      const auto& names = EnumNames<Span>::names;
      const auto named =
          std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.second == slice.category; });
      REQUIRE(named != names.end());
      spans[named->first] += slice.at.length();
    }
  return spans;
}

}  // namespace

TEST_CASE("the timeline's critical path has no gap and no overlap, and its parts add up to the spans exactly") {
  const Changes way = GENERATE(from_range(kWays));
  const Scenario s = scenario(kTwoNets, way);
  const Recorded recorded(s);
  REQUIRE(recorded.timeline.complete());
  const TimelineDrawing drawing = draw_timeline(recorded.timeline.queries(), recorded.names);
  int checked = 0;
  for (const auto& [id, query] : recorded.timeline.queries()) {
    if (query.outcome.failed) continue;
    ++checked;
    const std::vector<CriticalPart> path = critical_path(query, recorded.names.net_order);
    Time at = query.outcome.arrived;
    for (const CriticalPart& part : path) {
      if (part.stretch.from != at) FAIL("query " << id << ": a gap or an overlap");
      at = part.stretch.to;
    }
    if (at != query.outcome.arrived + query.outcome.latency) FAIL("query " << id << ": ends too soon or too late");
    if (spans_of(drawing, id).all() != query.outcome.spans.all()) FAIL("query " << id << ": other spans");
  }
  CHECK(checked > 200);
}

TEST_CASE("being watched changes nothing") {
  const Changes way = GENERATE(from_range(kWays));
  const Scenario s = scenario(kTwoNets, way);
  CHECK(Recorded(s).fingerprint == run(s).fingerprint);
}

TEST_CASE("slices on a lane never overlap, and flows go forward in time") {
  const Recorded recorded(scenario(kTwoNets, GENERATE(from_range(kWays))));
  const TimelineDrawing drawing = draw_timeline(recorded.timeline.queries(), recorded.names);
  using Lane = std::tuple<Row::Of, std::string, std::size_t, std::string, std::size_t>;
  std::map<Lane, std::vector<Stretch>> lanes;
  for (const TimelineSlice& s : drawing.slices)
    if (!s.row.nests) lanes[{s.row.of, s.row.host, s.row.order, s.row.name, s.lane}].push_back(s.at);
  for (auto& [lane, stretches] : lanes) {
    std::sort(stretches.begin(), stretches.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
    for (std::size_t i = 1; i < stretches.size(); ++i)
      if (stretches[i].from < stretches[i - 1].to) FAIL("overlap on " << std::get<1>(lane) << std::get<3>(lane));
  }
  CHECK(!drawing.flows.empty());
  for (const TimelineFlow& flow : drawing.flows)
    if (drawing.slices[flow.from].at.to > drawing.slices[flow.to].at.from) FAIL("a message arrives before it is sent");
}

TEST_CASE("the slowest queries: shares of what was last add up to 1, times by place to their spans") {
  const Scenario s = scenario(kTwoNets, {{"traffic.arrivals.rate", "800 /s"}});
  const Slowest slowest = run(s).slowest;
  CHECK(slowest.queries == 20);  // 1 % of 2000
  REQUIRE(slowest.nets.size() == 2);
  for (const Slowest::Net& net : slowest.nets) CHECK(sum(net.last) == Approx(1).epsilon(1e-9));
  double batches = 0;
  for (const Slowest::Batch& b : slowest.last_batch) batches += b.share;
  CHECK(batches == Approx(1).epsilon(1e-9));
  double at_links = 0;
  double in_queues = 0;
  for (std::size_t i = 0; i < slowest.places.size(); ++i) {
    (slowest.places[i].is_link ? at_links : in_queues) += slowest.places[i].us;
    if (i > 0) CHECK(slowest.places[i].us <= slowest.places[i - 1].us);
  }
  CHECK(at_links == Approx(slowest.spans_us[static_cast<std::size_t>(Span::network)]).epsilon(1e-9));
  CHECK(in_queues == Approx(slowest.spans_us[static_cast<std::size_t>(Span::queueing)]).epsilon(1e-9));
  // Items vary with cv 0.8 and each costs time: the slowest are large.
  CHECK(slowest.items_ratio() > 1.5);
  CHECK(slowest.size.batches > slowest.of_all.batches);
}

TEST_CASE("a run without counted queries has no slowest ones; one query is its own") {
  const Slowest none =
      run(scenario(kTwoNets, {{"traffic.queries", "10"},
                              {"serving.call", R"({"type": "retry", "per_try_timeout": "1 ms", "retries": 0})"},
                              {"faults", R"([{"links": "*", "state": "down"}])"}}))
          .slowest;
  CHECK(none.queries == 0);
  CHECK(slowest_text(none).empty());
  const RunResult one = run(scenario(kTwoNets, {{"traffic.queries", "1"}}));
  CHECK(one.slowest.queries == 1);
  CHECK(one.slowest.latency_us == Approx(to_microseconds(Duration(one.recorder.latency_ps().max()))));
  CHECK(one.slowest.items_ratio() == 1);
}

SCENARIO("a slow host shows as the shard that all wait for, and as the place of their queues") {
  // Poisson, so that queries meet; a core of sparse1 works 20 times longer, and is the last to answer nearly always.
  const RunResult r = run(scenario(kTwoNets, {{"faults", R"([{"hosts": "sparse1", "state": "slow", "factor": 20}])"},
                                              {"traffic.arrivals.rate", "200 /s"}}));
  for (const Slowest::Net& net : r.slowest.nets) {
    REQUIRE(!net.last.empty());
    CHECK(net.last.front().name == "sparse1");
    CHECK(net.last.front().share > 0.9);
  }
  REQUIRE(!r.slowest.places.empty());
  CHECK(r.slowest.places.front().name == "sparse1");
  CHECK(!r.slowest.places.front().is_link);
}
