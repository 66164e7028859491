// SPDX-License-Identifier: Apache-2.0
// The formulas that `shardsim validate` trusts, against values worked out by hand or by another formula.
#include "validation/queueing.hpp"

#include <boost/math/distributions/poisson.hpp>
#include <catch2/catch.hpp>
#include <cmath>

using namespace shardsim::queueing;

namespace {

// Mean wait in an M/D/c queue by another formula: sum over n of D (P(N >= n c) - P(N > n c) / rho), N a Poisson number
// of mean n c rho (C. D. Crommelin, 1932, and F. Pollaczek, 1930; R. Syski, "Introduction to Congestion Theory in
// Telephone Systems", 1960).
double mdc_mean_wait(int servers, double load, double service) {
  double wait = 0;
  for (int n = 1; n < 2000; ++n) {
    const boost::math::poisson arrivals(n * servers * load);
    const double more = cdf(complement(arrivals, n * servers));
    wait += more + pdf(arrivals, n * servers) - more / load;
  }
  return wait * service;
}

}  // namespace

TEST_CASE("M/M/1 and M/M/c") {
  CHECK(exponential_quantile(3, 0.5) == Approx(3 * std::log(2)));
  // a = 1.6: C = (a^2 / 2 / 0.2) / (1 + a + a^2 / 2 / 0.2) = 6.4 / 9.
  CHECK(erlang_c(2, 0.8) == Approx(6.4 / 9));
  CHECK(erlang_c(1, 0.3) == Approx(0.3));
  CHECK(mmc_mean(2, 0.8, 10) == Approx(10 + 6.4 / 9 * 10 / 0.4));
  CHECK(mmc_quantile(1, 0.7, 1, 0.99) == Approx(exponential_quantile(1 / 0.3, 0.99)));
  // Two servers at half load: m = w, C = 1/3, P(T > t) = (1 + t / 3) e^-t.
  const double t = mmc_quantile(2, 0.5, 1, 0.9);
  CHECK((1 + t / 3) * std::exp(-t) == Approx(0.1));
  // Many servers: nobody waits.
  CHECK(mmc_quantile(1000, 0.5, 1, 0.99) == Approx(exponential_quantile(1, 0.99)));
}

TEST_CASE("M/M/c/K") {
  // One server, two customers at most, half load: 1, 1/2 and 1/4 in proportion. One of seven is turned away, and one
  // seventh waits on average; 3/7 a service time are not turned away.
  CHECK(mmck(1, 2, 0.5, 10).blocked == Approx(1.0 / 7));
  CHECK(mmck(1, 2, 0.5, 10).mean_wait == Approx(10.0 / 3));
  // Two servers and twice their load: 1, 4, 8, 16 in proportion.
  CHECK(mmck(2, 3, 2, 10).blocked == Approx(16.0 / 29));
  // No room to wait: Erlang's B, by which his C is B / (1 - rho (1 - B)).
  const double b = mmck(5, 5, 0.7, 1).blocked;
  CHECK(b / (1 - 0.7 * (1 - b)) == Approx(erlang_c(5, 0.7)));
  CHECK(mmck(5, 5, 0.7, 1).mean_wait == 0);
  // Room for all.
  CHECK(mmck(5, 1000, 0.7, 3).blocked == Approx(0).margin(1e-12));
  CHECK(mmck(5, 1000, 0.7, 3).mean_wait == Approx(mmc_mean(5, 0.7, 3) - 3));
}

TEST_CASE("M/G/1 and M/D/c") {
  CHECK(mg1_mean(0.7, 1, 1) == Approx(1 / 0.3));  // exponential service
  for (const double load : {0.5, 0.8}) CHECK(Mdc(1, load, 10).mean() == Approx(mg1_mean(load, 10, 0)).epsilon(1e-9));
  for (const int servers : {1, 2, 4, 16})
    CHECK(Mdc(servers, 0.8, 10).mean() == Approx(10 + mdc_mean_wait(servers, 0.8, 10)).epsilon(1e-8));
  // One server, lambda = 0.7: P(W <= 1.5) = 0.3 (e^(0.7 1.5) - 0.7 0.5 e^(0.7 0.5)) (A. K. Erlang, 1909).
  const Mdc one(1, 0.7, 1);
  CHECK(one.wait_below(0) == Approx(0.3));
  CHECK(one.wait_below(1.5) == Approx(0.3 * (std::exp(1.05) - 0.35 * std::exp(0.35))));
  CHECK(one.quantile(0.2) == 1);
  CHECK(one.wait_below(one.quantile(0.99) - 1) == Approx(0.99));
}

TEST_CASE("sums and maxima of exponential times") {
  // Erlang-2 at 99 %: half of the chi-squared distribution's 13.2767 at four degrees of freedom.
  CHECK(sum_of_exponentials_quantile({1, 1}, 0.99) == Approx(13.2767 / 2).epsilon(1e-5));
  // Means 1 and 2: P(T > t) = 2 y - y^2, y = e^(-t / 2), so that y = 1 - sqrt(0.99).
  CHECK(sum_of_exponentials_quantile({1, 2}, 0.99) == Approx(-2 * std::log(1 - std::sqrt(0.99))));
  CHECK(largest_exponential_mean(3, 6) == Approx(6 + 3 + 2));
  CHECK(largest_exponential_quantile(2, 1, 0.81) == Approx(-std::log(0.1)));  // 0.9^2 = 0.81
}

TEST_CASE("fork-join of two") {
  CHECK(fork_join_two_mean(0.5, 1) == Approx(11.5 / 8 * 2));
  // Nearly idle, it is the larger of two exponential times.
  CHECK(fork_join_two_mean(1e-9, 1) == Approx(largest_exponential_mean(2, 1)));
}

TEST_CASE("closed networks") {
  CHECK(mean_value_analysis(1, 100, {10, 20}).response == Approx(30));
  // One station, no pause: all others are ahead, and the station is always busy.
  CHECK(mean_value_analysis(5, 0, {10}).response == Approx(50));
  // Balanced stations, no pause: throughput n / (n + m - 1) of one station's.
  CHECK(mean_value_analysis(3, 0, {10, 10}).throughput == Approx(3.0 / 4 / 10));
}

TEST_CASE("priorities: the waits of all classes, weighted by their loads, are those without them") {
  // Kleinrock's conservation law.
  const std::vector<double> loads{0.2, 0.5};
  const std::vector<double> waits = priority_waits(3, loads, 10);
  const double all = 0.7;
  CHECK(waits[0] < waits[1]);
  CHECK((0.2 * waits[0] + 0.5 * waits[1]) / all == Approx(mmc_mean(3, all, 10) - 10));
  // M/M/1 as M/G/1: E[S^2] = 2 s^2.
  const std::vector<double> general = priority_waits_mg1(0.07, 200, loads);
  const std::vector<double> single = priority_waits(1, loads, 10);
  CHECK(general[0] == Approx(single[0]));
  CHECK(general[1] == Approx(single[1]));
  // By hand: 0.7 x 10 / 0.8, and 0.7 x 10 / (0.8 x 0.3).
  CHECK(single[0] == Approx(8.75));
  CHECK(single[1] == Approx(7 / 0.24));
}

TEST_CASE("batches of one are the plain queues") {
  CHECK(bulk_exponential_mean(1, 0.8, 10) == Approx(mmc_mean(1, 0.8, 10)));
  CHECK(bulk_constant_mean(1, 0.8, 10) == Approx(mg1_mean(0.8, 10, 0)));
}

TEST_CASE("bulk service by hand") {
  // Batches of 2 at twice the rate of services: m r^3 - 3 m r + 2 m = (r - 1)^2 (r + 2), all but full. At the rate of
  // services: r^3 - 2 r + 1 = (r - 1)(r^2 + r - 1), r = (sqrt 5 - 1) / 2.
  const double r = (std::sqrt(5) - 1) / 2;
  const double none = 1 / (1 / (1 - r) + 1);
  CHECK(bulk_exponential_mean(2, 0.5, 1) == Approx(none * r / ((1 - r) * (1 - r)) + 1));
  // Hardly anybody comes: one who does waits if one of the few before is in service, for half of it.
  CHECK(bulk_constant_mean(8, 1e-3 / 8, 1) == Approx(1 + 1e-3 / 2).epsilon(1e-5));
  // Ever larger batches: whoever comes goes with the next, in the middle of a service on average.
  CHECK(bulk_constant_mean(1000, 0.01, 1) == Approx(1.5).epsilon(1e-3));
}
