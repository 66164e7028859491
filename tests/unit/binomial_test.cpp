// SPDX-License-Identifier: Apache-2.0
// Numbers of successes, what counts over time keep, and a bijection and its inverse.
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/binomial.hpp"
#include "serving/cache_totals.hpp"
#include "workload/bijection.hpp"

using namespace shardsim;

namespace {

RandomStream stream(std::uint64_t id) { return {1, 0, Purpose::cache_hits, id}; }

}  // namespace

TEST_CASE("successes of few trials have the binomial chances") {
  // P(k of 4 at 0.3) = C(4, k) 0.3^k 0.7^(4 - k).
  const std::vector<double> chances{0.2401, 0.4116, 0.2646, 0.0756, 0.0081};
  constexpr int kDraws = 100'000;
  for (const bool mirrored : {false, true}) {  // above one half, failures are drawn
    std::vector<double> seen(chances.size());
    for (int i = 0; i < kDraws; ++i) {
      RandomStream random = stream(static_cast<std::uint64_t>(i));
      const std::int64_t k = binomial_number(random, 4, mirrored ? 0.7 : 0.3);
      seen.at(static_cast<std::size_t>(mirrored ? 4 - k : k)) += 1;
    }
    double square = 0;
    for (std::size_t k = 0; k < chances.size(); ++k)
      square += std::pow(seen[k] - kDraws * chances[k], 2) / (kDraws * chances[k]);
    CHECK(square < 18.5);  // chi-square of 4 degrees of freedom: 0.1 %
  }
}

TEST_CASE("successes of many trials have the binomial mean and variance, and stay in range") {
  for (const auto& [n, p] : std::vector<std::pair<std::int64_t, double>>{{100, 0.2}, {1000, 0.04}, {5000, 0.9}}) {
    const double mean = static_cast<double>(n) * p;
    const double variance = mean * (1 - p);
    constexpr int kDraws = 20'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      RandomStream random = stream(static_cast<std::uint64_t>(i));
      const std::int64_t k = binomial_number(random, n, p);
      REQUIRE((k >= 0 && k <= n));
      sum += static_cast<double>(k);
      squares += std::pow(static_cast<double>(k) - mean, 2);
    }
    CHECK(sum / kDraws == Approx(mean).margin(4 * std::sqrt(variance / kDraws)));
    CHECK(squares / kDraws == Approx(variance).epsilon(4 * std::sqrt(2.0 / kDraws)));
  }
}

TEST_CASE("what is sure needs no draw") {
  RandomStream random = stream(0);
  CHECK(binomial_number(random, 0, 0.5) == 0);
  CHECK(binomial_number(random, 7, 0) == 0);
  CHECK(binomial_number(random, 7, 1) == 7);
}

TEST_CASE("counts over time keep all counts when stretches double") {
  CountsOverTime counts;
  const auto at = [](std::int64_t us) { return Time(std::chrono::microseconds(us)); };
  counts.add(at(0), {10, 1});
  counts.add(at(63), {10, 2});
  REQUIRE(counts.stretch() == std::chrono::microseconds(1));
  REQUIRE(counts.counts().size() == 64);
  counts.add(at(200), {10, 4});  // 256 us in 64 stretches: of 4 us each
  CHECK(counts.stretch() == std::chrono::microseconds(4));
  CHECK(counts.counts().at(0).hits == 1);
  CHECK(counts.counts().at(15).hits == 2);  // 60 .. 64 us
  CHECK(counts.counts().at(50).hits == 4);
  CountsOverTime other;
  other.add(at(61), {5, 5});
  other += counts;
  CHECK(other.stretch() == counts.stretch());
  CHECK(other.counts().at(15).hits == 7);
  CHECK(other.counts().at(15).lookups == 15);
}

TEST_CASE("a bijection's inverse undoes it") {
  for (const std::int64_t size : {1, 2, 3, 10, 1000, 99'991}) {
    const Bijection scatter(size);
    const Bijection back = scatter.inverse();
    for (std::int64_t n = 0; n < size; n += std::max<std::int64_t>(1, size / 1000)) REQUIRE(back(scatter(n)) == n);
  }
  const std::int64_t large = 1'000'000'000'007;
  CHECK(Bijection(large).inverse()(Bijection(large)(123'456'789'012)) == 123'456'789'012);
}
