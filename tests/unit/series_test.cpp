// SPDX-License-Identifier: Apache-2.0
// A Series against what it stands for: a customer who enters the station again after each visit.
#include <catch2/catch.hpp>
#include <random>

#include "engine/process.hpp"
#include "engine/series.hpp"

using namespace shardsim;

namespace {

struct Job {
  Time at;
  std::vector<Duration> visits;
};

// What a job came to: when it left, and how each visit went.
struct Went {
  Time left;
  std::vector<Duration> waited;
  std::vector<Duration> served;
  bool operator==(const Went&) const = default;
};

Process visit_by_visit(Simulation& sim, Station& station, const Job& job, Went& went) {
  co_await sim.until(job.at);
  for (const Duration work : job.visits) {
    const Station::Visit v = co_await station.run(work);
    went.waited.push_back(v.waited);
    went.served.push_back(v.served);
  }
  went.left = sim.now();
}

struct Finished {
  Series& series;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) const { series.start(EventTarget(h)); }
  void await_resume() const { series.finish(); }
};

Process in_one(Simulation& sim, Station& station, const Job& job, Went& went) {
  co_await sim.until(job.at);
  Series series(station);
  for (const Duration work : job.visits) series.add(work);
  co_await Finished{series};
  for (std::size_t i = 0; i < series.size(); ++i) {
    went.waited.push_back(series.visit(i).waited);
    went.served.push_back(series.visit(i).served);
  }
  went.left = sim.now();
}

Process change_pace(Simulation& sim, Station& station, Time at, double factor) {
  co_await sim.until(at);
  station.set_slowdown(factor);
}

struct Totals {
  std::vector<Went> jobs;
  Duration offered, served, waited;
  std::int64_t visits;
  int busy;
  std::uint64_t events;
};

Totals play(const std::vector<Job>& jobs, int servers, const std::vector<std::pair<Time, double>>& paces,
            Process (*as)(Simulation&, Station&, const Job&, Went&)) {
  Simulation sim;
  Station station(sim, servers);
  Totals totals{};
  totals.jobs.resize(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) as(sim, station, jobs[i], totals.jobs[i]);
  if (!paces.empty()) station.expect_slowdowns();
  for (const auto& [at, factor] : paces) change_pace(sim, station, at, factor);
  sim.run();
  totals.offered = station.offered();
  totals.served = station.served();
  totals.waited = station.waited();
  totals.visits = station.visits();
  totals.busy = station.busy();
  totals.events = sim.events_fired();
  return totals;
}

Time us(std::int64_t n) { return Time(std::chrono::microseconds(n)); }

}  // namespace

TEST_CASE("a series goes as its visits would one by one") {
  std::mt19937_64 random(7);
  const auto up_to = [&](std::int64_t ps) {
    return Duration(1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(ps)));
  };
  std::uint64_t saved = 0;
  for (int round = 0; round < 200; ++round) {
    // From stations where hardly anybody waits to some where nearly all do.
    const int servers = 1 + static_cast<int>(random() % 4);
    const std::int64_t apart = 20'000'000 + 1'000'000 * (round % 100);
    std::vector<Job> jobs;
    Time at{};
    for (int j = 0; j < 100; ++j) {
      Job job{at += up_to(apart), {}};
      for (std::size_t n = 1 + random() % Series::kMost; n > 0; --n) job.visits.push_back(up_to(40'000'000));
      jobs.push_back(job);
    }
    std::vector<std::pair<Time, double>> paces;
    if (round % 3 == 0)
      for (const double factor : {1.5, 0.7, 1.0})
        paces.emplace_back(Time{} + up_to(at.time_since_epoch().count()), factor);
    const Totals one_by_one = play(jobs, servers, paces, visit_by_visit);
    const Totals together = play(jobs, servers, paces, in_one);
    INFO("round " << round);
    REQUIRE(together.jobs == one_by_one.jobs);
    CHECK(together.offered == one_by_one.offered);
    CHECK(together.served == one_by_one.served);
    CHECK(together.waited == one_by_one.waited);
    CHECK(together.visits == one_by_one.visits);
    CHECK(together.busy == 0);
    saved += one_by_one.events - std::min(one_by_one.events, together.events);
  }
  CHECK(saved > 5000);
}

TEST_CASE("a series keeps its server until somebody has to wait") {
  // One server. A: 10, 10, 10 us from 0. B: 5 us at 12. A's second visit ends at 20, B is served to 25, A's third
  // to 35.
  const std::vector<Job> jobs{{us(0), {us(10) - Time{}, us(10) - Time{}, us(10) - Time{}}}, {us(12), {us(5) - Time{}}}};
  const Totals t = play(jobs, 1, {}, in_one);
  CHECK(t.jobs[0].left == us(35));
  CHECK(t.jobs[0].waited == std::vector<Duration>{Duration{}, Duration{}, us(5) - Time{}});
  CHECK(t.jobs[1].left == us(25));
  CHECK(t.jobs[1].waited == std::vector<Duration>{us(8) - Time{}});

  const Totals alone = play({jobs[0]}, 1, {}, in_one);
  CHECK(alone.jobs[0].left == us(30));
  CHECK(alone.events == 1);
}
