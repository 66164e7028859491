// SPDX-License-Identifier: Apache-2.0
// When callers give up and ask again, to the picosecond: one query, whose only work is 500 us on a sparse shard, over a
// network that takes no time.
#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;
using namespace std::chrono_literals;

namespace {

class Attempts final : public Timeline {
 public:
  std::vector<Duration> sent;  // requests to the shard, by attempt
  Outcome outcome;

  void run(const std::string& timeout, const std::string& faults) {
    std::string platform = kFreePlatform;
    platform.replace(platform.find("\"cores\": 1"), 10, "\"cores\": 4");
    const std::string text = fmt::format(R"({{
      "model": {{"name": "one", "nets": [{{"name": "net", "tables": [
        {{"name": "t", "rows": 1, "dim": 1, "pooling": {{"type": "fixed", "value": 1}}, "time": "500 us"}}]}}]}},
      "sharding": {{"strategy": "one-shard"}},
      "cluster": {{"main": {{"platform": {0}}}, "sparse": {{"platform": {0}}}}},
      "topology": {{"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {{"host": "main0"}}}},
      "serving": {{"timeout": {1}}}, "faults": {2},
      "traffic": {{"arrivals": {{"type": "serial"}}, "items": {{"type": "fixed", "value": 1}}, "queries": 1}}}})",
                                         platform, timeout, faults);
    RunControl control;
    control.timeline = this;
    control.on_outcome = [this](const Outcome& o) { outcome = o; };
    shardsim::run(scenario(text), control);
    CHECK(outcome.spans.total() == outcome.latency);
  }

 private:
  void on_piece(const Piece&) override {}
  void on_message(const Message& message) override {
    if (message.step != Step::request) return;
    CHECK(message.activity.attempt == static_cast<int>(sent.size()));
    sent.push_back(message.sent().time_since_epoch());
  }
};

const std::string kCutOff = R"([{"links": "switch -> sparse0", "state": "down"}])";

}  // namespace

TEST_CASE("an RPC that is lost is asked again after each timeout, and its query fails after the last") {
  Attempts a;
  a.run(R"({"after": "1 ms", "retries": 2})", kCutOff);
  CHECK(a.sent == std::vector<Duration>{0ms, 1ms, 2ms});
  CHECK(a.outcome.failed);
  CHECK(a.outcome.latency == 3ms);
  CHECK(a.outcome.cpu == Duration::zero());
}

TEST_CASE("the frontend's own patience ends a query between attempts, or outlasts all of them") {
  const auto [query, ended] = GENERATE(table<std::string, Duration>({{"1.5 ms", 1500us}, {"10 ms", 3ms}}));
  CAPTURE(query);
  Attempts a;
  a.run(fmt::format(R"({{"after": "1 ms", "retries": 2, "query": "{}"}})", query), kCutOff);
  CHECK(a.outcome.failed);
  CHECK(a.outcome.latency == ended);
}

TEST_CASE("an attempt that is answered in time ends the wait: timeouts before it are a span of their own") {
  // Ten times as slow for 1.5 ms: the attempts at 0 and 1 ms take 5 ms and come too late, that at 2 ms takes 500 us.
  Attempts a;
  a.run(R"({"after": "1 ms", "retries": 5})",
        R"([{"hosts": "sparse0", "state": "slow", "factor": 10, "until": "1500 us"}])");
  CHECK(a.sent == std::vector<Duration>{0ms, 1ms, 2ms});
  CHECK_FALSE(a.outcome.failed);
  CHECK(a.outcome.latency == 2500us);
  CHECK(a.outcome.spans[Span::timeout_wait] == 2ms);
  CHECK(a.outcome.spans[Span::sparse] == 500us);
  CHECK(a.outcome.cpu == 500us);  // what came too late is in no query's
}

TEST_CASE("an answer counts that comes just before the timeout, and none that comes just after it") {
  const auto [after, attempts] = GENERATE(table<std::string, std::size_t>({{"501 us", 1}, {"499 us", 4}}));
  CAPTURE(after);
  Attempts a;
  a.run(fmt::format(R"({{"after": "{}", "retries": 3}})", after), "[]");
  CHECK(a.sent.size() == attempts);
  CHECK(a.outcome.failed == (attempts == 4));
}
