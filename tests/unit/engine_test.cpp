// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "engine/distribution.hpp"
#include "engine/join.hpp"
#include "engine/process.hpp"
#include "engine/shared_rate.hpp"
#include "engine/station.hpp"

using namespace shardsim;
using namespace std::chrono_literals;

namespace {

double us(Time t) { return to_microseconds(t.time_since_epoch()); }

Process visit(Simulation& sim, Station& station, Time arrival, Duration work, std::vector<double>& left) {
  co_await sim.until(arrival);
  co_await station.run(work);
  left.push_back(us(sim.now()));
}

Process note_at(Simulation& sim, Time at, int name, std::vector<int>& order) {
  co_await sim.until(at);
  order.push_back(name);
}

Process fail_at(Simulation& sim, Time at) {
  co_await sim.until(at);
  throw std::runtime_error("on purpose");
}

struct Mark {
  int& alive;
  explicit Mark(int& a) : alive(a) { ++alive; }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark() { --alive; }
};
Process hold(Simulation& sim, int& alive) {
  const Mark mark(alive);
  co_await sim.until(Time(1h));
}

struct Moved final : Timer {
  Simulation& sim;
  SharedRate& rate;
  SharedRate::Job job;
  double started_at_us;
  double done_us = -1;
  bool joined = false;
  Moved(Simulation& s, SharedRate& r, double units, double cap, double at) : sim(s), rate(r), started_at_us(at) {
    job.remaining = units;
    job.cap = cap;
    job.on_done = EventTarget(*this);
    sim.at(Time(from_seconds(at * 1e-6)), *this);
  }
  void fire() override {
    if (!joined) {
      joined = true;
      rate.join(job);
    } else {
      done_us = us(sim.now());
    }
  }
};

Choice<Distribution> distribution(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<Choice<Distribution>>(d);
}

}  // namespace

TEST_CASE("events fire by time, and those of one time in the order they were scheduled") {
  EventQueue queue;
  std::mt19937_64 random(1);
  std::vector<std::pair<std::int64_t, std::uintptr_t>> expected;
  std::vector<std::pair<std::int64_t, std::uintptr_t>> fired;
  for (std::uintptr_t i = 0; i < 5000; ++i) {
    const auto t = static_cast<std::int64_t>(random() % 50);  // many ties
    queue.push(Time(Duration(t)), i);
    expected.emplace_back(t, i);
  }
  std::sort(expected.begin(), expected.end());
  while (!queue.empty()) {
    const EventQueue::Event e = queue.pop();
    fired.emplace_back(e.time.time_since_epoch().count(), e.target);
  }
  CHECK(fired == expected);
}

TEST_CASE("the event queue keeps order when pushes and pops are mixed") {
  EventQueue queue;
  std::mt19937_64 random(2);
  std::int64_t now = 0;
  for (int i = 0; i < 20000; ++i) {
    if (queue.empty() || random() % 5 < 3) {
      queue.push(Time(Duration(now + static_cast<std::int64_t>(random() % 1000))), 0);
    } else {
      const auto t = queue.pop().time.time_since_epoch().count();
      REQUIRE(t >= now);
      now = t;
    }
  }
}

TEST_CASE("processes at one instant run in the order they were started") {
  Simulation sim;
  std::vector<int> order;
  for (int i = 0; i < 10; ++i) note_at(sim, Time(5us), i, order);
  note_at(sim, Time(1us), 99, order);
  sim.run();
  CHECK(order == std::vector<int>{99, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a station of two servers serves first come, first served") {
  // Arrivals at 0, 1, 2, 3 us with 10, 2, 5, 1 us of work: served 0-10, 1-3, 3-8, 8-9; waits 0, 0, 1, 5.
  Simulation sim;
  Station station(sim, 2);
  std::vector<double> left;
  visit(sim, station, Time(0us), 10us, left);
  visit(sim, station, Time(1us), 2us, left);
  visit(sim, station, Time(2us), 5us, left);
  visit(sim, station, Time(3us), 1us, left);
  sim.run();
  CHECK(left == std::vector<double>{3, 8, 9, 10});
  CHECK(station.waited() == Duration(6us));
  CHECK(station.served() == Duration(18us));
  CHECK(station.offered() == Duration(18us));
  CHECK(station.visits() == 4);
  CHECK(station.busy() == 0);
}

TEST_CASE("a join waits for all its branches and keeps what the last one brought") {
  Simulation sim;
  Join<int> join;
  struct Branch {
    static Process run(Simulation& s, Duration d, int name, Join<int>& j) {
      co_await s.until(s.now() + d);
      j.finish(name);
    }
    static Process parent(Simulation& s, Join<int>& j, double& at) {
      co_await j;
      at = us(s.now());
    }
  };
  for (const auto& [d, name] : {std::pair(Duration(3us), 1), {Duration(7us), 2}, {Duration(5us), 3}}) {
    join.fork();
    Branch::run(sim, d, name, join);
  }
  double at = -1;
  Branch::parent(sim, join, at);
  sim.run();
  CHECK(at == 7);
  CHECK(join.last() == 2);
  CHECK(join.forked() == 3);
  Join<int> nothing;
  CHECK(nothing.await_ready());
}

TEST_CASE("a shared rate is max-min fair under caps, and follows who joins and leaves") {
  // Total 10 a us. A (cap 2) and B, C (cap 20) from 0: A 2, B and C 4 each.
  // A moves 10 units: done at 5. B moves 20 units: done at 5. Then C alone at 10 (it has a cap of 20): it moved 20 of
  // 60 by then, the other 40 take 4 us: done at 9.
  Simulation sim;
  SharedRate rate(sim, 10e6);
  Moved a(sim, rate, 10, 2e6, 0);
  Moved b(sim, rate, 20, 20e6, 0);
  Moved c(sim, rate, 60, 20e6, 0);
  // D (cap 5) joins at 7 with 10 units: C and D at 5 each; C had 20 left: done at 11; D done at 9, so C speeds up:
  // C moves 10 of its 20 by 9, the other 10 at 10 a us: done at 10.
  Moved d(sim, rate, 10, 5e6, 7);
  sim.run();
  CHECK(a.done_us == Approx(5));
  CHECK(b.done_us == Approx(5));
  CHECK(d.done_us == Approx(9));
  CHECK(c.done_us == Approx(10));
}

TEST_CASE("processes that still wait are destroyed with their simulation") {
  int alive = 0;
  {
    Simulation sim;
    hold(sim, alive);
    hold(sim, alive);
    sim.stop();
    sim.run();
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("what a process throws comes out of run()") {
  Simulation sim;
  fail_at(sim, Time(1us));
  CHECK_THROWS_WITH(sim.run(), "on purpose");
}

TEST_CASE("the fingerprint tells trajectories apart") {
  const auto fingerprint = [](Duration first, Duration second) {
    Simulation sim;
    std::vector<int> order;
    note_at(sim, Time(first), 1, order);
    note_at(sim, Time(second), 2, order);
    sim.run();
    return sim.fingerprint();
  };
  CHECK(fingerprint(1us, 2us) == fingerprint(1us, 2us));
  CHECK(fingerprint(1us, 2us) != fingerprint(1us, 3us));
}

TEST_CASE("random numbers depend on the key alone") {
  RandomStream a(1, 0, Purpose::jitter, 7);
  RandomStream same(1, 0, Purpose::jitter, 7);
  CHECK(a.bits() == same.bits());
  for (RandomStream other : {RandomStream(2, 0, Purpose::jitter, 7), RandomStream(1, 1, Purpose::jitter, 7),
                             RandomStream(1, 0, Purpose::arrivals, 7), RandomStream(1, 0, Purpose::jitter, 8),
                             RandomStream(1, 0, Purpose::jitter, 7, 1)}) {
    RandomStream fresh(1, 0, Purpose::jitter, 7);
    CHECK(fresh.bits() != other.bits());
  }
  double sum = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = a.uniform();
    REQUIRE(u > 0);
    REQUIRE(u < 1);
    sum += u;
    REQUIRE(a.below(3) < 3);
  }
  CHECK(sum / kDraws == Approx(0.5).margin(5 * std::sqrt(1.0 / 12 / kDraws)));
}

TEST_CASE("Philox4x64-10 gives Random123's known answer") {
  // From Random123's kat_vectors: all-zero counter and key.
  const RandomBlock known{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b};
  CHECK(random_block({0, 0, Purpose{}, 0, 0}, 0) == known);
}

TEST_CASE("Philox2x64-10 gives Random123's known answers") {
  CHECK(random_pair(0, 0, 0) == RandomPair{0xca00a0459843d731, 0x66c24222c9a845b5});
  CHECK(random_pair(~0ULL, ~0ULL, ~0ULL) == RandomPair{0x65b021d60cd8310f, 0x4d02f3222f86df20});
  CHECK(random_pair(0xa4093822299f31d0, 0x13198a2e03707344, 0x243f6a8885a308d3) ==
        RandomPair{0x0a5e742c2997341c, 0xb0f883d38000de5d});
}

TEST_CASE("SplitMix64 gives the known answers of its authors' program") {
  // S. Vigna's splitmix64.c, seeded with 0 and with 1234567.
  CHECK(split_mix(0, 0) == 0xe220a8397b1dcdaf);
  CHECK(split_mix(0, 1) == 0x6e789e6aa1b965f4);
  CHECK(split_mix(0, 2) == 0x06c45d188009454f);
  CHECK(split_mix(1234567, 0) == 6457827717110365317U);
  CHECK(split_mix(1234567, 1) == 3203168211198807973U);
}

TEST_CASE("a stream that begins with a word goes on with the blocks of its name") {
  const RandomName name{1, 2, Purpose::jitter, 3, 4};
  RandomStream from_the_first(1, 2, Purpose::jitter, 3, 4);
  RandomStream begun(name, 99, 0);
  CHECK(begun.bits() == 99);
  for (int i = 0; i < 9; ++i) REQUIRE(begun.bits() == from_the_first.bits());
}

TEST_CASE("distributions have the mean and spread they say") {
  struct Case {
    std::string json;
    double mean;
    double cv;
  };
  const Case c = GENERATE(Case{R"({"type": "fixed", "value": 3})", 3, 0},
                          Case{R"({"type": "uniform", "low": 1, "high": 3})", 2, 0.28867513},
                          Case{R"({"type": "exponential", "mean": 4})", 4, 1},
                          Case{R"({"type": "lognormal", "mean": 5, "cv": 0.5})", 5, 0.5},
                          Case{R"({"type": "empirical", "quantiles": [1, 1, 4]})", 2, 0.70710678});
  CAPTURE(c.json);
  const Choice<Distribution> d = distribution(c.json);
  CHECK(d->mean() == Approx(c.mean));
  constexpr int kDraws = 200000;
  double sum = 0;
  double squares = 0;
  RandomStream random(3, 0, Purpose::jitter, 0);
  for (int i = 0; i < kDraws; ++i) {
    const double x = d->sample(random);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  const double deviation = std::sqrt(std::max(0.0, squares / kDraws - mean * mean));
  CHECK(mean == Approx(c.mean).margin(5 * c.cv * c.mean / std::sqrt(kDraws) + 1e-12));
  CHECK(deviation / mean == Approx(c.cv).margin(0.02));
}
