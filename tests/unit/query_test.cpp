// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "sharding/plan.hpp"
#include "workload/query.hpp"

using namespace shardsim;

namespace {

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<T>(d);
}

const std::string kModel = R"({"name": "m", "nets": [{"name": "n", "tables": [
  {"name": "a", "rows": 1000, "dim": 4, "pooling": {"type": "uniform", "low": 0, "high": 8}},
  {"name": "b", "rows": 77, "dim": 4, "pooling": {"type": "fixed", "value": 7}, "per": "query", "coverage": 0.75,
   "popularity": {"type": "zipf", "s": 1}},
  {"name": "c", "rows": 5, "dim": 4, "pooling": {"type": "fixed", "value": 2}}]}]})";

Traffic traffic(const std::string& more) {
  return parsed<Traffic>(R"({"arrivals": {"type": "poisson", "rate": "1000 /s"}, "queries": 10,
    "items": {"type": "lognormal", "mean": 50, "cv": 0.5})" +
                         more + "}");
}

}  // namespace

TEST_CASE("a bijection reaches every number once and scatters neighbours") {
  for (const std::int64_t size : {1, 2, 3, 4, 10, 64, 97, 1000, 65536}) {
    CAPTURE(size);
    const Bijection map(size);
    std::set<std::int64_t> reached;
    for (std::int64_t i = 0; i < size; ++i) reached.insert(map(i));
    CHECK(static_cast<std::int64_t>(reached.size()) == size);
    CHECK(*reached.begin() == 0);
    CHECK(*reached.rbegin() == size - 1);
  }
  const Bijection large(999'999'999'937);
  CHECK(std::abs(large(1) - large(0)) > 1'000'000'000);
  CHECK(large(999'999'999'936) < 999'999'999'937);
}

TEST_CASE("every row is in one part, and parts are as large as their bytes say") {
  for (const SplitBy split_by : {SplitBy::modulus, SplitBy::range})
    for (const auto& [rows, parts] : {std::pair(10, 3), {12, 4}, {7, 7}, {1000, 8}}) {
      CAPTURE(name_of(split_by), rows, parts);
      Table table;
      table.rows = rows;
      table.dim = 1;
      std::vector<std::int64_t> held(static_cast<std::size_t>(parts));
      int last = 0;
      for (std::int64_t row = 0; row < rows; ++row) {
        const int part = part_of_row(row, rows, parts, split_by);
        ++held[static_cast<std::size_t>(part)];
        if (split_by == SplitBy::range) CHECK(part >= last);
        last = part;
      }
      for (int p = 0; p < parts; ++p)
        CHECK(held[static_cast<std::size_t>(p)] * table.row_bytes().count == part_bytes(table, p, parts).count);
    }
}

TEST_CASE("a query carries a row for each lookup, in the order of its items") {
  const auto model = parsed<Model>(kModel);
  const Traffic with_rows = traffic(R"(, "rows": {"popularity": {"type": "zipf", "s": 0.9}})");
  const Traffic counts = traffic("");
  const QueryStream stream(model, with_rows, 1, 0);
  const QueryStream without(model, counts, 1, 0);
  REQUIRE(stream.has_rows());
  const std::vector<PlacedTable> tables = tables_of(model);
  for (std::uint64_t id = 0; id < 200; ++id) {
    const Query q = stream.make(id);
    REQUIRE(q.lookups == without.make(id).lookups);  // drawing rows moves nothing else
    for (std::size_t t = 0; t < tables.size(); ++t) {
      const Per per = tables[t].table->per;
      std::vector<std::int64_t> joined;
      if (per == Per::item)
        for (int first = 0; first < q.items; first += 7) {
          const int last = std::min(first + 7, q.items);
          const auto rows = q.rows_in(t, per, first, last);
          REQUIRE(static_cast<std::int32_t>(rows.size()) == q.lookups_in(t, per, first, last));
          joined.insert(joined.end(), rows.begin(), rows.end());
        }
      const auto all = q.rows_in(t, per, 0, q.items);
      REQUIRE(static_cast<std::int32_t>(all.size()) == q.lookups[t]);
      if (per == Per::item) CHECK(std::equal(all.begin(), all.end(), joined.begin(), joined.end()));
      for (const std::int64_t row : all) CHECK((row >= 0 && row < tables[t].table->rows));
    }
  }
}

TEST_CASE("rows that do not matter are left out, and the others stay the same") {
  const auto model = parsed<Model>(kModel);
  const Traffic with_rows = traffic(R"(, "rows": {})");
  const QueryStream all(model, with_rows, 1, 0);
  QueryStream some(model, with_rows, 1, 0);
  some.draw_rows_of({false, true, false});
  for (std::uint64_t id = 0; id < 50; ++id) {
    const Query a = all.make(id);
    const Query s = some.make(id);
    CHECK(s.rows_in(0, Per::item, 0, s.items).empty());
    const auto expected = a.rows_in(1, Per::query, 0, a.items);
    const auto found = s.rows_in(1, Per::query, 0, s.items);
    CHECK(std::equal(expected.begin(), expected.end(), found.begin(), found.end()));
  }
}

TEST_CASE("a table's own popularity comes before the traffic's") {
  const auto model = parsed<Model>(kModel);
  const Traffic by_rank = traffic(R"(, "rows": {"order": "by-rank"})");
  const QueryStream stream(model, by_rank, 1, 0);
  double hottest = 0;
  double all = 0;
  for (std::uint64_t id = 0; id < 4000; ++id) {
    const Query q = stream.make(id);
    for (const std::int64_t row : q.rows_in(1, Per::query, 0, q.items)) {
      hottest += row == 0 ? 1 : 0;
      ++all;
    }
  }
  double harmonic = 0;
  for (int k = 1; k <= 77; ++k) harmonic += 1.0 / k;
  const double p = 1 / harmonic;
  CHECK(hottest / all == Approx(p).margin(5 * std::sqrt(p * (1 - p) / all)));  // 5 sigma
}

TEST_CASE("a lookup factor is common to the tables of a query") {
  const auto model = parsed<Model>(R"({"name": "m", "nets": [{"name": "n", "tables": [
    {"name": "a", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 100}, "per": "query"},
    {"name": "b", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 300}, "per": "query"},
    {"name": "c", "rows": 1000, "dim": 4, "pooling": {"type": "fixed", "value": 50}, "per": "query", "shares_factor": false}]}]})");
  const Traffic varied = traffic(R"(, "lookup_factor": {"type": "lognormal", "mean": 1, "cv": 0.5})");
  const QueryStream stream(model, varied, 1, 0);
  constexpr int kQueries = 20000;
  double mean = 0;
  double squares = 0;
  for (std::uint64_t id = 0; id < kQueries; ++id) {
    const Query q = stream.make(id);
    CHECK(std::abs(3 * q.lookups[0] - q.lookups[1]) <= 2);  // rounding
    CHECK(q.lookups[2] == 50);
    mean += q.lookups[1] / 300.0 / kQueries;
    squares += std::pow(q.lookups[1] / 300.0, 2) / kQueries;
  }
  CHECK(mean == Approx(1).margin(5 * 0.5 / std::sqrt(kQueries)));
  CHECK(std::sqrt(squares - mean * mean) == Approx(0.5).epsilon(0.05));
}

TEST_CASE("items follow the time of day") {
  const auto model = parsed<Model>(kModel);
  const Traffic daily = parsed<Traffic>(
      R"({"arrivals": {"type": "poisson", "rate": "1000 /s"}, "queries": 10, "items": {"type": "fixed", "value": 100},
          "items_by_time": {"period": "4 s", "factors": [1, 2, 0.5, 0]}})");
  const QueryStream stream(model, daily, 1, 0);
  const auto items_at = [&](double s) { return stream.make(1, Arrival{Time(from_seconds(s))}).items; };
  CHECK(items_at(0) == 100);
  CHECK(items_at(0.999) == 100);
  CHECK(items_at(1) == 200);
  CHECK(items_at(2.5) == 50);
  CHECK(items_at(3.5) == 1);  // a query has at least one item
  CHECK(items_at(5) == 200);
}

TEST_CASE("lookups of a slice of a query's items are the same as by division") {
  const auto check = [](std::int32_t lookups, int items, int first, int last) {
    Query q;
    q.items = items;
    q.lookups = {lookups};
    CAPTURE(lookups, items, first, last);
    REQUIRE(ItemSlice(items, first, last).lookups_of(lookups) == q.lookups_in(0, Per::item, first, last));
  };
  constexpr int kMostItems = 1'000'000;
  constexpr std::int32_t kMostLookups = 2'147'483'647;  // more than are ever drawn or recorded
  RandomStream random(1, 0, Purpose::query_items, 0);
  const auto below = [&](std::int64_t n) { return static_cast<int>(random.below(static_cast<std::uint64_t>(n))); };
  for (int i = 0; i < 300'000; ++i) {
    const int items = 1 + below(i % 2 == 0 ? 1000 : kMostItems);
    const int first = below(items);
    const int last = first + 1 + below(items - first);
    check(below(i % 3 == 0 ? 1000 : kMostLookups), items, first, last);
    // Where the quotient is a whole number, or just less than one, with the largest numbers there are.
    const int many = kMostItems - below(1000);
    const std::int32_t multiple = kMostLookups / many * many;
    check(multiple, many, 0, 1 + below(many));
    check(multiple - 1, many, 0, 1 + below(many));
    check(multiple - many + 1, many, 0, many - 1);
  }
  check(kMostLookups, kMostItems, 0, kMostItems);
  check(kMostLookups, kMostItems, kMostItems - 1, kMostItems);
}

// As if each table stood alone: a table of which nothing is drawn takes no number from the others, wherever it stands.
TEST_CASE("lookups that are known beforehand are in every query, and move no others") {
  const std::string fixed =
      R"({"name": "f", "rows": 9, "dim": 4, "per": "query", "pooling": {"type": "fixed", "value": 2.5}})";
  const std::string drawn =
      R"({"name": "d", "rows": 9, "dim": 4, "pooling": {"type": "uniform", "low": 0, "high": 8}})";
  const auto model = [](const std::string& tables) {
    return parsed<Model>(R"({"name": "m", "nets": [{"name": "n", "tables": [)" + tables + "]}]}");
  };
  const Traffic some = traffic("");
  const Model alone = model(drawn);
  const Model both = model(fixed + "," + drawn);
  const QueryStream of_alone(alone, some, 1, 0);
  const QueryStream of_both(both, some, 1, 0);
  for (std::uint64_t id = 0; id < 100; ++id) {
    const Query q = of_both.make(id);
    CHECK(q.lookups[0] == 3);  // 2.5, rounded
    CHECK(q.lookups[1] == of_alone.make(id).lookups[0]);
  }
}
