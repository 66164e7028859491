// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "serving/demand.hpp"

using namespace shardsim;

namespace {

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<T>(d);
}

const std::string kModel = R"({"name": "m", "nets": [{"name": "n", "tables": [
  {"name": "a", "rows": 100, "dim": 4, "pooling": {"type": "lognormal", "mean": 5, "cv": 1}},
  {"name": "b", "rows": 100, "dim": 4, "pooling": {"type": "fixed", "value": 7}, "per": "query", "coverage": 0.75}]}]})";
const std::string kTraffic =
    R"({"arrivals": {"type": "poisson", "rate": "1000 /s"}, "items": {"type": "lognormal", "mean": 50, "cv": 0.5}, "queries": 10})";

}  // namespace

TEST_CASE("a query is a function of its number, whatever was asked before") {
  const auto model = parsed<Model>(kModel);
  const auto traffic = parsed<Traffic>(kTraffic);
  const QueryStream one(model, traffic, 1, 0);
  const QueryStream two(model, traffic, 1, 0);
  for (const std::uint64_t id : {5, 3, 9}) one.make(id);
  for (std::uint64_t id = 0; id < 10; ++id) {
    CHECK(one.make(id).items == two.make(id).items);
    CHECK(one.make(id).lookups == two.make(id).lookups);
  }
}

TEST_CASE("lookups of a query's batches add up to the query's, however it is cut") {
  const auto model = parsed<Model>(kModel);
  const auto traffic = parsed<Traffic>(kTraffic);
  const QueryStream stream(model, traffic, 1, 0);
  int absent = 0;
  double lookups_per_item = 0;
  constexpr int kQueries = 20000;
  for (std::uint64_t id = 0; id < kQueries; ++id) {
    const Query q = stream.make(id);
    for (const int batch : {1, 7, 64, 10000}) {
      std::int64_t sum = 0;
      for (int first = 0; first < q.items; first += batch)
        sum += q.lookups_in(0, Per::item, first, std::min(first + batch, q.items));
      REQUIRE(sum == q.lookups[0]);
    }
    CHECK((q.lookups[1] == 0 || q.lookups[1] == 7));
    absent += q.lookups[1] == 0 ? 1 : 0;
    lookups_per_item += static_cast<double>(q.lookups[0]) / q.items / kQueries;
  }
  CHECK(absent == Approx(0.25 * kQueries).margin(5 * std::sqrt(0.25 * 0.75 * kQueries)));
  CHECK(lookups_per_item == Approx(5).margin(5 * 5 / std::sqrt(kQueries)));
}

TEST_CASE("Poisson arrivals come at their rate, with gaps as spread as their mean") {
  const auto arrivals = parsed<Choice<Arrivals>>(R"({"type": "poisson", "rate": "1000 /s"})");
  const auto source = arrivals->open(1, 0);
  double last = 0;
  double squares = 0;
  constexpr int kArrivals = 100000;
  for (int i = 0; i < kArrivals; ++i) {
    const double at = to_seconds(source->next()->time.time_since_epoch());
    squares += (at - last) * (at - last) / kArrivals;
    last = at;
  }
  CHECK(last == Approx(kArrivals / 1000.0).epsilon(5 / std::sqrt(kArrivals)));
  CHECK(squares == Approx(2e-6).epsilon(0.05));  // E[X^2] of an exponential: 2 mean^2
}

TEST_CASE("a trace is replayed from its first arrival, faster by its speedup") {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "shardsim-trace-test.csv";
  std::ofstream(file) << "name,t\r\nx,10\r\ny,10.5\r\n\r\nz,12\r\n";
  const auto arrivals =
      parsed<Choice<Arrivals>>(R"({"type": "trace", "file": "shardsim-trace-test.csv", "column": "t", "speedup": 2})");
  const auto source = arrivals->open(1, 0);
  std::vector<double> times;
  while (const auto t = source->next()) times.push_back(to_seconds(t->time.time_since_epoch()));
  CHECK(times == std::vector<double>{0, 0.25, 1});
  std::filesystem::remove(file);
}

TEST_CASE("lookups split over parts as a multinomial draw would") {
  const std::int64_t n = GENERATE(1, 40, 64, 65, 10000);  // both ways of drawing
  CAPTURE(n);
  constexpr int kDraws = 4000;
  constexpr int kParts = 5;
  std::vector<std::int64_t> parts(kParts);
  std::vector<double> sum(kParts);
  std::vector<double> squares(kParts);
  for (int d = 0; d < kDraws; ++d) {
    RandomStream random(1, 0, Purpose::row_parts, static_cast<std::uint64_t>(d));
    split_by_rows(n, 1'000, parts, random);
    REQUIRE(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == n);
    for (std::size_t p = 0; p < kParts; ++p) {
      REQUIRE(parts[p] >= 0);
      sum[p] += static_cast<double>(parts[p]) / kDraws;
      squares[p] += static_cast<double>(parts[p] * parts[p]) / kDraws;
    }
  }
  const double mean = static_cast<double>(n) / kParts;
  const double variance = mean * (1 - 1.0 / kParts);
  for (std::size_t p = 0; p < kParts; ++p) {
    CHECK(sum[p] == Approx(mean).margin(5 * std::sqrt(variance / kDraws)));
    CHECK(squares[p] - sum[p] * sum[p] == Approx(variance).epsilon(0.2));
  }
}

TEST_CASE("parts without rows get no lookups, and parts with more rows more of them") {
  constexpr int kDraws = 2000;
  struct Case {
    std::int64_t rows;
    std::vector<double> shares;  // of the rows, by part
  };
  const Case c = GENERATE(values<Case>({{2, {0.5, 0.5, 0, 0}}, {1, {1, 0, 0, 0}}, {5, {0.4, 0.2, 0.2, 0.2}}}));
  const std::int64_t n = GENERATE(64, 1000);  // both ways of drawing
  CAPTURE(c.rows, n);
  std::vector<double> mean(4);
  for (int d = 0; d < kDraws; ++d) {
    std::vector<std::int64_t> parts(4);
    RandomStream random(1, 0, Purpose::row_parts, static_cast<std::uint64_t>(d));
    split_by_rows(n, c.rows, parts, random);
    for (std::size_t p = 0; p < 4; ++p) mean[p] += static_cast<double>(parts[p]) / kDraws;
  }
  for (std::size_t p = 0; p < 4; ++p) {
    const double share = c.shares[p];
    const double error = std::sqrt(static_cast<double>(n) * share * (1 - share) / kDraws);
    CHECK(mean[p] == Approx(static_cast<double>(n) * share).margin(5 * error));
    if (share == 0) CHECK(mean[p] == 0);
  }
}
