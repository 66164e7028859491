// SPDX-License-Identifier: Apache-2.0
// How long callers wait, whom they ask, and what tells the random draws of all that apart.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

std::vector<Outcome> outcomes_of(const Scenario& s) {
  std::vector<Outcome> outcomes;
  RunControl control;
  control.on_outcome = [&](const Outcome& o) { outcomes.push_back(o); };
  const RunResult r = run(s, control);
  CHECK(r.completed + r.failed == r.offered);
  CHECK(static_cast<std::int64_t>(outcomes.size()) == r.offered);
  return outcomes;
}

std::unique_ptr<Balancer> balancer(const std::string& json, std::size_t replicas) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<Choice<BalancerSpec>>(d)->make(replicas);
}

}  // namespace

TEST_CASE("the frontend gives a query up when its patience ends, and its work goes on in vain") {
  // M/M/1 at 7,000 of 10,000 a second: work for a query that was given up goes on, so that the time in the system is as
  // ever exponential with the rate 3,000, and a share of e^-3 = 0.0498 takes more than 1 ms. The queue
  // forgets in 1 / (sqrt(10,000) - sqrt(7,000))^2 = 3.8 ms, some 26 queries, so that 100,000 are worth 1,900 that are
  // independent: four standard deviations are 0.02.
  const Duration patience = std::chrono::milliseconds(1);
  const Changes changes =
      GENERATE(Changes{{"serving.call", R"({"type": "retry", "per_try_timeout": "1 ms"})"}},
               Changes{{"serving.call", R"({"type": "retry", "per_try_timeout": "250 us", "retries": 3})"}},
               Changes{{"serving.call", R"({"type": "retry", "per_try_timeout": "10 s", "retries": 2})"},
                       {"serving.query_timeout", "1 ms"}},
               Changes{{"serving.query_timeout", "1 ms"}});
  const Scenario s = scenario(queue(1, 0.7, R"({"type": "exponential", "mean": 1})", 100'000), changes);
  std::int64_t failed = 0;
  for (const Outcome& o : outcomes_of(s)) {
    if (o.failed) {
      ++failed;
      REQUIRE(o.latency == patience);
      REQUIRE(o.cpu == Duration::zero());
    } else {
      REQUIRE(o.latency <= patience);
    }
    REQUIRE(o.spans.total() == o.latency);
  }
  CHECK(static_cast<double>(failed) / 100e3 == Approx(std::exp(-3)).margin(0.02));
}

TEST_CASE("given up queries that are still worked on end a run that does not keep up") {
  // Five times the work that can be done: without a bound, four of five queries would pile up for ever.
  const RunResult r = run(scenario(queue(1, 5, R"({"type": "exponential", "mean": 1})", 100'000'000),
                                   {{"serving.call", R"({"type": "retry", "per_try_timeout": "1 ms"})"}}));
  CHECK(r.verdict == Verdict::saturated);
  CHECK(r.offered < 300'000);
}

TEST_CASE("keys of random streams tell all activities apart, within the ranges that are stated") {
  // Every field at the ends of its range and around the powers of two at which another field begins.
  const std::vector<std::uint64_t> queries{0, 1, kMostQueries - 1};
  const std::vector<std::uint64_t> batches{0, 1, 2, 255, 256, 4095, 4096, 65536, kMostBatches - 1};
  const std::vector<std::uint64_t> nets{0, 1, 2, 15, 16, 255, 256, 257, 4095, 4096, 4097, kMostNets - 1};
  const std::vector<std::uint64_t> targets{0, 1, 2, 255, 256, 65535, 65536, kMostTargets - 1};
  const std::vector<std::uint64_t> attempts{0, 1, 2, 16, 100, kMostAttempts - 1};
  std::set<StreamKey> keys;
  std::size_t activities = 0;
  for (const auto query : queries)
    for (const auto batch : batches)
      for (const auto net : nets)
        for (const auto target : targets)
          for (const auto attempt : attempts) {
            const Activity a{query, static_cast<std::uint32_t>(batch), static_cast<int>(attempt), net, target};
            ++activities;
            keys.insert(a.key());
          }
  CHECK(keys.size() == activities);
  // The frontend's second attempt is not the first batch's call to the first shard.
  Activity frontend{7};
  frontend.attempt = 1;
  CHECK(frontend.key() != Activity{7, 0, 0, 0, 1}.key());

  std::set<StreamKey> splits;
  for (const auto query : queries)
    for (const auto batch : batches)
      for (const auto table : {0ULL, 1ULL, 4096ULL, 0xffffffffULL})
        splits.insert(key_of_split(query, static_cast<std::uint32_t>(batch), table));
  CHECK(splits.size() == queries.size() * batches.size() * 4);
}

TEST_CASE("the words of an activity's steps are uniform, and know nothing of each other or of the next activity's") {
  // Correlations of uniform numbers, over 200,000 queries: none of 19 beyond five standard errors, one false alarm in
  // 90,000. The numbers of a step fill 64 bins evenly: chi-square of 63 degrees, whose 1 - 10^-6 quantile is 131.
  constexpr std::uint64_t kQueries = 200'000;
  constexpr std::size_t kSteps = 6;
  constexpr std::array<Step, kSteps> steps{Step::call,   Step::receive, Step::net,
                                           Step::gather, Step::answer,  Step::collect};
  std::array<std::array<double, kSteps>, kSteps> among{};  // sums of products of steps of one activity
  std::array<double, 4> to_next{};                         // of the first step and that of the next query, target, net
  std::array<std::array<int, 64>, kSteps> bins{};
  const auto centred = [](const Activity& activity, Step step) {
    StepDraws draws;
    return uniform_of(draws.word(activity, step, 3)) - 0.5;
  };
  for (std::uint64_t query = 0; query < kQueries; ++query) {
    const Activity activity{query, 0, 0, 0, 1};
    std::array<double, kSteps> x{};
    for (std::size_t i = 0; i < kSteps; ++i) {
      x[i] = centred(activity, steps[i]);
      ++bins[i][static_cast<std::size_t>((x[i] + 0.5) * 64)];
    }
    for (std::size_t i = 0; i < kSteps; ++i)
      for (std::size_t j = 0; j < i; ++j) among[i][j] += x[i] * x[j];
    to_next[0] += x[0] * centred({query + 1, 0, 0, 0, 1}, steps[0]);
    to_next[1] += x[0] * centred({query, 0, 0, 0, 2}, steps[0]);
    to_next[2] += x[0] * centred({query, 0, 0, 1, 1}, steps[0]);
    to_next[3] += x[0] * centred({query, 1, 0, 0, 1}, steps[0]);
  }
  const double five_errors = 5.0 / 12 * std::sqrt(static_cast<double>(kQueries));  // of a product: 1/12
  for (std::size_t i = 0; i < kSteps; ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(std::abs(among[i][j]) < five_errors);
  for (const double sum : to_next) CHECK(std::abs(sum) < five_errors);
  for (const std::array<int, 64>& of_step : bins) {
    double chi_square = 0;
    for (const int n : of_step) chi_square += std::pow(n - kQueries / 64.0, 2) / (kQueries / 64.0);
    CHECK(chi_square < 131);
  }
}

TEST_CASE("a step draws the same number whatever was drawn before it, and none of another's") {
  constexpr std::uint64_t kKey = 3;
  const Activity first{7, 2, 0, 4, 5};
  Activity other_net = first;
  other_net.net = 5;
  Activity other_attempt = first;
  other_attempt.attempt = 1;
  struct Piece {
    Activity activity;
    Step step;
  };
  std::vector<Piece> pieces;
  for (const Activity& activity : {first, other_net, other_attempt})
    for (const Step step : {Step::call, Step::receive, Step::net, Step::gather, Step::answer, Step::collect})
      pieces.push_back({activity, step});

  std::set<std::uint64_t> words;
  StepDraws in_order;
  for (const Piece& piece : pieces) {
    StepDraws fresh;
    const std::uint64_t word = fresh.word(piece.activity, piece.step, kKey);
    CHECK(in_order.word(piece.activity, piece.step, kKey) == word);
    words.insert(word);
    for (const Piece& before : pieces) {
      StepDraws draws;
      draws.word(before.activity, before.step, kKey);
      CHECK(draws.word(piece.activity, piece.step, kKey) == word);
    }
    StepDraws of_other_run;
    words.insert(of_other_run.word(piece.activity, piece.step, kKey + 1));
  }
  CHECK(words.size() == 2 * pieces.size());
}

TEST_CASE("jitter that takes several random numbers has its law, and is the same for a query at every load") {
  // Whole multiples of 100 us, of mean 1 and variance 2.25; five standard errors, the variance's by the fourth moment.
  const auto factors = [](double utilisation) {
    const std::string jitter = R"({"type": "negative-binomial", "mean": 1, "cv": 1.5})";
    std::map<std::uint64_t, double> of;
    for (const Outcome& o : outcomes_of(scenario(queue(1, utilisation, jitter, 20'000))))
      of[o.id] = to_seconds(o.cpu) * 1e4;
    return of;
  };
  const std::map<std::uint64_t, double> drawn = factors(0.1);
  CHECK(factors(0.5) == drawn);
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  for (const auto& [_, x] : drawn) {
    if (std::abs(x - std::round(x)) > 1e-9) FAIL("not a whole multiple: " << x);
    const double square = (x - 1) * (x - 1);
    sum += x - 1;
    squares += square;
    fourths += square * square;
  }
  const auto n = static_cast<double>(drawn.size());
  CHECK(std::abs(sum / n) < 5 * std::sqrt(2.25 / n));
  CHECK(std::abs(squares / n - 2.25) < 5 * std::sqrt((fourths / n - squares / n * (squares / n)) / n));
}

TEST_CASE("peak EWMA: a slow answer counts at once, times what is outstanding") {
  // With two replicas both are always compared. A decay of 1 s.
  const auto b = balancer(R"({"type": "peak-ewma", "decay": "1 s"})", 2);
  const auto at = [](double seconds) { return Time(from_seconds(seconds)); };
  std::uint64_t requests = 0;
  const auto start = [&](double now) {
    return b->start([&] { return RandomStream(1, 0, Purpose::balancing, requests++); }, at(now));
  };
  // Whoever is asked first, the other one, of whom nothing is known yet, is free and asked next.
  const std::size_t slow = start(0);
  const std::size_t quick = start(0);
  CHECK(quick == 1 - slow);
  b->finished(quick, at(0), at(0.01));
  b->finished(slow, at(0), at(0.1));
  // Now: quick is known for 0.01 e^-0.09 = 0.00914, slow for 0.1. One more request to quick costs 0.00914 x (k + 1)
  // with k outstanding: less than 0.1 up to k = 9, so that ten go there and the eleventh to slow.
  for (int k = 0; k < 10; ++k) CHECK(start(0.1) == quick);
  CHECK(start(0.1) == slow);
  // One answer that took 0.5 s, and quick is the slow one, though nine of its ten requests are not even answered.
  b->finished(quick, at(0.1), at(0.6));
  CHECK(start(0.6) == slow);
  // After ten times the decay, what was is forgotten, and what is outstanding counts no less: nine are more than two.
  CHECK(start(10.6) == slow);
}

TEST_CASE("peak EWMA avoids a replica that is slow, where taking turns does not") {
  // Two replicas of the shard, one of which takes ten times as long, at little load. Batches ask at the same time: the
  // cost of either is its time x what is outstanding, so that these go by the inverse of the times, one to ten at most.
  const auto share_of_slow = [](const std::string& type) {
    const RunResult r =
        run(scenario(kTwoNets, {{"sharding", R"({"strategy": "one-shard"})"},
                                {"cluster.sparse.replicas", "2"},
                                {"traffic.arrivals.rate", "100 /s"},
                                {"serving.sparse_balancer", fmt::format(R"({{"type": "{}"}})", type)},
                                {"faults", R"([{"hosts": "sparse0.0", "state": "slow", "factor": 10}])"}}));
    std::array<double, 2> visits{};
    for (const HostResult& h : r.hosts)
      if (h.name.starts_with("sparse0.")) visits.at(h.name == "sparse0.0" ? 0 : 1) = static_cast<double>(h.visits);
    return visits[0] / (visits[0] + visits[1]);
  };
  CHECK(share_of_slow("round-robin") == Approx(0.5).margin(0.02));
  CHECK(share_of_slow("peak-ewma") < 0.15);
}
