// SPDX-License-Identifier: Apache-2.0
// Near saturation queues swing slowly. Do marks keep intervals away that do not hold, and does a capacity lie below the
// truth as often as it says? Prints what it finds; docs/statistics.md quotes it.
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <thread>

#include "experiment/capacity_search.hpp"
#include "lindley.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

constexpr double kUnit = 1e8;  // of the histogram, a service time

// work(0) ... work(count - 1), on all cores.
void on_all_cores(int count, const std::function<void(int)>& work) {
  std::atomic<int> next{0};
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t)
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) work(i);
    });
}

using Figure = std::pair<const char*, double>;  // quantile; 0: the mean
constexpr std::array<Figure, 5> kFigures{{{"mean", 0}, {"P50", 0.5}, {"P90", 0.9}, {"P95", 0.95}, {"P99", 0.99}}};

double truth_of(double load, double q) { return kUnit / (1 - load) * (q == 0 ? 1 : -std::log(1 - q)); }

std::array<Estimate, kFigures.size()> estimates(double load, int customers, std::uint64_t seed) {
  Lindley queue(load, seed);
  Histogram values;
  std::vector<Sections> runs(1);
  const int warmup = customers / 20;
  for (int i = 0; i < customers; ++i) {
    const auto value = static_cast<std::int64_t>(queue.next() * kUnit);
    if (i < warmup) continue;
    values.record(value);
    runs.front().record(static_cast<std::uint64_t>(i), value, {});
  }
  Relaxation relaxation;
  relaxation.add(queue.mean_wait(), queue.offered_load());
  const Observations observations{values, runs, length_of(relaxation, queue.now(), 0.05, 1)};
  std::array<Estimate, kFigures.size()> out;
  for (std::size_t f = 0; f < kFigures.size(); ++f)
    out[f] = kFigures[f].second == 0 ? estimate_mean(observations, 0.95)
                                     : estimate_quantile(observations, kFigures[f].second, 0.95);
  return out;
}

struct Tally {
  int runs = 0;
  int good = 0;
  int held = 0;  // of the good ones
  void operator+=(const Tally& other) {
    runs += other.runs;
    good += other.good;
    held += other.held;
  }
  double share() const { return static_cast<double>(held) / good; }
};

std::array<Tally, kFigures.size()> tally(double load, int customers, int runs) {
  std::vector<std::array<Estimate, kFigures.size()>> all(static_cast<std::size_t>(runs));
  on_all_cores(runs, [&](int i) {
    all[static_cast<std::size_t>(i)] = estimates(load, customers, static_cast<std::uint64_t>(i));
  });
  std::array<Tally, kFigures.size()> out;
  for (const auto& run : all)
    for (std::size_t f = 0; f < kFigures.size(); ++f) {
      const bool good = run[f].trust == Trust::good;
      const double truth = truth_of(load, kFigures[f].second);
      out[f] += {1, good ? 1 : 0, good && run[f].low <= truth && truth <= run[f].high ? 1 : 0};
    }
  return out;
}

// P95 <= 20 ms of a server of 1,000 /s: times are exponential of rate 1000 - r, and exp(-0.02 (1000 - r)) = 0.05 at
constexpr double kServiceRate = 1000;
double true_capacity() { return kServiceRate + std::log(0.05) / 0.02; }  // 850.2

// What a simulator would return of four runs.
CapacityTrial sample(const Slo& slo, double rate, const Sampling& how, std::uint64_t seed) {
  constexpr int kRuns = 4;
  CapacityTrial trial;
  RunResult& r = trial.result;
  r.verdict = Verdict::stable;
  r.confidence = 1 - 2 * how.error;
  HostResult host;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Lindley queue(rate / kServiceRate, (seed << 20) + (how.stream << 4) + run);
    Sections& answered = r.answered.emplace_back();
    for (std::int64_t i = 0; i < how.queries / kRuns; ++i)
      answered.record(static_cast<std::uint64_t>(i), queue.next() / kServiceRate <= 0.02 ? 1 : 0, {});
    host.mean_wait_us += queue.mean_wait() / kServiceRate * 1e6 / kRuns;
    host.offered_load += queue.offered_load() / kRuns;
    r.simulated_s += queue.now() / kServiceRate;
  }
  r.sections.resize(kRuns);
  r.offered = how.queries;
  r.bottleneck.offered_load = host.offered_load;
  if (host.offered_load >= 1) r.verdict = Verdict::saturated;
  r.hosts.push_back(host);
  const SloFinding finding = judge(slo, r);
  trial.rate_per_s = rate;
  trial.answer = finding.answer;
  trial.leans_to_meet = finding.leans_to_meet;
  trial.queries = how.queries;
  trial.within = finding.within;
  return trial;
}

}  // namespace

TEST_CASE("M/M/1 from far to near saturation: of the intervals marked good 93 to 97 % hold the truth") {
  std::array<Tally, kFigures.size()> all;
  for (const double load : {0.3, 0.5, 0.65, 0.8, 0.86, 0.9, 0.952}) {
    std::array<Tally, kFigures.size()> of_load;
    for (const auto& [customers, runs] : {std::pair(2'000, 400), {20'000, 400}, {100'000, 400}, {400'000, 200}}) {
      const auto here = tally(load, customers, runs);
      std::string line = fmt::format("load {:5} {:>7} queries", load, customers);
      for (std::size_t f = 0; f < kFigures.size(); ++f) {
        of_load[f] += here[f];
        line += fmt::format(" | {} {:5.1f} % good {}", kFigures[f].first, 100.0 * here[f].good / here[f].runs,
                            here[f].good > 0 ? fmt::format("{:5.1f} %", 100 * here[f].share()) : "    -");
        // What is far too short is not called good.
        if (customers * std::pow(1 - std::sqrt(load), 2) / load < 30) CHECK(here[f].good <= here[f].runs / 20);
        // What is long enough is.
        if (customers == 400'000 && load <= 0.86) CHECK(here[f].good >= here[f].runs * 95 / 100);
      }
      fmt::print("{}\n", line);
    }
    for (std::size_t f = 0; f < kFigures.size(); ++f) {
      all[f] += of_load[f];
      INFO(load << " " << kFigures[f].first << " " << of_load[f].good);
      // Around 93 to 97 %, two standard errors of a share of so few.
      if (of_load[f].good >= 100)
        CHECK(of_load[f].share() == Approx(0.95).margin(0.02 + 0.44 / std::sqrt(of_load[f].good)));
    }
  }
  for (std::size_t f = 0; f < kFigures.size(); ++f) {
    fmt::print("all loads: {} {:.1f} % of {}\n", kFigures[f].first, 100 * all[f].share(), all[f].good);
    CHECK(all[f].share() == Approx(0.95).margin(0.02));
  }
}

TEST_CASE("M/M/1 at loads of 0.952 and 0.86: runs that are too short for P95 say so") {
  for (const auto& [load, customers] : {std::pair(0.952, 100'000), {0.86, 20'000}, {0.86, 2'000}}) {
    const Tally p95 = tally(load, customers, 60)[3];
    fmt::print("load {} {} queries: P95 is marked good in {} of 60 runs\n", load, customers, p95.good);
    CHECK(p95.good <= 6);
  }
}

TEST_CASE("M/M/1: a capacity lies above the true one in at most 5 % of 200 runs") {
  constexpr int kRuns = 200;
  CapacityQuestion question;
  question.slo = {Measure::p95, std::chrono::milliseconds(20)};
  question.tolerance = 0.01;
  std::vector<double> answers(kRuns);
  on_all_cores(kRuns, [&](int i) {
    const auto seed = static_cast<std::uint64_t>(i) + 1;
    Looks looks([&](double rate, const Sampling& how) { return sample(question.slo, rate, how, seed); }, question,
                20'000);
    const HighestRate found = highest_level(700, {question.tolerance}, question, looks);
    answers[static_cast<std::size_t>(i)] = found.meets ? found.meets->rate_per_s : 0;
  });
  std::sort(answers.begin(), answers.end());
  const auto above = answers.end() - std::upper_bound(answers.begin(), answers.end(), true_capacity());
  fmt::print("capacity {:.1f} /s: above it {} of {}; least {:.1f}, median {:.1f}, most {:.1f}\n", true_capacity(),
             above, kRuns, answers.front(), answers[kRuns / 2], answers.back());
  CHECK(above <= kRuns / 20);
  CHECK(answers.front() > 0.9 * true_capacity());
  CHECK(answers[kRuns / 2] > 0.97 * true_capacity());
}
