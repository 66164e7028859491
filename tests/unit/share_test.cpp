// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "stats/share.hpp"

using namespace shardsim;

namespace {

constexpr double kConfidence = 0.95;

// Ones with the chance `p`, drawn anew for each stretch of `stretch` observations.
Sections trials(std::uint64_t seed, std::size_t count, double p, std::size_t stretch) {
  std::mt19937_64 random(seed);
  std::bernoulli_distribution one(p);
  Sections out;
  bool is_one = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % stretch == 0) is_one = one(random);
    out.record(i, is_one ? 1 : 0, {});
  }
  return out;
}

}  // namespace

TEST_CASE("a share of which no observation was the other has an interval all the same") {
  // 0 of n: what is larger than the upper end u has a chance below 2.5 % of showing none: (1 - u)^n = 0.025.
  const double upper = 1 - std::pow(0.025, 1.0 / 3000);
  const Estimate none = estimate_share({trials(1, 3000, 0, 1)}, kConfidence);
  CHECK(none.value == 0);
  CHECK(none.low == 0);
  CHECK(none.high == Approx(upper).epsilon(1e-6));
  const Estimate all = estimate_share({trials(1, 3000, 1, 1)}, kConfidence);
  CHECK(all.value == 1);
  CHECK(all.low == Approx(1 - upper).epsilon(1e-6));
  CHECK(all.high == 1);
}

TEST_CASE("the interval of a share holds the truth, of independent trials and of such that come in stretches",
          "[draws]") {
  const double p = 0.9;
  for (const std::size_t stretch : {1UL, 50UL}) {
    int held = 0;
    constexpr int kRuns = 300;
    for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
      const Estimate e = estimate_share({trials(seed, 20'000, p, stretch)}, kConfidence);
      held += e.low <= p && p <= e.high ? 1 : 0;
    }
    CAPTURE(stretch);
    CHECK(held >= 0.92 * kRuns);  // 95 % less 2.5 standard errors
  }
}

TEST_CASE("of nothing there is no share") { CHECK_FALSE(estimate_share({Sections()}, kConfidence).has_interval()); }
