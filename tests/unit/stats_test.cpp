// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "stats/band_sums.hpp"
#include "stats/histogram.hpp"
#include "stats/paged_sums.hpp"
#include "stats/place_times.hpp"

using namespace shardsim;

TEST_CASE("a histogram keeps any value to within 0.1 %, small ones exactly") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const double exponent = std::uniform_real_distribution<double>(0, 18)(random);
    const auto value = static_cast<std::int64_t>(std::pow(10, exponent));
    Histogram h;
    h.record(0);
    h.record(value);
    h.record(std::int64_t{1} << 62);
    const double error = std::abs(h.quantile(0.5) - static_cast<double>(value));
    REQUIRE(error <= 0.001 * static_cast<double>(value));
    if (value < 2048) REQUIRE(error == 0);
  }
}

TEST_CASE("quantiles are those of the sorted values, and merging loses nothing") {
  std::mt19937_64 random(2);
  std::lognormal_distribution<double> law(20, 1);
  std::vector<std::int64_t> values;
  Histogram whole;
  Histogram part[3];
  for (int i = 0; i < 30000; ++i) {
    values.push_back(static_cast<std::int64_t>(law(random)));
    whole.record(values.back());
    part[i % 3].record(values.back());
  }
  part[0].merge(part[1]);
  part[0].merge(part[2]);
  part[0].merge(Histogram());
  std::sort(values.begin(), values.end());
  for (const double q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * 30000)));
    CHECK(whole.quantile(q) == Approx(static_cast<double>(values[rank - 1])).epsilon(0.001));
    CHECK(part[0].quantile(q) == whole.quantile(q));
  }
  double sum = 0;
  for (const std::int64_t v : values) sum += static_cast<double>(v);
  CHECK(whole.mean() == Approx(sum / 30000).epsilon(1e-12));
  CHECK(whole.min() == values.front());
  CHECK(whole.max() == values.back());
  CHECK(part[0].mean() == whole.mean());
  CHECK(part[0].count() == 30000);
}

TEST_CASE("an empty histogram answers zero, and its CDF has no points") {
  const Histogram h;
  CHECK(h.quantile(0.99) == 0);
  CHECK(h.mean() == 0);
  CHECK(h.min() == 0);
  CHECK(h.cdf(100).empty());
}

TEST_CASE("a CDF rises and ends at 1") {
  Histogram h;
  std::mt19937_64 random(3);
  for (int i = 0; i < 10000; ++i) h.record(static_cast<std::int64_t>(random() % 1'000'000'000));
  const auto cdf = h.cdf(200);
  REQUIRE(cdf.size() > 100);
  REQUIRE(cdf.size() < 1000);
  for (std::size_t i = 1; i < cdf.size(); ++i) {
    CHECK(cdf[i].first > cdf[i - 1].first);
    CHECK(cdf[i].second > cdf[i - 1].second);
  }
  CHECK(cdf.back().second == 1);
}

TEST_CASE("bands: the whole range gives the mean, a band only what lies in it, merged or not") {
  // Values 1..100 x 1000 with a quantity of value: far apart compared with a bucket.
  BandBuckets<double> all;
  BandBuckets<double> halves[2];
  for (int i = 1; i <= 100; ++i) {
    all.observe(i * 1000) += i;
    halves[i % 2].observe(i * 1000) += i;
  }
  halves[0].merge(halves[1], [](double& into, double from) { into += from; });
  const auto mean = [](const BandBuckets<double>& bands, double low, double high) {
    double m = 0;
    bands.average(low, high, [&](double sum, double factor) { m += sum * factor; });
    return m;
  };
  for (const BandBuckets<double>* bands : {&all, &halves[0]}) {
    CHECK(mean(*bands, 0, 1) == Approx(50.5));
    CHECK(mean(*bands, 0.985, 0.995) == Approx(99).margin(1));
    CHECK(mean(*bands, 0.45, 0.55) == Approx(50.5).margin(1));
  }
  CHECK(mean(BandBuckets<double>(), 0, 1) == 0);
}

TEST_CASE("times by place: appended ones may be taken back, and come together where chains do") {
  const auto ps = [](int n) { return Duration(n); };
  PlaceTimes<2> times;
  times.append(7, ps(1));
  const std::size_t before = times.entries().size();
  times.append(8, ps(10));
  times.append(7, ps(100));
  times.append(9, ps(0));  // no time is no entry
  CHECK(times.entries().size() == 3);
  CHECK(times.total() == ps(111));

  PlaceTimes<2> chain;
  chain += times;
  REQUIRE(chain.entries().size() == 2);
  CHECK(chain.entries()[0].place == 7);
  CHECK(chain.entries()[0].time == ps(101));
  CHECK(chain.total() == times.total());

  times.cut(before);
  CHECK(times.entries().size() == 1);
  CHECK(times.total() == ps(1));
}

TEST_CASE("paged sums are those of a vector, and take memory near the places that were added to") {
  PagedSums sums;
  std::vector<double> expected(100'000);
  for (const std::size_t place : {0u, 63u, 64u, 99'999u, 63u}) {
    sums.add(place, static_cast<double>(place) + 0.5);
    expected[place] += static_cast<double>(place) + 0.5;
  }
  std::size_t places = 0;
  double total = 0;
  sums.for_each([&](std::size_t place, double sum) {
    if (place < expected.size()) CHECK(sum == expected[place]);
    ++places;
    total += sum;
  });
  CHECK(total == 0.5 + 2 * 63.5 + 64.5 + 99'999.5);
  CHECK(places <= 4 * 64);
}
