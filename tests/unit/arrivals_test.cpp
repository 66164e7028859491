// SPDX-License-Identifier: Apache-2.0
// What arrival processes promise: their gaps, their counts, their scaling. Chances of a false alarm: 5 standard errors,
// or 1e-6 where a quantile is named.
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <utility>

#include "config/document.hpp"
#include "workload/epoch_time.hpp"
#include "workload/instants.hpp"
#include "workload/modulation.hpp"
#include "workload/scaling.hpp"

using namespace shardsim;
using Catch::Matchers::Contains;

namespace {

Choice<Arrivals> arrivals_of(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<Choice<Arrivals>>(d);
}

std::string error_of(const std::string& json) {
  try {
    arrivals_of(json);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

double seconds(const Arrival& a) { return to_seconds(a.time.time_since_epoch()); }

std::vector<double> first_gaps(const std::string& json, int n) {
  const auto arrivals = arrivals_of(json);
  const auto source = arrivals->open(1, 0);
  std::vector<double> gaps;
  Time last{};
  for (int i = 0; i < n; ++i) {
    const Time at = source->next()->time;
    gaps.push_back(to_seconds(at - last));
    last = at;
  }
  return gaps;
}

struct Moments {
  explicit Moments(const std::vector<double>& values) : n(static_cast<double>(values.size())) {
    for (const double v : values) mean += v / n;
    for (const double v : values) variance += (v - mean) * (v - mean) / n;
    for (const double v : values) fourth += std::pow(v - mean, 4) / n;
  }
  double error_of_mean() const { return std::sqrt(variance / n); }
  double error_of_variance() const { return std::sqrt((fourth - variance * variance) / n); }
  double n = 0;
  double mean = 0;
  double variance = 0;
  double fourth = 0;
};

// Kolmogorov-Smirnov: sqrt(n) times the largest distance, whose 1 - 1e-6 quantile is sqrt(-ln(0.5e-6) / 2) (large n).
constexpr double kKolmogorov = 2.694;
// Values may have been rounded to a whole number of `grain`.
template <class Cdf>
double kolmogorov(std::vector<double> values, Cdf cdf, double grain = 0) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double worst = 0;
  for (auto from = values.begin(); from != values.end();) {
    const auto to = std::upper_bound(from, values.end(), *from);
    worst = std::max(worst, cdf(*from - grain / 2) - static_cast<double>(from - values.begin()) / n);
    worst = std::max(worst, static_cast<double>(to - values.begin()) / n - cdf(*from + grain / 2));
    from = to;
  }
  return worst * std::sqrt(n);
}

// Independent Poisson counts against their means.
void check_counts(const std::vector<double>& counts, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    sum += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
  const boost::math::chi_squared law(static_cast<double>(counts.size()));
  CHECK(sum < quantile(complement(law, 1e-6)));
}

std::vector<double> all_times(const Arrivals& arrivals, std::uint64_t seed = 1, std::uint32_t replication = 0) {
  const auto source = arrivals.open(seed, replication);
  std::vector<double> times;
  while (const auto a = source->next()) times.push_back(seconds(*a));
  return times;
}
std::vector<double> all_times(const std::string& json) { return all_times(*arrivals_of(json)); }

// A file in the temporary folder, for as long as it lives.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) : path_(std::filesystem::temp_directory_path() / kName) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  static constexpr const char* kName = "shardsim-arrivals-test.csv";

 private:
  std::filesystem::path path_;
};

std::string from_file(const std::string& type, const std::string& fields = "") {
  return fmt::format(R"({{"type": "{}", "file": "{}"{}{}}})", type, TemporaryFile::kName, fields.empty() ? "" : ", ",
                     fields);
}

}  // namespace

TEST_CASE("gaps of a renewal process have the law asked for", "[draws]") {
  constexpr int kGaps = 200000;
  const double cv = GENERATE(0.25, 1.0, 3.0);
  const auto gaps = [&](const char* type) {
    return first_gaps(fmt::format(R"({{"type": "{}", "rate": "50 /s", "cv": {}}})", type, cv), kGaps);
  };
  CAPTURE(cv);
  SECTION("gamma") {
    const std::vector<double> g = gaps("gamma");
    const Moments m(g);
    CHECK(m.mean == Approx(0.02).margin(5 * m.error_of_mean()));
    CHECK(m.variance == Approx(std::pow(0.02 * cv, 2)).epsilon(5 * std::sqrt((2 + 6 * cv * cv) / kGaps)));
    const boost::math::gamma_distribution<double> law(1 / (cv * cv), 0.02 * cv * cv);
    CHECK(kolmogorov(
              g, [&](double x) { return cdf(law, std::max(x, 0.0)); }, 1e-12) < kKolmogorov);
  }
  SECTION("weibull") {
    const std::vector<double> g = gaps("weibull");
    const Moments m(g);
    CHECK(m.mean == Approx(0.02).margin(5 * m.error_of_mean()));
    CHECK(m.variance == Approx(std::pow(0.02 * cv, 2)).margin(5 * m.error_of_variance()));
    double shape = 0.2;  // not in closed form; the larger the shape, the smaller the variation
    for (double step = 64; step > 1e-13; step /= 2) {
      const boost::math::weibull law(shape + step);
      if (standard_deviation(law) > cv * mean(law)) shape += step;
    }
    const boost::math::weibull law(shape, 0.02 / std::tgamma(1 + 1 / shape));
    REQUIRE(standard_deviation(law) == Approx(0.02 * cv).epsilon(1e-6));
    CHECK(kolmogorov(
              g, [&](double x) { return cdf(law, std::max(x, 0.0)); }, 1e-12) < kKolmogorov);
  }
}

TEST_CASE("deterministic gaps are equal, and rounding does not add up") {
  const auto arrivals = arrivals_of(R"({"type": "deterministic", "rate": "3 /s"})");
  const auto source = arrivals->open(1, 0);
  for (std::int64_t i = 1; i <= 3'000'000; ++i) {
    const std::int64_t exact = (i * 1'000'000'000'000 + 1) / 3;  // to the nearest picosecond
    const std::int64_t at = source->next()->time.time_since_epoch().count();
    if (std::abs(at - exact) > 128) FAIL("arrival " << i << " is " << at - exact << " ps off");  // of 10^18: a double's
  }
}

TEST_CASE("DeepRecSys' gaps are Poisson numbers of milliseconds: variance 1 ms times the mean", "[draws]") {
  const double rate = GENERATE(0.5, 50.0, 4000.0);
  CAPTURE(rate);
  std::vector<double> gaps = first_gaps(fmt::format(R"({{"type": "deeprecsys", "rate": "{} /s"}})", rate), 50000);
  for (const double g : gaps) REQUIRE(g * 1000 == Approx(std::round(g * 1000)).margin(1e-6));
  const Moments m(gaps);
  CHECK(m.mean == Approx(1 / rate).margin(5 * m.error_of_mean()));
  CHECK(m.variance == Approx(0.001 / rate).margin(5 * m.error_of_variance()));
}

TEST_CASE("modulated arrivals are stationary from the start and as bursty as the formula says", "[draws]") {
  // Var N(t) = m t + 2 c/r (t - (1 - exp(-r t))/r), with m the mean rate, c the variance of the rate and r the sum of
  // the two rates of change: the covariance of the rate is c exp(-r u). (W. Fischer and K. Meier-Hellstern, "The
  // Markov-modulated Poisson process (MMPP) cookbook", Performance Evaluation 18(2), 1993.)
  const double window = GENERATE(0.05, 1.0, 6.0);
  const std::string description = GENERATE(
      R"({"type": "on-off", "rate_on": "40 /s", "rate_off": "4 /s", "mean_on": "500 ms", "mean_off": "1.5 s"})",
      // The same, with the state off in two, which nobody can tell from outside.
      R"({"type": "markov-modulated", "states": [{"rate": "4 /s", "mean_stay": "1.5 s"}, {"rate": "40 /s", "mean_stay": "500 ms"},
          {"rate": "4 /s", "mean_stay": "1.5 s"}], "transitions": [[0, 1, 0], [0.3, 0, 0.7], [0, 1, 0]]})");
  CAPTURE(window, description);
  const auto arrivals = arrivals_of(description);
  std::vector<double> counts;
  for (std::uint32_t r = 0; r < 20000; ++r) {
    const auto source = arrivals->open(7, r);
    double count = 0;
    while (seconds(*source->next()) < window) ++count;
    counts.push_back(count);
  }
  const double mean = 0.25 * 40 + 0.75 * 4;
  const double c = 36 * 36 * 0.25 * 0.75;
  const double r = 1 / 0.5 + 1 / 1.5;
  const Moments m(counts);
  CHECK(m.mean == Approx(mean * window).margin(5 * m.error_of_mean()));
  const double variance = mean * window + 2 * c / r * (window - (1 - std::exp(-r * window)) / r);
  CHECK(m.variance == Approx(variance).margin(5 * m.error_of_variance()));
  if (window >= 1) CHECK(m.variance / m.mean > 3);  // a Poisson process has 1
}

TEST_CASE("shares of the time balance the flows between states") {
  const Modulation m{{{1, 2.0}, {2, 0.5}, {3, 7.0}, {0, 0.1}},
                     {{0, 0.5, 0.25, 0.25}, {1, 0, 0, 0}, {0, 0.125, 0, 0.875}, {0, 0, 1, 0}}};
  REQUIRE(!complaint_about(m));
  const std::vector<double> shares = time_shares(m);
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(1));
  for (std::size_t to = 0; to < 4; ++to) {
    double in = 0;
    for (std::size_t from = 0; from < 4; ++from)
      in += shares[from] / m.states[from].mean_stay_s * m.transitions[from][to];
    CHECK(in == Approx(shares[to] / m.states[to].mean_stay_s).epsilon(1e-12));
  }
}

TEST_CASE("diurnal arrivals follow the sine, from the peak that is named", "[draws]") {
  const auto arrivals =
      arrivals_of(R"({"type": "diurnal", "rate": "5 /s", "period": "100 s", "swing": 0.8, "peak_at": "30 s"})");
  const auto source = arrivals->open(1, 0);
  constexpr int kBins = 25;
  constexpr double kDays = 1000;
  std::vector<double> counts(kBins);
  for (double at = seconds(*source->next()); at < 100 * kDays; at = seconds(*source->next()))
    ++counts[static_cast<std::size_t>(std::fmod(at, 100) / 100 * kBins)];
  std::vector<double> expected;
  const double turn = 2 * std::acos(-1) / kBins;
  for (int b = 0; b < kBins; ++b) {
    const double from = turn * (b - 0.3 * kBins);
    expected.push_back(5 * 100 * kDays / kBins * (1 + 0.8 * (std::sin(from + turn) - std::sin(from)) / turn));
  }
  check_counts(counts, expected);
}

TEST_CASE("a series of rates is a Poisson process of its rates, in either unit, with or without a header line",
          "[draws]") {
  const std::vector<double> rates{3, 0, 12, 0.5, 7};
  const auto [content, fields] = GENERATE(table<std::string, std::string>({
      {"3\n0\n12\n0.5\n7", R"("interval": "2 s")"},
      {"\xef\xbb\xbf"
       "n,rps\r\na,3\r\nb,0\r\nc,12\r\nd,0.5\r\n\r\ne,7\r\n",
       R"("interval": "2 s", "column": "rps")"},
      {"count\n6\n0\n24\n1\n14\n", R"("interval": "2 s", "column": "count", "unit": "per-interval")"},
      {"minute,kind,rps\n100,a,3\n104,a,5\n104,b,7\n106,a,0.25\n106,b,0.25\n108,b,7\n",
       R"("interval": "2 s", "column": "rps", "time_column": "minute")"},
      {"1.5\n0\n6\n0.25\n3.5\n", R"("interval": "2 s", "factor": 2)"},
      {"3\n0\n12\n0.5\n7", R"("interval": "2 s", "rate": "4.5 /s")"},  // as it is
      {"1.5\n0\n6\n0.25\n3.5\n", R"("interval": "4 s", "speedup": 2)"},
      {"1.5\n0\n6\n0.25\n3.5\n", R"("interval": "4 s", "rate": "4.5 /s")"},
      {"0.75\n0\n3\n0.125\n1.75\n", R"("interval": "4 s", "rate": "4.5 /s", "factor": 2)"},
  }));
  CAPTURE(content, fields);
  const TemporaryFile file(content);
  const auto arrivals = arrivals_of(from_file("rate-series", fields));
  constexpr std::uint32_t kReplications = 2000;
  std::vector<double> counts(5);
  std::vector<double> within;
  for (std::uint32_t r = 0; r < kReplications; ++r)
    for (const double t : all_times(*arrivals, 3, r)) {
      ++counts.at(static_cast<std::size_t>(t / 2));
      within.push_back(std::fmod(t, 2) / 2);
    }
  CHECK(counts[1] == 0);
  std::vector<double> expected;
  for (const double rate : {3.0, 12.0, 0.5, 7.0}) expected.push_back(2 * rate * kReplications);
  counts.erase(counts.begin() + 1);
  check_counts(counts, expected);
  CHECK(kolmogorov(within, [](double x) { return x; }) < kKolmogorov);
}

TEST_CASE("a repeated series goes on as it began, and does not repeat its arrivals") {
  const TemporaryFile file("3\n0\n12\n");
  const auto arrivals = arrivals_of(from_file("rate-series", R"("interval": "1 s", "repeat": true)"));
  const auto source = arrivals->open(1, 0);
  constexpr double kRounds = 5000;
  std::vector<double> counts(3);
  std::vector<double> even_and_odd(2);
  for (double at = seconds(*source->next()); at < 3 * kRounds; at = seconds(*source->next())) {
    ++counts[static_cast<std::size_t>(std::fmod(at, 3))];
    ++even_and_odd[static_cast<std::size_t>(at / 3) % 2];
  }
  CHECK(counts[1] == 0);
  check_counts({counts[0], counts[2]}, {3 * kRounds, 12 * kRounds});
  check_counts(even_and_odd, {7.5 * kRounds, 7.5 * kRounds});
  CHECK(even_and_odd[0] != even_and_odd[1]);
}

TEST_CASE("a series whose counts are kept has exactly those, at even times within an interval") {
  // 0.5 + 0.5 make one arrival, in the second of the two intervals; with a factor of 3 each count is three times as
  // large.
  const auto [fields, expected] = GENERATE(table<std::string, std::vector<double>>({
      {R"("interval": "2 s", "unit": "per-interval", "counts": "kept")", {3, 0, 40, 0, 1, 7}},
      {R"("interval": "2 s", "unit": "per-interval", "counts": "kept", "factor": 3)", {9, 0, 120, 1, 2, 21}},
      {R"("interval": "1 s", "counts": "kept", "speedup": 0.5)", {3, 0, 40, 0, 1, 7}},
  }));
  CAPTURE(fields);
  const TemporaryFile file("3\n0\n40\n0.5\n0.5\n7\n");
  const auto arrivals = arrivals_of(from_file("rate-series", fields));
  std::vector<double> within;
  for (std::uint32_t r = 0; r < 300; ++r) {
    std::vector<double> counts(expected.size());
    for (const double t : all_times(*arrivals, 3, r)) {
      ++counts.at(static_cast<std::size_t>(t / 2));
      within.push_back(std::fmod(t, 2) / 2);
    }
    CHECK(counts == expected);
  }
  CHECK(kolmogorov(within, [](double x) { return x; }) < kKolmogorov);
}

TEST_CASE("tenths add up to whole arrivals where counts are kept") {
  const TemporaryFile file("0.1\n");
  const auto arrivals = arrivals_of(from_file("rate-series", R"("interval": "1 s", "repeat": true, "counts": "kept")"));
  const auto source = arrivals->open(1, 0);
  for (int i = 1; i <= 1000; ++i) CHECK(std::floor(seconds(*source->next())) == 10 * i - 1);
}

TEST_CASE("bunches: the moments of their process, each with as many arrivals as the size says", "[draws]") {
  // 1, 2 or 9 in a bunch, 4 in the mean: gaps are 0 with probability 3/4 and 3 s with 1/4, so their CV is sqrt(4 - 1).
  const std::string moments = R"({"type": "deterministic", "rate": "1200 /h"})";
  const std::string size = R"({"type": "empirical", "quantiles": [1, 2, 9]})";
  const std::vector<double> gaps =
      first_gaps(R"({"type": "bunches", "moments": )" + moments + R"(, "size": )" + size + "}", 40'000);
  std::map<int, double> sizes;
  int in_bunch = 0;
  for (const double gap : gaps) {
    CHECK((gap == 0 || gap == Approx(3)));
    if (gap > 0 && in_bunch > 0) ++sizes[std::exchange(in_bunch, 0)];
    ++in_bunch;
  }
  REQUIRE(sizes.size() == 3);
  const double bunches = sizes[1] + sizes[2] + sizes[9];
  check_counts({sizes[1], sizes[2], sizes[9]}, {bunches / 3, bunches / 3, bunches / 3});
  const Moments m(gaps);
  CHECK(std::sqrt(m.variance) / m.mean == Approx(std::sqrt(3)).epsilon(0.03));
  CHECK_THAT(error_of(R"({"type": "bunches", "moments": {"type": "serial"}, "size": )" + size + "}"),
             Contains("/moments: serial waits for answers"));
}

TEST_CASE("what cannot come to an end says so instead") {
  const auto last_of = [](const std::string& json) {
    const auto arrivals = arrivals_of(json);
    return arrivals->open(1, 0)->next()->time;
  };
  CHECK(last_of(R"({"type": "diurnal", "rate": "1e-300 /s", "swing": 1, "peak_at": "43200 s"})") == kEndOfTime);
  CHECK(last_of(R"({"type": "gamma", "rate": "1e-300 /s", "cv": 1})") == kEndOfTime);
  CHECK_THAT(error_of(R"({"type": "on-off", "rate_on": "1 /h", "mean_on": "1 ps", "mean_off": "1 ps"})"),
             Contains("changes of state for each arrival"));
  CHECK_THAT(error_of(R"({"type": "markov-modulated", "states": [{"rate": "0 /s", "mean_stay": "1 s"},
                          {"rate": "0 /s", "mean_stay": "1 s"}]})"),
             Contains("no state has a rate above 0"));
  {
    const TemporaryFile file("0\n0\n");
    CHECK_THROWS_WITH(all_times(from_file("rate-series", R"("interval": "1 s", "repeat": true)")),
                      Contains("all rates are 0"));
  }
  const TemporaryFile file("0\n1e-30\n");
  CHECK_THROWS_WITH(all_times(from_file("rate-series", R"("interval": "1 s", "repeat": true)")),
                    Contains("too few to be repeated"));
}

TEST_CASE("states of modulated arrivals are checked") {
  const auto with = [](const std::string& transitions) {
    return error_of(R"({"type": "markov-modulated", "states": [{"rate": "1 /s", "mean_stay": "1 s"},
        {"rate": "2 /s", "mean_stay": "1 s"}, {"rate": "3 /s", "mean_stay": "1 s"}], "transitions": )" +
                    transitions + "}");
  };
  CHECK(with("[[0, 1, 0], [0, 0, 1], [1, 0, 0]]").empty());
  CHECK_THAT(with("[[0, 1, 0], [0, 0, 1]]"), Contains("/transitions: found 2 rows"));
  CHECK_THAT(with("[[0, 1], [0, 0, 1], [1, 0, 0]]"), Contains("/transitions/0: found 2 probabilities"));
  CHECK_THAT(with("[[0, 1, 0], [0, 0, 1], [0.5, 0, 0]]"), Contains("/transitions/2: ") && Contains("add up to 0.5"));
  CHECK_THAT(with("[[0, 1, 0], [0, 0, 1], [2, -1, 0]]"), Contains("from 0 to 1"));
  CHECK_THAT(with("[[0.5, 0.5, 0], [0, 0, 1], [1, 0, 0]]"), Contains("for the state itself"));
  CHECK_THAT(with("[[0, 1, 0], [1, 0, 0], [1, 0, 0]]"), Contains("cannot be reached"));
}

TEST_CASE("every random process gives the same times for the same seed, and others for another") {
  const TemporaryFile file("arrival_s\n1\n2\n4\n5\n9\n10\n");
  const std::string json = GENERATE(
      as<std::string>(), R"({"type": "poisson", "rate": "5 /s"})", R"({"type": "gamma", "rate": "5 /s", "cv": 2})",
      R"({"type": "weibull", "rate": "5 /s", "cv": 2})", R"({"type": "deeprecsys", "rate": "5 /s"})",
      R"({"type": "diurnal", "rate": "5 /s", "swing": 1})",
      R"({"type": "on-off", "rate_on": "5 /s", "mean_on": "1 s", "mean_off": "1 s"})",
      R"({"type": "trace", "file": "shardsim-arrivals-test.csv", "factor": 1.5})",
      R"({"type": "rate-series", "file": "shardsim-arrivals-test.csv", "column": "arrival_s", "interval": "1 s"})",
      R"({"type": "rate-series", "file": "shardsim-arrivals-test.csv", "column": "arrival_s", "interval": "1 s",
          "counts": "kept"})",
      R"({"type": "bunches", "moments": {"type": "poisson", "rate": "5 /s"}, "size": {"type": "fixed", "value": 2}})");
  CAPTURE(json);
  const auto arrivals = arrivals_of(json);
  const auto times = [&](std::uint64_t seed, std::uint32_t replication) {
    const auto source = arrivals->open(seed, replication);
    std::vector<Time> out;
    for (int i = 0; i < 5; ++i) out.push_back(source->next()->time);
    REQUIRE(std::is_sorted(out.begin(), out.end()));
    return out;
  };
  CHECK(times(1, 0) == times(1, 0));
  CHECK(times(1, 0) != times(2, 0));
  CHECK(times(1, 0) != times(1, 1));
}

TEST_CASE("times of a trace are exact, however long ago it begins") {
  const auto [unit, content] = GENERATE(table<std::string, std::string>(
      {{"s", "1662859140.000000000001\n1662859140.25\n1662859142e0"},
       {"ms", "1662859140000.000000001\n1662859140250\n1.662859142E+12"},
       {"ns", "1662859140000000000.001\n1662859140250000000\n1662859142000000000\n"},
       {"ps", "1662859140000000000001 , \n\t1662859140250000000000,\n1662859142000000000000,\n"}}));
  CAPTURE(unit, content);
  const TemporaryFile file((unit == "ps" ? "arrival_s,\n" : "arrival_s\n") + content);
  const auto arrivals = arrivals_of(from_file("trace", fmt::format(R"("unit": "{}")", unit)));
  const auto source = arrivals->open(1, 0);
  std::vector<std::int64_t> times;
  while (const auto a = source->next()) times.push_back(a->time.time_since_epoch().count());
  CHECK(times == std::vector<std::int64_t>{0, 249'999'999'999, 1'999'999'999'999});
}

TEST_CASE("lines of a CSV file may be of any length up to a limit") {
  const std::size_t length = GENERATE(4092, 4093, 4094, 4095, 4096, 8190, 8191, 8192, 1'000'000);
  CAPTURE(length);
  const std::string padding = "," + std::string(length - 3, 'x');
  const TemporaryFile file("arrival_s,x\n1" + padding + "\n2" + padding + "\r\n4" + padding);
  CHECK(all_times(from_file("trace")) == std::vector<double>{0, 1, 3});
}

TEST_CASE("decimal times are rounded to the nearest picosecond, once") {
  const auto ps = [](const char* text, TimeUnit unit) {
    const std::optional<EpochTime> time = epoch_time(text, unit);
    return time ? static_cast<std::int64_t>(*time) : -1;
  };
  CHECK(ps("0", TimeUnit::s) == 0);
  CHECK(ps("1", TimeUnit::ms) == 1'000'000'000);
  CHECK(ps(".5", TimeUnit::ps) == 1);
  CHECK(ps("0.49999999999999999999999999999999999", TimeUnit::ps) == 0);
  CHECK(ps("1.0005", TimeUnit::ns) == 1001);
  CHECK(ps("1.00049", TimeUnit::ns) == 1000);
  CHECK(ps("6e-13", TimeUnit::s) == 1);
  CHECK(ps("6e-14", TimeUnit::s) == 0);
  CHECK(ps("0.000000000000000000000000000000000000012e+30", TimeUnit::us) == 0);
  CHECK(ps("123456789012345678e-3", TimeUnit::ps) == 123456789012346);
  CHECK(ps("0e999", TimeUnit::s) == 0);
  for (const char* wrong : {"", ".", "e5", "1e", "1e+", "1.2.3", "+1", "-0", "1 ", "1e12", "1e999", "1e99999",
                            "1e-2147483648", "0x1", "1_0"})
    CHECK(ps(wrong, TimeUnit::s) == -1);
}

TEST_CASE("a trace may give each query's items") {
  const TemporaryFile file("arrival_s,n\n1,20\n2,1000000\n");
  const auto arrivals = arrivals_of(from_file("trace", R"("items_column": "n")"));
  CHECK(arrivals->gives_items());
  const auto source = arrivals->open(1, 0);
  CHECK(source->next()->items == 20);
  CHECK(source->next()->items == 1000000);
  CHECK(!source->next());
  CHECK(!arrivals_of(from_file("trace"))->gives_items());
}

TEST_CASE("a trace is scaled in time by its speedup or to a mean rate") {
  const TemporaryFile file("arrival_s\n10\n11\n11\n14\n20\n");  // four gaps in 10 s
  CHECK(all_times(from_file("trace", R"("speedup": 4)")) == std::vector<double>{0, 0.25, 0.25, 1, 2.5});
  CHECK(all_times(from_file("trace", R"("rate": "1.6 /s")")) == std::vector<double>{0, 0.25, 0.25, 1, 2.5});
  CHECK(all_times(from_file("trace", R"("rate": "0.2 /s")")) == std::vector<double>{0, 2, 2, 8, 20});
  CHECK_THAT(error_of(from_file("trace", R"("rate": "1 /s", "speedup": 2)")), Contains("keep one"));
}

TEST_CASE("a trace is multiplied, its time pattern kept") {
  std::string content = "arrival_s\n";
  constexpr int kArrivals = 40000;
  for (int i = 0; i < kArrivals; ++i)
    content += fmt::format("{}\n", i / 2 * 2);  // in pairs, a gap of two seconds after each
  const TemporaryFile file(content);
  SECTION("thinned: each is kept with the same probability") {
    const std::vector<double> times = all_times(from_file("trace", R"("factor": 0.3)"));
    const auto n = static_cast<double>(times.size());
    CHECK(n == Approx(0.3 * kArrivals).margin(5 * std::sqrt(0.3 * 0.7 * kArrivals)));
    double pairs = 0;
    for (std::size_t i = 1; i < times.size(); ++i) pairs += times[i] == times[i - 1] ? 1 : 0;
    CHECK(pairs == Approx(0.09 * kArrivals / 2).margin(5 * std::sqrt(0.09 * 0.91 * kArrivals / 2)));
  }
  SECTION("tripled: the file's own times, and two copies evenly between") {
    const std::vector<double> times = all_times(from_file("trace", R"("factor": 3)"));
    REQUIRE(times.size() == 3 * kArrivals);
    CHECK(std::is_sorted(times.begin(), times.end()));
    std::vector<double> within;
    for (std::size_t i = 0; i < times.size(); i += 6) {  // three copies have no room; the other's two are within 2 s
      for (std::size_t j = 0; j < 4; ++j) REQUIRE(times[i + j] == Approx(static_cast<double>(i / 6 * 2)));
      for (std::size_t j = 4; j < 6; ++j) within.push_back((times[i + j] - times[i]) / 2);
    }
    CHECK(kolmogorov(within, [](double x) { return x; }) < kKolmogorov);
  }
  SECTION("a factor that is not whole is met on average") {
    const auto n = static_cast<double>(all_times(from_file("trace", R"("factor": 1.3)")).size());
    CHECK(n == Approx(1.3 * kArrivals).margin(5 * std::sqrt(0.3 * 0.7 * kArrivals)));
  }
  SECTION("to a rate: of what the factor leaves") {
    const std::vector<double> times = all_times(from_file("trace", R"("factor": 3, "rate": "10 /s")"));
    CHECK(static_cast<double>(times.size()) / times.back() == Approx(10).epsilon(0.001));
  }
}

TEST_CASE("copies carry what was recorded of their query") {
  // As a replayed trace: the record is overwritten by the next.
  class Recorded final : public ArrivalSource {
   public:
    std::optional<Arrival> next() override {
      if (++count_ > 3) {
        record_ = {};
        return std::nullopt;
      }
      record_.lookups.assign(2, count_);
      record_.items = count_;
      return Arrival{Time(std::chrono::seconds(count_ - 1)), count_, &record_};
    }

   private:
    int count_ = 0;
    TraceRecord record_;
  };
  Scaling scaling;
  scaling.factor = 2;
  const auto source = open_scaled([] { return std::make_unique<Recorded>(); }, scaling, "test", 1, 0);
  for (int i = 0; i < 6; ++i) {
    const std::optional<Arrival> a = source->next();
    REQUIRE(a);
    const int original = i / 2 + 1;
    CHECK(a->items == original);
    REQUIRE(a->recorded != nullptr);
    CHECK(a->recorded->lookups == std::vector<std::int32_t>(2, original));
    CHECK(seconds(*a) >= original - 1);
    CHECK(seconds(*a) < original);  // also after the last, as if by a gap like the one before
  }
  CHECK(!source->next());
}

TEST_CASE("defects of a trace are errors that name the line") {
  const auto [content, line, words] = GENERATE(table<std::string, int, std::string>({
      {"arrival_s\n1\n3\n2\n", 4, "2 comes after 3; sort"},
      {"arrival_s\n1\n-3\n", 3, "found '-3'; expected an arrival time in s"},
      {"arrival_s\n1\nnan\n", 3, "found 'nan'"},
      {"arrival_s\n1\ninf\n", 3, "found 'inf'"},
      {"arrival_s\n1\n1e999\n", 3, "found '1e999'"},
      {"arrival_s\n1\n2 s\n", 3, "found '2 s'"},
      {"arrival_s\n1\n\"two\"\n", 3, "found 'two'"},
      {"arrival_s,n\n1,2\n2,3\n4", 4, "1 cells, where the first line has 2"},
      {"arrival_s\n1,5\n", 2, "2 cells"},
      {"arrival_s\n1\n10000000\n", 3, "more than 100 days after the first"},
      {"arrival_s\n1\n" + std::string(2'000'000, '1') + "\n", 3, "a line of more than"},
      {"\xff\xfe"
       "a\n",
       0, "UTF-8"},
  }));
  CAPTURE(words);
  const TemporaryFile file(content);
  const std::string place = std::string(TemporaryFile::kName) + (line > 0 ? fmt::format(":{}: ", line) : ": ");
  CHECK_THROWS_WITH(all_times(from_file("trace")), Contains(place) && Contains(words));
}

TEST_CASE("a silence longer than max_gap is an error") {
  const TemporaryFile file("arrival_s\n1\n61\n122\n");
  CHECK(all_times(from_file("trace", R"("max_gap": "61 s")")).size() == 3);
  CHECK_THROWS_WITH(all_times(from_file("trace", R"("max_gap": "60 s", "speedup": 1000)")),
                    Contains(":4: ") && Contains("122 comes after 61") && Contains("clock jump"));
}

TEST_CASE("items of a trace are whole numbers within limits") {
  const std::string items = GENERATE("0", "1.5", "1000001", "-1", "", "many");
  const TemporaryFile file("arrival_s,n\n1," + items + "\n");
  CHECK_THAT(error_of(from_file("trace", R"("items_column": "n")")), Contains(":2: ") && Contains("items"));
}

TEST_CASE("a rate needs a file with a duration") {
  const TemporaryFile file("arrival_s\n1\n1\n");
  CHECK_THROWS_WITH(all_times(from_file("trace", R"("rate": "1 /s")")), Contains("no mean rate"));
}

TEST_CASE("defects of a series are errors that name the line") {
  const auto [content, fields, words] = GENERATE(table<std::string, std::string, std::string>({
      {"rps\n5\n", R"("interval": "1 s")", ":1: found 'rps'; expected a rate (if there is a header line"},
      {"", R"("interval": "1 s")", "has no rows"},
      {"rps\n", R"("interval": "1 s", "column": "rps")", "has no rows"},
      {"5\n-1\n", R"("interval": "1 s")", ":2: found '-1'"},
      {"5\n1e13\n", R"("interval": "1 s")", ":2: found '1e13'; expected at most"},
      {"t,rps\n0,1\n60,2\n30,1\n", R"("interval": "30 s", "column": "rps", "time_column": "t")", ":4: "},
      {"t,rps\n0,1\n45,2\n", R"("interval": "30 s", "column": "rps", "time_column": "t")",
       "a whole number of intervals"},
      {"t,rps\n0,1\nx,2\n", R"("interval": "30 s", "column": "rps", "time_column": "t")", "found 'x'; expected a time"},
      {"5\n", R"("interval": "1 s", "time_column": "t")", "'column' is missing"},
      {"5\n", R"("interval": "1 us")", "at least 1 ms"},
  }));
  CAPTURE(words);
  const TemporaryFile file(content);
  CHECK_THROWS_WITH(all_times(from_file("rate-series", fields)), Contains(words));
}

TEST_CASE("a compressed CSV file is read as if it were plain") {
  // gzip of "arrival_s\n1\n2.5\n"
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\x2c\x2a\xca\x2c\x4b\xcc\x89\x2f\xe6\x32\xe4\x32\xd2\x33\xe5\x02\x00"
      "\x69\xe9\x1e\x42\x10\x00\x00\x00",
      36);
  const TemporaryFile file(gzip);
  CHECK(all_times(from_file("trace")) == std::vector<double>{0, 1.5});
}

TEST_CASE("a closed loop has its clients and their pauses") {
  const auto arrivals =
      arrivals_of(R"({"type": "closed-loop", "clients": 7, "think_s": {"type": "fixed", "value": 0.5}})");
  const auto loop = arrivals->closed_loop();
  REQUIRE(loop);
  CHECK(loop->clients == 7);
  REQUIRE(loop->think_s != nullptr);
  CHECK(loop->think_s->mean() == 0.5);
  CHECK(arrivals_of(R"({"type": "closed-loop", "clients": 1})")->closed_loop()->think_s == nullptr);
  CHECK_THAT(error_of(R"({"type": "closed-loop", "clients": 0})"), Contains("at least 1"));
  // With units: a factor between 0.5 and 1.5 makes of 200 ms something between 100 and 300 ms.
  const auto with_units = arrivals_of(
      R"({"type": "closed-loop", "clients": 1, "think": "200 ms", "think_factor": {"type": "uniform", "low": 0.5, "high": 1.5}})");
  RandomStream random(1, 0, Purpose::think, 0);
  for (int i = 0; i < 10; ++i) {
    const Duration pause = with_units->closed_loop()->think(random);
    CHECK(pause >= from_seconds(0.1));
    CHECK(pause <= from_seconds(0.3));
  }
  CHECK(arrivals_of(R"({"type": "closed-loop", "clients": 1, "think": "2 s"})")->closed_loop()->think(random) ==
        from_seconds(2));
}
