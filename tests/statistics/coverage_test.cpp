// SPDX-License-Identifier: Apache-2.0
// Statistics of our own statistics: what intervals, precision and warm-up promise, over hundreds of independent runs
// of queues whose truth is known. Prints what it finds; docs/statistics.md quotes it.
#include <catch2/catch.hpp>
#include <cmath>
#include <mutex>
#include <thread>

#include "../serving/scenarios.hpp"
#include "experiment/replications.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

const std::string kExponential = R"({"type": "exponential", "mean": 1})";
constexpr double kServiceUs = 100;

double true_mean_us(double rho) { return kServiceUs / (1 - rho); }
double true_quantile_us(double rho, double q) { return -std::log(1 - q) * true_mean_us(rho); }

using Changes = std::vector<std::pair<std::string, std::string>>;

// Results of `count` independent runs, in order, on all cores.
template <class Result>
std::vector<Result> independent_runs(int count, const std::string& text, const Changes& changes,
                                     const std::function<Result(const RunResult&)>& take) {
  std::vector<Result> out(static_cast<std::size_t>(count));
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) {
      Changes all = changes;
      all.emplace_back("seed", std::to_string(1000 + i));
      out[static_cast<std::size_t>(i)] = take(run_replications(scenario(text, all), 1));
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) threads.emplace_back(work);
  threads.clear();
  return out;
}

bool holds(const Estimate& e, double truth) { return e.low <= truth && truth <= e.high; }

// Shares of runs whose intervals hold the truth, by measure; and how many runs had one.
struct Coverage {
  double share = 0;
  int with_interval = 0;
  double mean_half_width = 0;  // relative
};
Coverage coverage(const std::vector<Figures>& runs, Measure measure, double truth) {
  Coverage c;
  int held = 0;
  for (const Figures& f : runs) {
    if (!f[measure].has_interval()) continue;
    ++c.with_interval;
    c.mean_half_width += f[measure].half_width() / f[measure].value;
    if (holds(f[measure], truth)) ++held;
  }
  c.share = static_cast<double>(held) / c.with_interval;
  c.mean_half_width /= c.with_interval;
  return c;
}

}  // namespace

TEST_CASE("M/M/1: 95 % intervals of one long run hold the truth in 93 to 97 % of 400 runs") {
  const auto [rho, queries] = GENERATE(table<double, int>({{0.5, 100'000}, {0.8, 400'000}}));
  const auto runs = independent_runs<Figures>(400, queue(1, rho, kExponential, queries), {},
                                              [](const RunResult& r) { return r.figures; });
  for (const auto& [measure, truth] : {std::pair(Measure::mean, true_mean_us(rho)),
                                       {Measure::p50, true_quantile_us(rho, 0.5)},
                                       {Measure::p90, true_quantile_us(rho, 0.9)},
                                       {Measure::p95, true_quantile_us(rho, 0.95)},
                                       {Measure::p99, true_quantile_us(rho, 0.99)}}) {
    const Coverage c = coverage(runs, measure, truth);
    fmt::print("rho {} {:>4}: {:.2f} % of {} intervals hold the truth, half width {:.2f} %\n", rho, name_of(measure),
               100 * c.share, c.with_interval, 100 * c.mean_half_width);
    CHECK(c.with_interval == 400);
    // Five correlated figures: two standard errors (2.2 %) for the one that matters most, four for the others.
    const double margin = measure == Measure::p99 ? 0.02 : 0.044;
    CHECK(c.share == Approx(0.95).margin(margin));
  }
}

TEST_CASE("M/M/1: 95 % intervals of ten replications hold the truth in 93 to 97 % of 400 studies") {
  const double rho = 0.8;
  const auto runs = independent_runs<Figures>(400, queue(1, rho, kExponential, 20'000), {{"replications", "10"}},
                                              [](const RunResult& r) { return r.figures; });
  const Coverage c = coverage(runs, Measure::p99, true_quantile_us(rho, 0.99));
  fmt::print("10 replications, rho {}: {:.2f} % of {} intervals hold P99, half width {:.2f} %\n", rho, 100 * c.share,
             c.with_interval, 100 * c.mean_half_width);
  CHECK(c.with_interval >= 390);
  CHECK(c.share >= 0.93);
  CHECK(c.share <= 0.975);
}

TEST_CASE("a precision asked for is what one gets") {
  const double rho = 0.5;
  struct End {
    PrecisionEnd end;
    double reached;
    double error;
    std::int64_t queries;
  };
  const double truth = true_quantile_us(rho, 0.99);
  const auto runs =
      independent_runs<End>(200, queue(1, rho, kExponential, 5'000),
                            {{"precision", R"({"p99": "5 %", "max_queries": 1000000})"}}, [&](const RunResult& r) {
                              const Estimate& e = r.figures[Measure::p99];
                              return End{r.precision_end, std::max(e.high - e.value, e.value - e.low) / e.value,
                                         std::abs(e.value - truth) / truth, r.offered};
                            });
  int within = 0;
  double queries = 0;
  for (const End& e : runs) {
    CHECK(e.end == PrecisionEnd::met);
    CHECK(e.reached <= 0.05);
    within += e.error <= 0.05 ? 1 : 0;
    queries += static_cast<double>(e.queries) / 200;
  }
  fmt::print("precision of 5 % at 95 %: {} of 200 runs are within, {:.0f} queries on average\n", within, queries);
  CHECK(within >= 184);  // a sequential stop favours lucky widths: 92 % of the 95 %
}

TEST_CASE("a budget that does not suffice is said to be used up") {
  const RunResult r = run_replications(
      scenario(queue(1, 0.9, kExponential, 5'000), {{"precision", R"({"p99": "1 %", "max_queries": 20000})"}}), 1);
  CHECK(r.precision_end == PrecisionEnd::budget);
  CHECK(r.offered == 20'000);
}

TEST_CASE("cutting the warm-up that MSER finds beats no cut where a run starts far from its steady state") {
  // 300 clients ask at once at the start; in the steady state a hundredth of them wait.
  const int clients = 300;
  const std::string text = queue(1, 0.5, kExponential, 4'000);
  const std::string arrivals = fmt::format(
      R"({{"type": "closed-loop", "clients": {}, "think": "60 ms", "think_factor": {{"type": "exponential", "mean": 1}},
          "start": "at-once"}})",
      clients);
  // The truth, from mean value analysis of one exponential server and a pause.
  double response = 0;
  double waiting = 0;
  for (int n = 1; n <= clients; ++n) {
    response = kServiceUs * (1 + waiting);
    waiting = n / (response + 60'000) * response;
  }
  const auto error = [&](const std::string& warmup) {
    double squares = 0;
    for (const double mean :
         independent_runs<double>(200, text, {{"traffic.arrivals", arrivals}, {"traffic.warmup", warmup}},
                                  [](const RunResult& r) { return r.figures[Measure::mean].value; }))
      squares += (mean / response - 1) * (mean / response - 1) / 200;
    return std::sqrt(squares);
  };
  const double with_cut = error("\"auto\"");
  const double without = error("0");
  fmt::print("closed loop from a burst: error of the mean {:.2f} % with MSER's cut, {:.2f} % without\n", 100 * with_cut,
             100 * without);
  CHECK(with_cut < 0.5 * without);
}

TEST_CASE("paired intervals are narrower than unpaired ones, and hold the truth as often") {
  // The same queries on a server that is 5 % slower; the truth is the ratio of two exponential latencies' quantiles.
  const double rho = 0.5;
  const std::string text = queue(1, rho, kExponential, 100'000);
  const Changes slower{{"model.nets.work.top_mlp.time", "105 us"}};
  const auto take = std::function<Figures(const RunResult&)>([](const RunResult& r) { return r.figures; });
  const auto ours = independent_runs<Figures>(200, text, slower, take);
  const auto base = independent_runs<Figures>(200, text, {}, take);
  const double slower_rho = 1.05 * rho;
  const double truth = 1.05 * (1 - rho) / (1 - slower_rho) - 1;
  for (const Measure m : {Measure::mean, Measure::p50, Measure::p99}) {
    int held = 0;
    double paired = 0;
    double unpaired = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const Estimate e = relative_difference(ours[i][m], base[i][m], 0.95);
      held += holds(e, truth) ? 1 : 0;
      paired += e.half_width();
      unpaired += relative_difference(ours[i][m], base[(i + 1) % base.size()][m], 0.95).half_width();
    }
    fmt::print("difference of {:>4}: paired intervals {:.1f} times narrower, {} of 200 hold the truth\n", name_of(m),
               unpaired / paired, held);
    CHECK(unpaired / paired > 2);
    CHECK(held >= 184);
  }
}
