// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tuning_bed.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// Sixteen settings, as of a batch size and a number of threads: work falls and rises along both. Loads at a rate of 1
// are 0.5 to 0.9; two settings are within 3 % of the best in latency, and four within 12 %.
std::vector<Queue> sixteen(double with_delay = 0) {
  std::vector<Queue> out;
  for (const double i : {-1.0, 0.0, 1.0, 2.0})
    for (const double j : {-2.0, -1.0, 0.0, 1.0})
      out.push_back({0.5 * (1 + 0.12 * i * i + 0.03 * std::pow(std::abs(j), 1.5) + 0.015 * j + 0.02 * i), 0});
  for (std::size_t q = 0; q < out.size(); ++q) out[q].delay = with_delay * static_cast<double>(q % 4);
  return out;
}

TuneBed latency_bed() {
  TuneBed bed;
  bed.problem = problem_of("min p95", {4, 4});
  bed.queues = sixteen();
  bed.problem.full_queries = bed.problem.most_queries = 40'000;
  bed.problem.first_queries = 1250;
  return bed;
}

TuneBed capacity_bed() {
  TuneBed bed;
  bed.problem = problem_of("max rate at p95<=10 s", {4, 4});
  bed.queues = sixteen(0.3);
  bed.problem.tolerance = 0.02;
  bed.problem.full_queries = bed.problem.first_queries = 2000;
  bed.problem.most_queries = 128'000;
  bed.problem.first_rate = 1;
  return bed;
}

double truth(const TuneBed& bed, std::size_t s) {
  const double share = wanted_share(bed.problem.objective.slo.measure);
  if (bed.problem.objective.goal == TuneGoal::capacity) return -bed.queues[s].capacity(share, bed.limit());
  return bed.queues[s].quantile(share, bed.rate);
}

// How much worse a setting is than the best, in truth.
double regret(const TuneBed& bed, std::size_t chosen) {
  double best = truth(bed, 0);
  for (std::size_t s = 0; s < bed.problem.size(); ++s) best = std::min(best, truth(bed, s));
  return std::abs(truth(bed, chosen) / best - 1);
}

struct Efficiency {
  int found = 0;    // settings as good as the best, but for the tolerance
  int exact = 0;    // the best
  int dropped = 0;  // searches that dropped the best as worse
  double queries = 0;
};

Efficiency of_seeds(TuneBed bed, int seeds) {
  Efficiency out;
  std::size_t best = 0;
  for (std::size_t s = 0; s < bed.problem.size(); ++s)
    if (truth(bed, s) < truth(bed, best)) best = s;
  for (int i = 0; i < seeds; ++i) {
    bed.seed = static_cast<std::uint64_t>(i) + 1;
    const TuneOutcome o = bed.search("halving");
    REQUIRE(o.best);
    out.found += regret(bed, *o.best) <= bed.problem.tolerance ? 1 : 0;
    out.exact += regret(bed, *o.best) == 0 ? 1 : 0;
    const std::string& why = o.find(best)->dropped;
    out.dropped += why.empty() || why.find("not told apart") == 0 ? 0 : 1;
    out.queries += static_cast<double>(o.queries) / seeds;
  }
  return out;
}

}  // namespace

TEST_CASE("halving finds the least latency in 95 of 100 seeds, at 30 % of the queries of the grid") {
  const TuneBed bed = latency_bed();
  const Efficiency e = of_seeds(bed, 100);
  const double grid = 16.0 * static_cast<double>(bed.problem.full_queries);
  INFO(fmt::format("found {}, the best itself {}, dropped {}, at {:.1f} % of the queries", e.found, e.exact, e.dropped,
                   100 * e.queries / grid));
  CHECK(e.found >= 95);
  CHECK(e.dropped <= 5);
  CHECK(e.queries <= 0.3 * grid);
}

TEST_CASE("halving finds the highest rate in 95 of 100 seeds, at 30 % of the queries of the grid") {
  TuneBed bed = capacity_bed();
  const TuneOutcome grid = bed.search("grid");
  REQUIRE(grid.best);
  CHECK(regret(bed, *grid.best) <= 2 * bed.problem.tolerance);
  bed.capacity_cost = grid.queries / 16;
  const Efficiency e = of_seeds(bed, 100);
  INFO(fmt::format("found {}, the best itself {}, dropped {}, at {:.1f} % of {} queries", e.found, e.exact, e.dropped,
                   100 * e.queries / static_cast<double>(grid.queries), grid.queries));
  CHECK(e.found >= 95);
  CHECK(e.dropped <= 5);
  CHECK(e.queries <= 0.3 * static_cast<double>(grid.queries));
}

TEST_CASE("a race of latencies drops with short samples, and shows the winner with numbers that did not choose it") {
  TuneBed bed = latency_bed();
  const TuneOutcome o = bed.search("halving");
  REQUIRE(o.best);
  CHECK(o.tried.size() == 16);
  std::int64_t queries = 0;
  for (const TriedSetting& t : o.tried) {
    queries += t.queries;
    CHECK(t.full.has_value() == (t.setting == *o.best));
    CHECK(t.dropped.empty() == (t.setting == *o.best));
  }
  CHECK(queries == o.queries);
  CHECK(bed.taken.back().full());
  CHECK(bed.taken.back().stream == 0);
  for (std::size_t i = 0; i < 16; ++i) {  // all begin with the same queries
    CHECK(bed.taken[i].setting == i);
    CHECK(bed.taken[i].queries == 1250);
    CHECK(bed.taken[i].stream == 1);
  }
  // How far off the first setting was is known without its full run, and is true.
  REQUIRE(o.first_off);
  const double off = truth(bed, 0) / truth(bed, *o.best) - 1;
  CHECK(o.first_off->low <= off * 1.2);
  CHECK(o.first_off->high >= off * 0.8);
}

TEST_CASE("what a race of latencies says does not depend on chance of the order of its settings") {
  TuneBed bed = latency_bed();
  const TuneOutcome a = bed.search("halving");
  const TuneOutcome b = bed.search("halving");
  CHECK(a.best == b.best);
  CHECK(a.queries == b.queries);
}

TEST_CASE("a front keeps what is dearer and faster, and drops what a setting beats that costs no more") {
  // Costs 1 to 4; within each, work falls from left to right; more than 2 does not pay.
  TuneBed bed;
  bed.problem = problem_of("min p99, min cost", {4, 2});
  for (const double work : {0.8, 0.7, 0.6, 0.5, 0.65, 0.55, 0.4, 0.3}) bed.queues.push_back({work});
  bed.problem.costs = {1, 1, 2, 2, 3, 3, 4, 4};
  bed.problem.first_queries = 1250;
  bed.problem.full_queries = bed.problem.most_queries = 40'000;
  const TuneOutcome grid = bed.search("grid");
  const TuneOutcome race = bed.search("halving");
  CHECK(grid.front == std::vector<std::size_t>{1, 3, 7});
  CHECK(race.front == grid.front);
  CHECK(race.queries < grid.queries);
  CHECK_THROWS_WITH(tune_method_registry().find("climb")->make()->check(bed.problem),
                    Catch::Contains("grid or halving"));
}

TEST_CASE("the cheapest that meets a limit is shown to, and what is dearer is not run on") {
  TuneBed bed;
  bed.problem = problem_of("min cost at 1 /s with p95<=4 s", {8});
  for (const double work : {0.9, 0.8, 0.7, 0.62, 0.52, 0.5, 0.4, 0.3})
    bed.queues.push_back({work});  // 0.571 just meets
  bed.problem.costs = {1, 2, 3, 4, 5, 6, 7, 8};
  bed.problem.first_queries = 2500;
  bed.problem.full_queries = 20'000;
  bed.problem.most_queries = 80'000;
  const TuneOutcome race = bed.search("halving");
  REQUIRE(race.best);
  CHECK(*race.best == 4);
  CHECK(race.find(7)->dropped.find("no cheaper") == 0);
  CHECK(race.find(0)->dropped.find("misses the limit") == 0);
  CHECK(race.first_off->value == Approx(1.0 / 5 - 1));
  const TuneOutcome grid = bed.search("grid");
  CHECK(grid.best == race.best);
  CHECK(race.queries < grid.queries / 2);
}

TEST_CASE("nothing meets the limit: there is no best") {
  TuneBed bed;
  bed.problem = problem_of("min cost at 1 /s with p95<=1 s", {3});
  for (const double work : {0.9, 0.8, 0.7}) bed.queues.push_back({work});
  bed.problem.costs = {1, 2, 3};
  bed.problem.first_queries = 2500;
  bed.problem.full_queries = bed.problem.most_queries = 20'000;
  CHECK_FALSE(bed.search("halving").best);
  CHECK_FALSE(bed.search("grid").best);
}

namespace {

// Settings with a value and no chance. A full run takes 100 queries.
struct NoChance {
  TuneProblem problem;
  std::vector<double> values;
  std::vector<std::size_t> asked;

  TuneOutcome search(const std::string& method, std::int64_t budget = Ledger::kNoBudget) {
    asked.clear();
    problem.full_queries = problem.most_queries = 100;
    Ledger ledger(
        problem,
        [&](const std::vector<TuneProbe>& probes, std::int64_t) {
          std::vector<TakenSample> out;
          for (const TuneProbe& p : probes) {
            asked.push_back(p.setting);
            TakenSample& t = out.emplace_back();
            t.sample.figure.value = values[p.setting];
            t.sample.queries = p.full() ? 100 : p.queries;
          }
          return out;
        },
        budget);
    return tune(problem, *tune_method_registry().find(method)->make(), ledger);
  }
};

}  // namespace

TEST_CASE("a climb stops at the first value that is worse, keeps the best, and goes on along the next axis") {
  NoChance t;
  t.problem = problem_of("min p99", {5, 3});
  // Along the first axis 9 7 6 8 1: stops at 8, and never sees 1. Then along the second at 6: 6 5 7.
  t.values = {9, 0, 0, 7, 0, 0, 6, 5, 7, 8, 0, 0, 1, 0, 0};
  const TuneOutcome o = t.search("climb");
  CHECK(t.asked == std::vector<std::size_t>{0, 3, 6, 9, 7, 8});
  CHECK(o.best == std::optional<std::size_t>(7));
  CHECK(o.queries == 600);
  CHECK(o.first_off->value == Approx(9.0 / 5 - 1));
}

TEST_CASE("a climb goes on where a value is as good, and past a setting that is excluded") {
  NoChance t;
  t.problem = problem_of("min p99", {4});
  t.problem.settings.erase(t.problem.settings.begin() + 1);
  t.values = {5, 5, 4};
  const TuneOutcome o = t.search("climb");
  CHECK(t.asked == std::vector<std::size_t>{0, 1, 2});
  CHECK(o.best == std::optional<std::size_t>(2));
}

TEST_CASE("bisection finds the least of any falling and rising values, in about log n runs") {
  for (const std::size_t n : {1, 2, 3, 4, 5, 8, 16, 33, 100}) {
    std::size_t most = 0;
    for (std::size_t best = 0; best < n; ++best) {
      NoChance t;
      t.problem = problem_of("min p99", {1});
      t.problem.axes[0].values.resize(n);
      t.problem.settings.clear();
      for (std::size_t i = 0; i < n; ++i) {
        t.problem.settings.push_back({i});
        t.values.push_back(std::abs(static_cast<double>(i) - static_cast<double>(best) - 0.2));
      }
      const TuneOutcome o = t.search("bisect");
      CHECK(o.best == std::optional<std::size_t>(best));
      most = std::max(most, t.asked.size());
    }
    // Each run cuts what is left by the golden section, the last three are all run.
    CHECK(static_cast<double>(most) <=
          std::min(static_cast<double>(n), 5 + std::log(static_cast<double>(n)) / std::log(1.6)));
  }
}

TEST_CASE("bisection takes values that neither rise nor fall for a mistake, and labels as they are listed") {
  TuneProblem p = problem_of("min p99", {3});
  const auto bisect = tune_method_registry().find("bisect")->make();
  CHECK_NOTHROW(bisect->check(p));
  p.axes[0].values = {"4", "2", "1"};
  CHECK_NOTHROW(bisect->check(p));
  p.axes[0].values = {"small", "large", "medium"};
  CHECK_NOTHROW(bisect->check(p));
  p.axes[0].values = {"1", "4", "2"};
  CHECK_THROWS_WITH(bisect->check(p), Catch::Contains("neither rise nor fall"));
}

TEST_CASE("a budget ends a search before it is exceeded, and the best so far is told") {
  NoChance t;
  t.problem = problem_of("min p99", {5});
  t.values = {9, 8, 7, 6, 5};
  const TuneOutcome o = t.search("climb", 350);
  CHECK(o.budget_spent);
  CHECK(o.queries == 300);
  CHECK(o.best == std::optional<std::size_t>(2));

  // A race keeps what the run of its winner takes.
  TuneBed bed = latency_bed();
  const std::int64_t fewest = tune_method_registry().find("halving")->make()->fewest_queries(bed.problem);
  CHECK(fewest == 16 * 1250 + 40'000);
  const TuneOutcome race = bed.search("halving", fewest);
  CHECK_FALSE(race.budget_spent);
  CHECK(race.queries == fewest);
  REQUIRE(race.best);
  CHECK(race.find(*race.best)->full);
  for (const std::int64_t budget : {70'000, 90'000, 120'000}) CHECK(bed.search("halving", budget).queries <= budget);
}

TEST_CASE("a race for the highest rate within a budget takes no more, and ends with what leads") {
  TuneBed bed = capacity_bed();
  bed.capacity_cost = 6000;
  for (const std::int64_t budget : {38'000, 100'000, 200'000}) {
    const TuneOutcome o = bed.search("halving", budget);
    CHECK(o.queries <= budget);
    CHECK(o.best);
  }
}

TEST_CASE("a paired interval is that of all streams together") {
  const auto sample = [](double value, std::int64_t queries) {
    TuneSample s;
    s.queries = queries;
    s.figure.value = value;
    return s;
  };
  // Without intervals: the ratio of the means, and none.
  const Estimate none = paired_excess({sample(11, 10), sample(12, 30)}, {sample(10, 10), sample(10, 30)}, 0.95);
  CHECK(none.value == Approx(0.175));
  CHECK_FALSE(none.has_interval());

  TuneBed bed = latency_bed();
  bed.rate = 0.3;
  std::vector<TuneSample> a;
  std::vector<TuneSample> b;
  double width = 0;
  for (std::uint32_t stream = 1; stream <= 4; ++stream) {
    a.push_back(bed.sample({0, 0, 5000, stream, 0.025}));
    b.push_back(bed.sample({5, 0, 5000, stream, 0.025}));
    const Estimate e = paired_excess(a, b, 0.95);
    REQUIRE(e.has_interval());
    if (stream == 1) width = e.half_width();
    if (stream == 4) CHECK(e.half_width() == Approx(width / 2).epsilon(0.3));
  }
}

TEST_CASE("objectives are read as they are written, and what is wrong with one is told") {
  for (const char* text : {"max rate at p95 <= 25 ms", "min p99", "min mean at 500 /s", "min p99, min cost",
                           "min cost at 500 /s with p99 <= 30 ms", "min p999 at 20 /s, min cost"}) {
    CHECK(to_text(parse_objective(text)) == text);
    CHECK(to_text(parse_objective(to_text(parse_objective(text)))) == text);
  }
  CHECK(to_text(parse_objective(" max  rate at p95<=25 ms ")) == "max rate at p95 <= 25 ms");
  CHECK(to_text(parse_objective("min cost, min p90 at 5 /s")) == "min p90 at 5 /s, min cost");
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "found nothing"},
      {"maximise rate", "allowed: max, min"},
      {"max rte at p95<=25 ms", "did you mean 'rate'"},
      {"max rate", "names no limit"},
      {"max rate at p95", "such as \"p99<=50 ms\""},
      {"max rate at p96<=25 ms", "unknown figure 'p96'"},
      {"max rate at p95<=25", "unit"},
      {"min p98", "did you mean 'p9"},
      {"min cost with p99<=30 ms", "names no rate"},
      {"min cost", "names no rate"},
      {"min cost at 500 /s", "names no limit"},
      {"min cost at 500 with p99<=30 ms", "unit"},
      {"min p99 at 0 /s", "above 0"},
      {"min p99, min p95", "a latency and the cost"},
      {"min p99, max rate at p95<=1 ms", "a latency and the cost"},
      {"min p99, min cost, min p90", "more than two"},
  };
  for (const auto& [text, why] : wrong) {
    INFO(text);
    CHECK_THROWS_WITH(parse_objective(text), Catch::Contains("--objective") && Catch::Contains(why));
  }
}
