// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "experiment/results/run_result.hpp"

using namespace shardsim;

namespace {

Duration us(int n) { return std::chrono::microseconds(n); }

// A query of two nets that waited at a host and at a link, and whose second net waited for shard `shard`.
Outcome query(int latency_us, std::uint32_t host, int wait_us, std::size_t link, int link_us, std::size_t shard) {
  Outcome o;
  o.latency = us(latency_us);
  o.spans.links().append(link, us(link_us));
  o.spans += Server::Booking{Work::dense, host, us(wait_us), us(0)};
  o.last_targets = {0, shard + 1};
  return o;
}

}  // namespace

// Latencies are a power of two apart, and so in bands of their own.
TEST_CASE("details are told by kind and number, over all queries or over a band, merged or not") {
  const Outcome fast = query(100, 5, 10, 5, 3, 0);
  const Outcome slow = query(1000, 90'000, 20, 5, 7, 300);
  Recorder whole;
  whole.record(fast);
  whole.record(slow);
  Recorder merged;  // places come up in another order
  merged.record(slow);
  Recorder other;
  other.record(fast);
  merged.merge(other);
  using Means = std::map<std::uint64_t, double>;
  for (const Recorder* r : {&whole, &merged}) {
    CHECK(r->mean_details(Detail::queue_us, 0, 1) == Means{{5, 5.0}, {90'000, 10.0}});
    CHECK(r->mean_details(Detail::link_us, 0, 1) == Means{{5, 5.0}});
    CHECK(r->mean_details(Detail::queue_us, 0.5, 1) == Means{{90'000, 20.0}});
    CHECK(r->mean_details(Detail::link_us, 0, 0.5) == Means{{5, 3.0}});
    CHECK(r->mean_details(Detail::last_target, 0.5, 1) ==
          Means{{number_of_last(0, 0), 1.0}, {number_of_last(1, 301), 1.0}});
    CHECK(r->mean_details(Detail::last_batch, 0, 1) == Means{{0, 1.0}});
  }
  CHECK(Recorder().mean_details(Detail::link_us, 0, 1).empty());
}

// A link that no query near the 99th percentile waited at has no time there, whatever a run it was merged from found.
TEST_CASE("the time at links near the 99th percentile is of the queries there alone") {
  RunResult r;
  r.recorder.record(query(100, 1, 10, 5, 3, 0));
  r.names.links[5] = "a";
  r.names.hosts[1] = "h";
  r.names.nets = {"user", "content"};
  r.names.shards = {"sparse0"};
  r.links.resize(2);
  r.links[0].link = 5;
  r.links[1].link = 6;
  r.links[1].p99_us = 42;
  attribute(r);
  CHECK(r.links[0].p99_us == Approx(3));
  CHECK(r.links[0].p99_share == Approx(0.3));  // 10 us in a queue is all that the spans hold
  CHECK(r.links[1].p99_us == 0);
  CHECK(r.links[1].p99_share == 0);
}
