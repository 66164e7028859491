// SPDX-License-Identifier: Apache-2.0
// Hit ratios of caches by formula, against figures of others and against the caches row by row (caches_test.cpp).
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "caches.hpp"
#include "caches/capacity_split.hpp"
#include "caches/hit_model.hpp"
#include "caches/top_rows.hpp"

using namespace shardsim;

namespace {

std::vector<double> by_formula(const std::string& json, const std::vector<CachedTable>& tables, Bytes capacity) {
  const HitRatios ratios = cache_policy(json)->hit_ratios(tables, capacity);
  REQUIRE(ratios.by_table);
  return *ratios.by_table;
}

// The one table's hit ratio, of which so many rows fit.
double by_formula(const std::string& json, const RankSampler& law, std::int64_t rows, std::int64_t capacity) {
  return by_formula(json, {{rows, Bytes{1}, 1, &law}}, Bytes{capacity}).front();
}

}  // namespace

TEST_CASE("bands have all rows and all lookups, and no row is far from its band's mean") {
  const std::string json =
      GENERATE(R"({"type": "uniform"})", R"({"type": "zipf", "s": 0.7})", R"({"type": "zipf", "s": 1.2})",
               R"({"type": "zipf", "s": 4})",
               R"({"type": "reuse", "classes": [{"rows": 1e-6, "accesses": 0.01}, {"rows": 0.1, "accesses": 0.69},
                   {"rows": 0.4, "accesses": 0.2}, {"rows": 0.499999, "accesses": 0.1}]})");
  const std::int64_t rows = GENERATE(as<std::int64_t>{}, 1, 2, 100, 1'000'003, 100'000'000, 1'000'000'000'000);
  CAPTURE(json, rows);
  const auto law = law_of(json, rows);
  const std::vector<RankBand> bands = rank_bands(*law, rows);
  std::int64_t first = 0;
  double share = 0;
  double astray = 0;  // lookups of bands of unlike rows
  for (const RankBand& band : bands) {
    REQUIRE(band.rows > 0);
    const std::int64_t end = first + band.rows;
    const double most = law->share_below(first + 1) - law->share_below(first);
    const double least = law->share_below(end) - law->share_below(end - 1);
    if (most > 1.13 * least + 1e-15) astray += band.share;
    first = end;
    share += band.share;
  }
  CHECK(first == rows);
  CHECK(share == Approx(1).epsilon(1e-9));
  CHECK(astray < 3e-6);
  CHECK(bands.size() < 1000);
}

// Sums over bands against sums over all rows, of the formulas themselves, at the same characteristic time.
TEST_CASE("bands leave less than 1e-4 of hit ratio away from the sum over all rows") {
  const std::string json =
      GENERATE(R"({"type": "uniform"})", R"({"type": "zipf", "s": 0.6})", R"({"type": "zipf", "s": 1})",
               R"({"type": "zipf", "s": 1.5})",
               R"({"type": "reuse", "classes": [{"rows": 0.001, "accesses": 0.4}, {"rows": 0.099, "accesses": 0.4},
          {"rows": 0.9, "accesses": 0.2}]})");
  const std::int64_t kRows = 300'000;
  const auto law = law_of(json, kRows);
  std::vector<double> shares;
  for (std::int64_t rank = 0; rank < kRows; ++rank)
    shares.push_back(law->share_below(rank + 1) - law->share_below(rank));
  const std::vector<CachedTable> tables{{kRows, Bytes{1}, 1, law.get()}};
  for (const auto hits : {lru_hits, fifo_hits, clock_hits}) {
    for (const std::int64_t capacity : {30, 3000, 30000, 200000}) {
      const StayModel model{hits};
      const double time = characteristic_times(in_bands(tables), Bytes{capacity}, model).stays.front();
      double kept = 0;
      double ratio = 0;
      for (const double share : shares) {
        kept += hits(share * time, 1);
        ratio += share * hits(share * time, 1);
      }
      CAPTURE(json, capacity, time);
      CHECK(kept == Approx(static_cast<double>(capacity)).epsilon(2e-4));
      CHECK(std::abs(ratio - characteristic_hits(in_bands(tables), Bytes{capacity}, model).front()) < 1e-4);
    }
  }
}

// Zipf 0.8 over 100 objects, of which 40 fit: the bounds are those of Icarus' own tests of its approximations, for a
// hit ratio that it simulates as about 0.64. The digits are the sums over all objects, solved by SciPy's brentq.
TEST_CASE("a small cache has the characteristic time and the hit ratio that others say") {
  const auto law = zipf_law(0.8, 100);
  const std::vector<CachedTable> tables{{100, Bytes{1}, 1, law.get()}};
  const double time = characteristic_times(in_bands(tables), Bytes{40}, {lru_hits}).stays.front();
  CHECK(time > 72.1);
  CHECK(time < 72.3);
  CHECK(time == Approx(72.210922).epsilon(1e-4));
  const double ratio = by_formula(R"({"type": "lru"})", *law, 100, 40);
  CHECK(ratio > 0.63);
  CHECK(ratio < 0.66);
  CHECK(ratio == Approx(0.645412).margin(1e-4));
}

// Sums over all rows, solved by SciPy's brentq.
TEST_CASE("hit ratios by formula are those of the whole sums to four digits") {
  constexpr std::int64_t kRows = 1'000'000;
  const auto flat = zipf_law(0.87, kRows);
  CHECK(by_formula(R"({"type": "lru"})", *flat, kRows, 1000) == Approx(0.179738).margin(1e-4));
  CHECK(by_formula(R"({"type": "fifo"})", *flat, kRows, 1000) == Approx(0.157458).margin(1e-4));
  const auto steep = zipf_law(1.05, kRows);
  CHECK(by_formula(R"({"type": "lru"})", *steep, kRows, 100'000) == Approx(0.838482).margin(1e-4));
  CHECK(by_formula(R"({"type": "fifo"})", *steep, kRows, 100'000) == Approx(0.813259).margin(1e-4));
}

// Of 10^6 rows: static, LRU and FIFO by Che's approximation, by a derivation of its own, good for one of its last
// digit: summing over all rows, FIFO's first is 0.15746, not 0.158.
TEST_CASE("hit ratios by formula are those that were derived elsewhere") {
  struct Row {
    double s, share, top, lru, fifo;
  };
  const Row row = GENERATE(values<Row>({{0.87, 0.001, 0.3, 0.18, 0.158},
                                        {0.87, 0.01, 0.468, 0.341, 0.31},
                                        {0.87, 0.1, 0.694, 0.591, 0.552},
                                        {1.05, 0.001, 0.608, 0.502, 0.463},
                                        {1.05, 0.01, 0.754, 0.676, 0.643},
                                        {1.05, 0.1, 0.884, 0.839, 0.813},
                                        {1.2, 0.001, 0.822, 0.76, 0.726},
                                        {1.2, 0.01, 0.91, 0.875, 0.855},
                                        {1.2, 0.1, 0.965, 0.95, 0.939}}));
  constexpr std::int64_t kRows = 1'000'000;
  const auto law = zipf_law(row.s, kRows);
  const auto capacity = static_cast<std::int64_t>(row.share * kRows);
  CAPTURE(row.s, row.share);
  constexpr double kOfTheLastDigit = 0.001;
  CHECK(std::abs(by_formula(R"({"type": "static-top"})", *law, kRows, capacity) - row.top) < kOfTheLastDigit);
  CHECK(std::abs(by_formula(R"({"type": "lru"})", *law, kRows, capacity) - row.lru) < kOfTheLastDigit);
  CHECK(std::abs(by_formula(R"({"type": "fifo"})", *law, kRows, capacity) - row.fifo) < kOfTheLastDigit);
}

namespace {

// Hits by lookups of each table, once the cache is filled.
std::vector<double> measured(const std::string& json, const std::vector<CachedTable>& tables, Bytes capacity,
                             int warm_up, int lookups) {
  const auto cache = cache_policy(json)->exact({capacity, tables, {}});
  Lookups source(tables, 11);
  std::vector<double> hits(tables.size());
  std::vector<double> all(tables.size());
  for (int i = 0; i < warm_up + lookups; ++i) {
    const auto [table, row] = source.next();
    const bool hit = cache->access(table, row);
    if (i < warm_up) continue;
    ++all[table];
    hits[table] += hit ? 1 : 0;
  }
  for (std::size_t t = 0; t < tables.size(); ++t) hits[t] /= all[t];
  return hits;
}

// Those that have a formula.
const std::vector<std::string> kWithFormula{
    R"({"type": "lru"})",
    R"({"type": "fifo"})",
    R"({"type": "clock"})",
    R"({"type": "static-top"})",
    R"({"type": "lfu"})",
    R"({"type": "set-associative"})",
    R"({"type": "set-associative", "ways": 4})",
    R"({"type": "lru", "admission": "second-touch", "admission_window": 3000})",
    R"({"type": "fifo", "admission": "second-touch", "admission_window": 3000})",
    R"({"type": "clock", "admission": "second-touch", "admission_window": 500})",
    R"({"type": "set-associative", "admission": "second-touch", "admission_window": 3000})",
    R"({"type": "lfu", "admission": "second-touch", "admission_window": 3000})",
};

constexpr int kWarmUp = 300'000;
constexpr int kMeasured = 700'000;
constexpr double kPoint = 0.01;

}  // namespace

TEST_CASE("under independent lookups a cache row by row is within a point of its formula", "[draws]") {
  const std::string json = GENERATE(from_range(kWithFormula));
  const double s = GENERATE(0.7, 1.1);
  const std::int64_t capacity = GENERATE(as<std::int64_t>{}, 30, 300, 3000);
  CAPTURE(json, s, capacity);
  constexpr std::int64_t kRows = 10'000;
  const auto law = zipf_law(s, kRows);
  const double found = measured(json, {{kRows, Bytes{1}, 1, law.get()}}, Bytes{capacity}, kWarmUp, kMeasured).front();
  CHECK(found == Approx(by_formula(json, *law, kRows, capacity)).margin(kPoint));
}

TEST_CASE("so is each of several tables that share a cache, with rows of unlike sizes", "[draws]") {
  const std::string json = GENERATE(from_range(kWithFormula));
  const std::int64_t capacity = GENERATE(as<std::int64_t>{}, 60'000, 600'000);
  const auto steep = zipf_law(1.2, 5'000);
  const auto flat = law_of(R"({"type": "uniform"})", 2'000);
  const auto curve = law_of(R"({"type": "reuse", "classes": [{"rows": 0.05, "accesses": 0.7},
                               {"rows": 0.95, "accesses": 0.3}]})",
                            20'000);
  const std::vector<CachedTable> tables{
      {5'000, Bytes{272}, 2, steep.get()}, {2'000, Bytes{80}, 1, flat.get()}, {20'000, Bytes{144}, 3, curve.get()}};
  const std::vector<double> formula = by_formula(json, tables, Bytes{capacity});
  const std::vector<double> found = measured(json, tables, Bytes{capacity}, kWarmUp, 2 * kMeasured);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    CAPTURE(json, capacity, t);
    CHECK(found[t] == Approx(formula[t]).margin(kPoint));
  }
}

// In sets of one place all depends on which popular rows meet.
TEST_CASE("sets of one place are within three points of their formula", "[draws]") {
  const std::string json = R"({"type": "set-associative", "ways": 1})";
  const std::int64_t capacity = GENERATE(as<std::int64_t>{}, 30, 300, 3000);
  constexpr std::int64_t kRows = 10'000;
  const auto law = zipf_law(1.1, kRows);
  const double found = measured(json, {{kRows, Bytes{1}, 1, law.get()}}, Bytes{capacity}, kWarmUp, kMeasured).front();
  CHECK(found == Approx(by_formula(json, *law, kRows, capacity)).margin(3 * kPoint));
}

// Not a test: writes the table of docs/caches.md.
TEST_CASE("formulas beside caches row by row", "[.cache-table]") {
  constexpr std::int64_t kRows = 100'000;
  std::string table;
  for (const std::string& json : kWithFormula) {
    for (const double s : {0.8, 1.1}) {
      const auto law = zipf_law(s, kRows);
      table += fmt::format("| `{}` | {} |", json, s);
      for (const std::int64_t capacity : {100, 1000, 10'000}) {
        const std::vector<CachedTable> tables{{kRows, Bytes{1}, 1, law.get()}};
        table += fmt::format(" {:.2f} / {:.2f} |", 100 * by_formula(json, *law, kRows, capacity),
                             100 * measured(json, tables, Bytes{capacity}, 1'000'000, 2'000'000).front());
      }
      table += "\n";
    }
  }
  WARN(table);
}

TEST_CASE("a cache of all rows hits them all, one of none none, and tables without lookups have no hits") {
  // Small sets run over before all places are taken.
  const std::string json = GENERATE(filter(
      [](const std::string& j) { return j.find("\"ways\": 4") == std::string::npos; }, from_range(kWithFormula)));
  CAPTURE(json);
  const auto law = zipf_law(0.9, 1000);
  const std::vector<CachedTable> tables{{1000, Bytes{10}, 1, law.get()}, {1000, Bytes{20}, 0, law.get()}};
  CHECK(by_formula(json, tables, Bytes{30'000}) == std::vector<double>{1, 0});
  CHECK(by_formula(json, tables, Bytes{0}) == std::vector<double>{0, 0});
  CHECK(by_formula(json, tables, Bytes{9}) == std::vector<double>{0, 0});
  CHECK(by_formula(json, {}, Bytes{9}).empty());
}

// Measured by others: a static cache of the most popular rows on each GPU, 100 tables of 8e6 rows, lookups by a power
// law of 1.2. The law's discretization is not stated: by Zipf 0.9541 and 0.9796, by the continuous one 0.9485 and
// 0.9771.
TEST_CASE("a static cache's hit ratio is near to what was measured of UGache's") {
  constexpr std::int64_t kRows = 8'000'000;
  const auto law = zipf_law(1.2, kRows);
  const std::vector<CachedTable> tables(100, {kRows, Bytes{512}, 1, law.get()});
  const auto hit_ratio = [&](double share) {
    const Bytes capacity{static_cast<std::int64_t>(share * 100 * kRows) * 512};
    return by_formula(R"({"type": "static-top"})", tables, capacity).front();
  };
  CHECK(hit_ratio(0.02) == Approx(0.9541).margin(0.0001));
  CHECK(hit_ratio(0.12) == Approx(0.9796).margin(0.0001));
  CHECK(hit_ratio(0.02) == Approx(0.9505).margin(0.005));
  CHECK(hit_ratio(0.02) == Approx(0.9495).margin(0.005));
  CHECK(hit_ratio(0.12) == Approx(0.98275).margin(0.005));
}

TEST_CASE("rows of the same popularity are shared alike among tables") {
  const auto law = law_of(R"({"type": "uniform"})", 1000);
  const std::vector<CachedTable> tables{{1000, Bytes{10}, 1, law.get()}, {1000, Bytes{10}, 1, law.get()}};
  CHECK(top_rows(tables, Bytes{5005}, TopBy::lookups_per_byte) == std::vector<std::int64_t>{250, 250});
  CHECK(top_rows(tables, Bytes{5010}, TopBy::lookups_per_byte) == std::vector<std::int64_t>{251, 250});
}

TEST_CASE("what is popular counts for a byte, or for itself") {
  const auto law = zipf_law(1, 1000);
  // Twice the lookups at four times the size: for a byte the second table's rank 2k is as the first's k.
  const std::vector<CachedTable> tables{{1000, Bytes{40}, 2, law.get()}, {1000, Bytes{10}, 1, law.get()}};
  const auto by_byte = top_rows(tables, Bytes{6000}, TopBy::lookups_per_byte);
  CHECK(by_byte == std::vector<std::int64_t>{100, 200});
  const auto by_row = top_rows(tables, Bytes{4500}, TopBy::lookups);
  CHECK(by_row == std::vector<std::int64_t>{100, 50});
}

TEST_CASE("where there is no formula, there is a reason") {
  const auto law = zipf_law(1, 10);
  const std::vector<CachedTable> tables{{10, Bytes{1}, 1, law.get()}};
  for (const std::string json : {R"({"type": "lfu", "halve_every": 100})", R"({"type": "pending-first"})"}) {
    const HitRatios ratios = cache_policy(json)->hit_ratios(tables, Bytes{5});
    CHECK_FALSE(ratios.by_table);
    CHECK_FALSE(ratios.why_not.empty());
    CHECK_THROWS_WITH(split_capacity(CapacitySplit::marginal_gain, *cache_policy(json), tables, Bytes{5}),
                      Catch::Contains("marginal-gain") && Catch::Contains(ratios.why_not));
  }
}

namespace {

std::int64_t sum_of(const std::vector<Bytes>& bytes) {
  std::int64_t sum = 0;
  for (const Bytes b : bytes) sum += b.count;
  return sum;
}

double hits_of(const HitRatios& ratios, const std::vector<CachedTable>& tables) {
  double hits = 0;
  for (std::size_t t = 0; t < tables.size(); ++t) hits += tables[t].lookups * (*ratios.by_table)[t];
  return hits;
}

}  // namespace

TEST_CASE("a capacity is split by what each rule says, and full tables leave the rest to others") {
  const auto law = zipf_law(1, 1000);
  const std::vector<CachedTable> tables{
      {1000, Bytes{10}, 1, law.get()}, {1000, Bytes{10}, 3, law.get()}, {100, Bytes{10}, 4, law.get()}};
  const auto lru = Choice<CachePolicy>::of("lru");
  const auto split = [&](CapacitySplit how, std::int64_t capacity) {
    std::vector<std::int64_t> out;
    for (const Bytes b : split_capacity(how, *lru, tables, Bytes{capacity})) out.push_back(b.count);
    return out;
  };
  using Split = std::vector<std::int64_t>;
  CHECK(split(CapacitySplit::shared, 900).empty());
  CHECK(split(CapacitySplit::equal, 900) == Split{300, 300, 300});
  CHECK(split(CapacitySplit::equal, 5000) == Split{2000, 2000, 1000});  // the third has 1000 bytes
  CHECK(split(CapacitySplit::by_lookups, 800) == Split{100, 300, 400});
  CHECK(split(CapacitySplit::by_lookups, 5000) == Split{1000, 3000, 1000});
  CHECK(split(CapacitySplit::equal, 100000) == Split{10000, 10000, 1000});
  CHECK(split(CapacitySplit::marginal_gain, 100000) == Split{10000, 10000, 1000});
  CHECK(split(CapacitySplit::marginal_gain, 0) == Split{0, 0, 0});
}

TEST_CASE("by marginal gain no other split has more hits") {
  const std::string json = GENERATE(R"({"type": "lru"})", R"({"type": "static-top"})", R"({"type": "clock"})",
                                    R"({"type": "set-associative"})",
                                    R"({"type": "lru", "admission": "second-touch", "admission_window": 3000})");
  CAPTURE(json);
  const auto policy = cache_policy(json);
  const auto steep = zipf_law(1.2, 50'000);
  const auto flat = zipf_law(0.6, 200'000);
  const std::vector<CachedTable> tables{
      {50'000, Bytes{100}, 1, steep.get()}, {200'000, Bytes{300}, 4, flat.get()}, {50'000, Bytes{500}, 2, steep.get()}};
  const Bytes capacity{10'000'000};
  const std::vector<Bytes> best = split_capacity(CapacitySplit::marginal_gain, *policy, tables, capacity);
  CHECK(sum_of(best) <= capacity.count);
  CHECK(sum_of(best) > capacity.count - 10);
  const double most = hits_of(hit_ratios_of(CapacitySplit::marginal_gain, *policy, tables, capacity), tables);
  for (const CapacitySplit other : {CapacitySplit::equal, CapacitySplit::by_lookups})
    CHECK(most > hits_of(hit_ratios_of(other, *policy, tables, capacity), tables));
  // Nor has one nearby: a tenth of a table's bytes to another.
  for (std::size_t from = 0; from < tables.size(); ++from) {
    for (std::size_t to = 0; to < tables.size(); ++to) {
      if (from == to) continue;
      double hits = 0;
      for (std::size_t t = 0; t < tables.size(); ++t) {
        const std::int64_t moved = best[from].count / 10 * ((t == to ? 1 : 0) - (t == from ? 1 : 0));
        const std::vector<CachedTable> alone{tables[t]};
        hits += hits_of(policy->hit_ratios(alone, Bytes{best[t].count + moved}), alone);
      }
      CHECK(hits < most + 1e-3);
    }
  }
}

TEST_CASE("for static-top a split by marginal gain is what sharing the capacity gives") {
  const auto top = Choice<CachePolicy>::of("static-top");
  const auto steep = zipf_law(1.2, 50'000);
  const auto flat = zipf_law(0.6, 200'000);
  const std::vector<CachedTable> tables{{50'000, Bytes{100}, 1, steep.get()}, {200'000, Bytes{300}, 4, flat.get()}};
  const Bytes capacity{10'000'000};
  const double split = hits_of(hit_ratios_of(CapacitySplit::marginal_gain, *top, tables, capacity), tables);
  const double shared = hits_of(hit_ratios_of(CapacitySplit::shared, *top, tables, capacity), tables);
  CHECK(split == Approx(shared).epsilon(1e-3));
  CHECK(split < shared + 1e-9);
}

TEST_CASE("tables that are alike get the same by marginal gain") {
  const auto law = zipf_law(0.9, 10'000);
  const std::vector<CachedTable> tables(5, {10'000, Bytes{64}, 2, law.get()});
  const auto split =
      split_capacity(CapacitySplit::marginal_gain, *Choice<CachePolicy>::of("lru"), tables, Bytes{500'000});
  for (const Bytes b : split) CHECK(b == split.front());
  CHECK(sum_of(split) > 499'990);
}
