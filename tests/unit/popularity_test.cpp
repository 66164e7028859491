// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "chi_square.hpp"
#include "model/popularity.hpp"

using namespace shardsim;

namespace {

std::unique_ptr<const RankSampler> sampler(const std::string& json, std::int64_t rows) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<Choice<Popularity>>(d)->over(rows);
}

std::unique_ptr<const RankSampler> zipf(double s, std::int64_t rows) {
  return sampler(fmt::format(R"({{"type": "zipf", "s": {}}})", s), rows);
}

RandomStream stream(std::uint64_t id = 0) { return {7, 0, Purpose::rows, id}; }

// The sum of k^-s for k = first .. last: the first terms one by one, the others by Euler and Maclaurin.
double power_sum(double first, double last, double s) {
  constexpr double kOneByOne = 1000;
  double sum = 0;
  for (; first <= last && first < kOneByOne; ++first) sum += std::pow(first, -s);
  if (first > last) return sum;
  const auto f = [s](double x) { return std::pow(x, -s); };
  const double log_ratio = std::log(last / first);
  const double integral = s == 1 ? log_ratio : std::pow(first, 1 - s) * std::expm1((1 - s) * log_ratio) / (1 - s);
  return sum + integral + (f(first) + f(last)) / 2 + s / 12 * (f(first) / first - f(last) / last);
}

// First ranks of bins, of one rank each at first, then each an eighth as wide as it is far out; and `rows`.
std::vector<std::int64_t> edges_of(std::int64_t rows) {
  std::vector<std::int64_t> edges;
  for (std::int64_t first = 0; first < rows; first += std::max<std::int64_t>(1, first / 8)) edges.push_back(first);
  edges.push_back(rows);
  return edges;
}

std::vector<std::int64_t> counts_of(const RankSampler& ranks, const std::vector<std::int64_t>& edges, int draws) {
  std::vector<std::int64_t> counts(edges.size() - 1);
  RandomStream random = stream();
  for (int i = 0; i < draws; ++i) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), ranks.sample(random));
    if (above == edges.begin() || above == edges.end()) FAIL("a rank outside the table");
    ++counts[static_cast<std::size_t>(above - edges.begin()) - 1];
  }
  return counts;
}

constexpr int kDraws = 2'000'000;

}  // namespace

TEST_CASE("Zipf ranks have their exact probabilities, one by one in small tables", "[draws]") {
  const double s = GENERATE(0.0, 0.5, 0.84, 1.0, 1.2, 3.0);
  const std::int64_t rows = GENERATE(as<std::int64_t>{}, 1, 2, 10, 1000);
  CAPTURE(s, rows);
  std::vector<std::int64_t> edges;
  std::vector<double> masses;
  for (std::int64_t k = 0; k <= rows; ++k) edges.push_back(k);
  double all = 0;
  for (std::int64_t k = 0; k < rows; ++k) all += std::pow(static_cast<double>(k + 1), -s);
  for (std::int64_t k = 0; k < rows; ++k) masses.push_back(std::pow(static_cast<double>(k + 1), -s) / all);
  const ChiSquare test(counts_of(*zipf(s, rows), edges, kDraws), masses);
  CHECK(test.statistic < test.critical);
}

TEST_CASE("Zipf ranks have their exact probabilities, by bins in large tables", "[draws]") {
  const double s = GENERATE(0.0, 0.5, 0.84, 1.0, 1.2, 3.0);
  const std::int64_t rows = GENERATE(as<std::int64_t>{}, 1'000'000, 1'000'000'000, 1'000'000'000'000);
  CAPTURE(s, rows);
  const std::vector<std::int64_t> edges = edges_of(rows);
  const double all = power_sum(1, static_cast<double>(rows), s);
  std::vector<double> masses;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    masses.push_back(power_sum(static_cast<double>(edges[i] + 1), static_cast<double>(edges[i + 1]), s) / all);
  const ChiSquare test(counts_of(*zipf(s, rows), edges, kDraws), masses);
  CHECK(test.statistic < test.critical);
}

// The sampler takes the ranks from 128 on by bands a sixty-fourth as wide as their first rank is far out, and without
// its rejection all rows of a band would be as popular as its first. Bins that know the bands show that with few draws:
// the ranks before the bands, the first halves of all bands and their second halves.
TEST_CASE("Zipf ranks fall off within the bands of the sampler too", "[draws]") {
  const double s = GENERATE(0.84, 1.0);
  CAPTURE(s);
  constexpr std::int64_t kSingle = 128;
  constexpr std::int64_t kRows = 100'000;
  std::vector<std::size_t> bin_of(kRows, 0);
  for (std::int64_t first = kSingle, width = 0; first < kRows; first += width) {
    width = std::min(first / 64, kRows - first);
    for (std::int64_t i = 0; i < width; ++i) bin_of[static_cast<std::size_t>(first + i)] = i < (width + 1) / 2 ? 1 : 2;
  }
  const double all = power_sum(1, kRows, s);
  std::vector<double> masses(3);
  for (std::size_t k = 0; k < kRows; ++k) masses[bin_of[k]] += std::pow(static_cast<double>(k + 1), -s) / all;
  const auto ranks = zipf(s, kRows);
  RandomStream random = stream();
  std::vector<std::int64_t> counts(3);
  for (int i = 0; i < 10 * kDraws; ++i) ++counts[bin_of[static_cast<std::size_t>(ranks->sample(random))]];
  const ChiSquare test(counts, masses);
  CHECK(test.statistic < test.critical);
}

TEST_CASE("a Zipf exponent may be as large as a number can be: only the first row is left") {
  const double s = GENERATE(100.0, 1000.0, 1e308);
  const std::int64_t rows = GENERATE(as<std::int64_t>{}, 1, 2, 1'000'000'000);
  const auto ranks = zipf(s, rows);
  RandomStream random = stream();
  for (int i = 0; i < 10000; ++i) REQUIRE(ranks->sample(random) == 0);
}

TEST_CASE("ranks are a function of the stream") {
  const std::string popularity =
      GENERATE(R"({"type": "uniform"})", R"({"type": "zipf", "s": 0.9})",
               R"({"type": "reuse", "classes": [{"rows": 0.1, "accesses": 0.8}, {"rows": 0.9, "accesses": 0.2}]})");
  const auto ranks = sampler(popularity, 1'000'000);
  const auto same = sampler(popularity, 1'000'000);
  RandomStream one = stream(1);
  RandomStream again = stream(1);
  RandomStream other = stream(2);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t rank = ranks->sample(one);
    REQUIRE(rank == same->sample(again));
    equal += rank == ranks->sample(other) ? 1 : 0;
  }
  CHECK(equal < 200);  // two draws agree by chance with the sum of squared probabilities, below 0.02
}

TEST_CASE("uniform ranks are all alike", "[draws]") {
  const std::int64_t rows = GENERATE(as<std::int64_t>{}, 1, 2, 10, 1000);
  std::vector<std::int64_t> edges;
  for (std::int64_t k = 0; k <= rows; ++k) edges.push_back(k);
  const std::vector<double> masses(static_cast<std::size_t>(rows), 1 / static_cast<double>(rows));
  const ChiSquare test(counts_of(*sampler(R"({"type": "uniform"})", rows), edges, kDraws), masses);
  CHECK(test.statistic < test.critical);
}

TEST_CASE("a reuse curve is kept, whatever the table's size, and rows on a border have their part of both sides",
          "[draws]") {
  const std::string curve = R"({"type": "reuse", "classes": [{"rows": 0.01, "accesses": 0.6},
    {"rows": 0.24, "accesses": 0.3}, {"rows": 0.75, "accesses": 0.1}]})";
  const auto share_up_to = [](double x) {  // of the accesses, by the share x of the rows
    if (x <= 0.01) return 60 * x;
    return x <= 0.25 ? 0.6 + (x - 0.01) * 0.3 / 0.24 : 0.9 + (x - 0.25) * 0.1 / 0.75;
  };
  const std::int64_t rows = GENERATE(as<std::int64_t>{}, 1, 2, 3, 10, 1000, 1'000'000'000, 1'000'000'000'000);
  CAPTURE(rows);
  const std::vector<std::int64_t> edges = edges_of(rows);
  std::vector<double> masses;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    masses.push_back(share_up_to(static_cast<double>(edges[i + 1]) / static_cast<double>(rows)) -
                     share_up_to(static_cast<double>(edges[i]) / static_cast<double>(rows)));
  const ChiSquare test(counts_of(*sampler(curve, rows), edges, kDraws), masses);
  CHECK(test.statistic < test.critical);
}

TEST_CASE("rows that are never asked for are never drawn") {
  const auto ranks =
      sampler(R"({"type": "reuse", "classes": [{"rows": 0.5, "accesses": 1}, {"rows": 0.5, "accesses": 0}]})", 100);
  RandomStream random = stream();
  for (int i = 0; i < 100000; ++i) REQUIRE(ranks->sample(random) < 50);
}

TEST_CASE("the share of the first ranks is that of their weights") {
  const double s = GENERATE(0.0, 0.5, 1.0, 1.2, 30.0);
  constexpr std::int64_t kRows = 10'000'000;
  const auto law = zipf(s, kRows);
  CAPTURE(s);
  CHECK(law->share_below(0) == 0);
  CHECK(law->share_below(kRows) == 1);
  for (const std::int64_t rank : {1LL, 2LL, 63LL, 64LL, 65LL, 5000LL, 2'500'000LL, 9'999'999LL})
    CHECK(law->share_below(rank) ==
          Approx(power_sum(1, static_cast<double>(rank), s) / power_sum(1, kRows, s)).epsilon(1e-9));
}

TEST_CASE("the share of the first ranks follows a reuse curve, also within a class and within a row") {
  const std::string json = R"({"type": "reuse", "classes": [
    {"rows": 0.1, "accesses": 0.7}, {"rows": 0.4, "accesses": 0.2}, {"rows": 0.5, "accesses": 0.1}]})";
  const auto hundred = sampler(json, 100);
  CHECK(hundred->share_below(10) == Approx(0.7));
  CHECK(hundred->share_below(30) == Approx(0.8));
  CHECK(hundred->share_below(50) == Approx(0.9));
  CHECK(hundred->share_below(100) == Approx(1));
  // Two rows: the first has the first two classes, the second the last.
  CHECK(sampler(json, 2)->share_below(1) == Approx(0.9));
  CHECK(sampler(R"({"type": "uniform"})", 8)->share_below(2) == 0.25);
}
