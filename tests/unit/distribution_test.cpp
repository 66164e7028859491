// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/geometric.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <functional>

#include "chi_square.hpp"
#include "engine/distribution.hpp"
#include "engine/gamma.hpp"
#include "engine/normal.hpp"
#include "engine/poisson.hpp"
#include "engine/quantile_table.hpp"

using namespace shardsim;

namespace {

Choice<Distribution> distribution(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<Choice<Distribution>>(d);
}

constexpr int kDraws = 500'000;

std::vector<double> drawn(const Distribution& d) {
  RandomStream random(11, 0, Purpose::jitter, 0);
  std::vector<double> samples;
  for (int i = 0; i < kDraws; ++i) samples.push_back(d.sample(random));
  return samples;
}

// Mean and variance lie within five standard errors (one false alarm in 1.7 million); that of the variance by the
// fourth moment of the samples.
void check_moments(const Distribution& d, const std::vector<double>& samples, double mean, double variance) {
  CHECK(d.mean() == Approx(mean).epsilon(1e-12));
  const auto n = static_cast<double>(samples.size());
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  for (const double x : samples) {
    const double square = (x - mean) * (x - mean);
    sum += x - mean;
    squares += square;
    fourths += square * square;
  }
  CHECK(std::abs(sum / n) <= 5 * std::sqrt(variance / n));
  const double spread = std::sqrt(std::max(0.0, fourths / n - squares / n * (squares / n)) / n);
  CHECK(std::abs(squares / n - variance) <= 5 * spread);
}

// `below(x)`: probability of less than x. Bins are from one edge up to less than the next; the outer two are open.
void check_law(const std::vector<double>& samples, const std::vector<double>& edges,
               const std::function<double(double)>& below) {
  std::vector<std::int64_t> counts(edges.size() + 1);
  for (const double x : samples)
    ++counts[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin())];
  std::vector<double> masses;
  for (std::size_t i = 0; i <= edges.size(); ++i)
    masses.push_back((i < edges.size() ? below(edges[i]) : 1) - (i > 0 ? below(edges[i - 1]) : 0));
  const ChiSquare test(counts, masses);
  CHECK(test.statistic < test.critical);
}

// Edges at whole numbers, around the mean as far as the tail matters.
std::vector<double> whole_edges(double mean, double deviation) {
  const double step = std::max(1.0, std::floor(deviation / 8));
  std::vector<double> edges;
  for (double x = std::max(1.0, std::floor(mean - 6 * deviation)); x < mean + 12 * deviation; x += step)
    edges.push_back(x);
  return edges;
}

std::vector<double> even_edges(double low, double high) {
  constexpr int kBins = 40;
  std::vector<double> edges;
  for (int i = 1; i < kBins; ++i) edges.push_back(low + (high - low) * i / kBins);
  return edges;
}

void check_whole(const std::string& json, double mean, double variance, const std::function<double(double)>& below) {
  CAPTURE(json);
  const Choice<Distribution> d = distribution(json);
  const std::vector<double> samples = drawn(*d);
  for (const double x : samples)
    if (x < 0 || x != std::floor(x)) FAIL("not a whole number from 0: " << x);
  check_moments(*d, samples, mean, variance);
  check_law(samples, whole_edges(mean, std::sqrt(variance)), below);
}

}  // namespace

TEST_CASE("Poisson numbers have their law, by inversion and by rejection", "[draws]") {
  const double mean = GENERATE(0.01, 0.7, 5.0, 29.9, 30.0, 31.5, 100.0, 1e4, 1e6, 1e9);
  const boost::math::poisson_distribution<double> law(mean);
  check_whole(fmt::format(R"({{"type": "poisson", "mean": {}}})", mean), mean, mean,
              [&](double x) { return boost::math::cdf(law, x - 1); });
}

TEST_CASE("huge Poisson numbers have the law of normal numbers, which is theirs within 5e-7 (Berry and Esseen)",
          "[draws]") {
  const double mean = GENERATE(1e12, 1e15);
  const boost::math::normal_distribution<double> law(mean, std::sqrt(mean));
  check_whole(fmt::format(R"({{"type": "poisson", "mean": {}}})", mean), mean, mean,
              [&](double x) { return boost::math::cdf(law, x - 0.5); });
}

TEST_CASE("a Poisson number of mean 0 is 0") {
  RandomStream random(1, 0, Purpose::jitter, 0);
  for (int i = 0; i < 100; ++i) REQUIRE(poisson_number(random, 0) == 0);
}

TEST_CASE("geometric numbers have their law, counted from 0 or from 1", "[draws]") {
  const double beyond = GENERATE(0.01, 1.0, 3.5, 80.0, 1e6);
  const int from = GENERATE(0, 1);
  const boost::math::geometric_distribution<double> law(1 / (1 + beyond));
  check_whole(fmt::format(R"({{"type": "geometric", "mean": {}, "from": {}}})", beyond + from, from), beyond + from,
              beyond * (1 + beyond), [&](double x) { return x <= from ? 0 : boost::math::cdf(law, x - from - 1); });
}

TEST_CASE("a geometric number from 1 with mean 1 is always 1") {
  const Choice<Distribution> d = distribution(R"({"type": "geometric", "mean": 1, "from": 1})");
  CHECK(d->is_constant());
  RandomStream random(1, 0, Purpose::jitter, 0);
  for (int i = 0; i < 100; ++i) REQUIRE(d->sample(random) == 1);
}

TEST_CASE("negative binomial numbers have their law, given by dispersion or coefficient of variation", "[draws]") {
  const double mean = GENERATE(0.3, 4.0, 60.0, 5000.0);
  const double dispersion = GENERATE(0.01, 0.5, 1.0, 9.0);
  const boost::math::negative_binomial_distribution<double> law(1 / dispersion, 1 / (1 + mean * dispersion));
  const double variance = mean + dispersion * mean * mean;
  const std::string spread = GENERATE("dispersion", "cv");
  const double value = spread == "cv" ? std::sqrt(variance) / mean : dispersion;
  check_whole(fmt::format(R"({{"type": "negative-binomial", "mean": {}, "{}": {}}})", mean, spread, value), mean,
              variance, [&](double x) { return boost::math::cdf(law, x - 1); });
}

TEST_CASE("gamma numbers have their law, for shapes below and above 1", "[draws]") {
  const double shape = GENERATE(0.05, 0.5, 1.0, 2.5, 1000.0);
  CAPTURE(shape);
  const boost::math::gamma_distribution<double> law(shape);
  RandomStream random(12, 0, Purpose::jitter, 0);
  std::vector<double> parts;  // the distribution function of the samples is uniform
  for (int i = 0; i < kDraws; ++i) parts.push_back(boost::math::cdf(law, standard_gamma(random, shape)));
  check_law(parts, even_edges(0, 1), [](double x) { return x; });
}

TEST_CASE("normal quantiles are right to the last digits, in the centre and far out in both tails") {
  // Boost's in long double, by its complement above 1/2. Wichura claims about 1e-16 before rounding; a few roundings of
  // doubles come on top.
  const boost::math::normal_distribution<long double> law;
  constexpr double kTolerance = 1e-15;
  const auto error = [&](double p) {
    const long double from_above = 1 - static_cast<long double>(p);
    const long double right = p < 0.5 ? boost::math::quantile(law, static_cast<long double>(p))
                                      : boost::math::quantile(boost::math::complement(law, from_above));
    return static_cast<double>(std::abs((normal_quantile(p) - right) / right));
  };
  double largest = 0;
  RandomStream random(14, 0, Purpose::jitter, 0);
  for (int i = 0; i < 20'000; ++i) largest = std::max(largest, error(random.uniform()));
  // As far as uniform numbers go, on both sides of 1/2 and towards it, and in the lower tail to the end of doubles.
  for (double halvings = 1.01; halvings < 53; halvings += 0.05) {
    const double p = std::exp2(-halvings);
    for (const double q : {p, 1 - p, 0.5 - p / 2, 0.5 + p / 2}) largest = std::max(largest, error(q));
  }
  for (double halvings = 53; halvings < 1000; ++halvings) largest = std::max(largest, error(std::exp2(-halvings)));
  CHECK(largest < kTolerance);
  CHECK(normal_quantile(0.5) == 0);
}

TEST_CASE("normal quantiles rise, but for rounding where two approximations meet") {
  for (const double seam : {0.075, 0.925, std::exp(-25.0), 1 - std::exp(-25.0)}) {
    double p = seam * (1 - 1e-13);
    for (double last = normal_quantile(p); p < std::min(1.0, seam * (1 + 1e-13)); p = std::nextafter(p, 1)) {
      const double x = normal_quantile(p);
      REQUIRE(x >= last - 1e-15 * std::abs(last));
      last = x;
    }
  }
}

TEST_CASE("bounded Pareto numbers have their law and stay within the bounds", "[draws]") {
  const double shape = GENERATE(0.5, 1.0, 1.16, 2.0, 3.0);
  CAPTURE(shape);
  constexpr double kLeast = 2;
  constexpr double kMost = 500;
  const Choice<Distribution> d =
      distribution(fmt::format(R"({{"type": "pareto", "shape": {}, "least": 2, "most": 500}})", shape));
  const std::vector<double> samples = drawn(*d);
  for (const double x : samples)
    if (x < kLeast || x > kMost) FAIL("outside the bounds: " << x);
  const double cut = std::pow(kLeast / kMost, shape);
  const auto moment = [&](double k) {  // integral of x^k times the density
    const double scale = shape * std::pow(kLeast, shape) / (1 - cut);
    return k == shape ? scale * std::log(kMost / kLeast)
                      : scale * (std::pow(kMost, k - shape) - std::pow(kLeast, k - shape)) / (k - shape);
  };
  check_moments(*d, samples, moment(1), moment(2) - moment(1) * moment(1));
  const auto below = [&](double x) { return (1 - std::pow(kLeast / x, shape)) / (1 - cut); };
  std::vector<double> edges;
  for (double x = kLeast * 1.1; x < kMost; x *= 1.1) edges.push_back(x);
  check_law(samples, edges, below);
}

TEST_CASE("bounded Pareto means are right at extreme shapes and bounds") {
  const auto mean = [](double shape, double least, double most) {
    return distribution(
               fmt::format(R"({{"type": "pareto", "shape": {}, "least": {}, "most": {}}})", shape, least, most))
        ->mean();
  };
  CHECK(mean(1 + 1e-13, 1, 1e6) == Approx(mean(1, 1, 1e6)).epsilon(1e-9));
  CHECK(mean(1 - 1e-13, 1, 1e6) == Approx(mean(1, 1, 1e6)).epsilon(1e-9));
  CHECK(mean(1, 1, 1e6) == Approx(std::log(1e6) / (1 - 1e-6)));
  CHECK(mean(1000, 1, 1e18) == Approx(1000.0 / 999));
  CHECK(mean(2, 5, 5 + 1e-6) == Approx(5).epsilon(1e-6));
}

TEST_CASE("a histogram's values and bins come by their weights", "[draws]") {
  const Choice<Distribution> d = distribution(R"({"type": "histogram", "bins": [{"value": 0, "weight": 2},
    {"value": 9, "weight": 0}, {"low": 1, "high": 3, "weight": 5}, {"low": 3, "high": 10, "weight": 2},
    {"value": 20, "weight": 1}, {"value": 30, "weight": 0}]})");
  const std::vector<double> samples = drawn(*d);
  const double mean = (5 * 2 + 2 * 6.5 + 20) / 10;
  const double squares = (5 * (27.0 - 1) / 3 / 2 + 2 * (1000.0 - 27) / 3 / 7 + 400) / 10;
  check_moments(*d, samples, mean, squares - mean * mean);
  const auto below = [](double x) {
    double mass = x > 0 ? 0.2 : 0;
    mass += 0.5 * std::clamp((x - 1) / 2, 0.0, 1.0) + 0.2 * std::clamp((x - 3) / 7, 0.0, 1.0);
    return mass + (x > 20 ? 0.1 : 0);
  };
  check_law(samples, {0.5, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 9.5, 10.5, 19, 21}, below);
  CHECK(std::count(samples.begin(), samples.end(), 9) == 0);
  CHECK(std::count(samples.begin(), samples.end(), 30) == 0);
}

TEST_CASE("a histogram of one bin is the uniform distribution, draw for draw") {
  const std::vector<double> one = drawn(*distribution(R"({"type": "uniform", "low": 1, "high": 5})"));
  const std::vector<double> other =
      drawn(*distribution(R"({"type": "histogram", "bins": [{"low": 1, "high": 5, "weight": 7}]})"));
  double largest = 0;
  for (std::size_t i = 0; i < one.size(); ++i) largest = std::max(largest, std::abs(one[i] - other[i]));
  CHECK(largest < 1e-14 * 5);
}

TEST_CASE("distributions of one formula have their law", "[draws]") {
  const auto check = [](const std::string& json, double mean, double variance, const std::vector<double>& edges,
                        const std::function<double(double)>& below) {
    CAPTURE(json);
    const Choice<Distribution> d = distribution(json);
    const std::vector<double> samples = drawn(*d);
    check_moments(*d, samples, mean, variance);
    check_law(samples, edges, below);
  };
  check(R"({"type": "fixed", "value": 3})", 3, 0, {2, 4}, [](double x) { return x > 3 ? 1 : 0; });
  check(R"({"type": "uniform", "low": 1, "high": 5})", 3, 16.0 / 12, even_edges(1, 5),
        [](double x) { return (x - 1) / 4; });
  check(R"({"type": "exponential", "mean": 4})", 4, 16, even_edges(0, 40),
        [](double x) { return -std::expm1(-x / 4); });
  const double log_variance = std::log1p(0.25);
  check(R"({"type": "lognormal", "mean": 5, "cv": 0.5})", 5, 25 * 0.25, even_edges(0, 20), [&](double x) {
    return boost::math::cdf(boost::math::lognormal(std::log(5) - log_variance / 2, std::sqrt(log_variance)), x);
  });
  check(R"({"type": "empirical", "quantiles": [1, 1, 4]})", 2, 2, {2}, [](double) { return 2.0 / 3; });
  check(R"({"type": "cdf", "points": [[1, 20], [3, 60], [4, 100]]})", 2.4, 103.0 / 15 - 2.4 * 2.4,
        {1.5, 2, 2.5, 3, 3.5}, [](double x) { return x <= 3 ? 0.2 + 0.2 * (x - 1) : 0.6 + 0.4 * (x - 3); });
}

TEST_CASE("samples are a function of the stream") {
  const std::string json =
      GENERATE(R"({"type": "poisson", "mean": 5})", R"({"type": "poisson", "mean": 500})",
               R"({"type": "geometric", "mean": 5})", R"({"type": "negative-binomial", "mean": 50, "cv": 1})",
               R"({"type": "pareto", "shape": 1.5, "least": 1, "most": 1000})",
               R"({"type": "histogram", "bins": [{"low": 0, "high": 5, "weight": 1}, {"value": 9, "weight": 2}]})");
  CAPTURE(json);
  CHECK(drawn(*distribution(json)) == drawn(*distribution(json)));
}

TEST_CASE("a table of quantiles gives what the quantile function gives") {
  for (const char* json :
       {R"({"type": "lognormal", "mean": 1, "cv": 0.05})", R"({"type": "lognormal", "mean": 7, "cv": 1})",
        R"({"type": "exponential", "mean": 1})", R"({"type": "uniform", "low": 2, "high": 3})"}) {
    INFO(json);
    const Choice<Distribution> d = distribution(json);
    const ByInversion& exact = *d->by_inversion();
    const std::unique_ptr<const QuantileTable> table = QuantileTable::of(exact);
    REQUIRE(table != nullptr);
    double worst = 0;
    const auto compare = [&](std::uint64_t word) {
      worst = std::max(worst, std::abs(table->at(word) / exact.quantile(uniform_of(word)) - 1));
    };
    for (std::uint64_t i = 0; i < 200'000; ++i) compare(split_mix(1, i));
    // On both sides of each joint between pieces, in both tails, and beyond the last of them.
    for (int bit = 40; bit < 64; ++bit)
      for (std::uint64_t piece = 0; piece < 8; ++piece) {
        const std::uint64_t joint = (std::uint64_t{1} << bit) + (piece << (bit - 3));
        for (const std::uint64_t word : {joint, joint - 4096}) compare(word), compare(~word);
      }
    CHECK(worst < QuantileTable::kPrecision);
  }
}

TEST_CASE("there is no table of quantiles where there are steps, or polynomials are less precise than it says") {
  for (const char* json : {R"({"type": "geometric", "mean": 3})", R"({"type": "lognormal", "mean": 1, "cv": 90})"})
    CHECK(QuantileTable::of(*distribution(json)->by_inversion()) == nullptr);
}

TEST_CASE("distributions of one form share a table of quantiles, up to their scale") {
  QuantileTables tables;
  const auto lognormal = [](double mean, double cv) {
    return distribution(fmt::format(R"({{"type": "lognormal", "mean": {}, "cv": {}}})", mean, cv));
  };
  const Choice<Distribution> one = lognormal(1, 0.6);
  const Choice<Distribution> larger = lognormal(21.27, 0.6);
  const Choice<Distribution> wider = lognormal(1, 0.7);
  const Choice<Distribution> exponential = distribution(R"({"type": "exponential", "mean": 0.6})");
  const ScaledQuantiles first = tables.of(*one->by_inversion());
  CHECK(tables.of(*larger->by_inversion()).table == first.table);
  CHECK(tables.of(*wider->by_inversion()).table != first.table);
  CHECK(tables.of(*exponential->by_inversion()).table != first.table);
  const Choice<Distribution> uniform = distribution(R"({"type": "uniform", "low": 0, "high": 1})");
  CHECK(tables.of(*uniform->by_inversion()).table == nullptr);
  for (const Choice<Distribution>& d : {one, larger, wider, exponential})
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const std::uint64_t word = split_mix(4, i);
      const double right = d->by_inversion()->quantile(uniform_of(word));
      CHECK(tables.of(*d->by_inversion()).at(word) == Approx(right).epsilon(2 * QuantileTable::kPrecision));
    }
}
