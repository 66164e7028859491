// SPDX-License-Identifier: Apache-2.0
// Hit ratios by formula where rows are written and dropped, against the caches row by row.
#include <catch2/catch.hpp>
#include <cmath>

#include "caches.hpp"
#include "caches/invalidation.hpp"

using namespace shardsim;

namespace {

constexpr std::int64_t kRows = 20'000;

struct Writes {
  double batches;  // for each query
  std::int64_t rows;
};

// Queries of `lookups` rows one after the other, and between two of them, at random, batches of rows that are written:
// after a tenth of the queries, how many of the lookups are hits.
double row_by_row(const std::string& policy, const RankSampler& law, std::int64_t capacity, std::int64_t lookups,
                  const Writes& writes) {
  constexpr int kQueries = 20'000;
  const auto cache =
      cache_policy(policy)->exact({Bytes{capacity}, {{kRows, Bytes{1}, static_cast<double>(lookups), &law}}, {}});
  RandomStream random(1, 0, Purpose::rows, 0);
  std::int64_t hits = 0;
  double next = 0;
  for (int q = 0; q < kQueries; ++q) {
    for (next -= -std::log(random.uniform()); next < 0; next += -std::log(random.uniform()) / writes.batches)
      for (std::int64_t i = 0; i < writes.rows; ++i) cache->invalidate(0, law.sample(random));
    for (std::int64_t i = 0; i < lookups; ++i) {
      const bool hit = cache->access(0, law.sample(random));
      hits += hit && q >= kQueries / 10 ? 1 : 0;
    }
  }
  return static_cast<double>(hits) / (0.9 * kQueries * static_cast<double>(lookups));
}

HitRatios ratios(const std::string& policy, const RankSampler& law, std::int64_t capacity, double lookups,
                 const Writes& writes) {
  return cache_policy(policy)->hit_ratios(
      std::vector<CachedTable>{{kRows, Bytes{1}, lookups, &law, writes.batches, static_cast<double>(writes.rows)}},
      Bytes{capacity});
}

double by_formula(const std::string& policy, const RankSampler& law, std::int64_t capacity, double lookups,
                  const Writes& writes) {
  const HitRatios found = ratios(policy, law, capacity, lookups, writes);
  REQUIRE(found.by_table);
  return found.by_table->front();
}

}  // namespace

TEST_CASE("where rows are written and dropped, formula and cache row by row agree to within a point") {
  const std::string policy = GENERATE(R"({"type": "lru"})", R"({"type": "fifo"})", R"({"type": "clock"})",
                                      R"({"type": "static-top"})", R"({"type": "set-associative"})");
  const auto law = zipf_law(GENERATE(0.8, 1.1), kRows);
  // One write for ten lookups, as many as lookups, and few large batches.
  const Writes writes = GENERATE(values<Writes>({{0.1, 50}, {1, 50}, {0.01, 500}}));
  for (const std::int64_t capacity : {200, 4000, 19'000}) {
    CAPTURE(policy, capacity, writes.batches, writes.rows);
    CHECK(by_formula(policy, *law, capacity, 50, writes) ==
          Approx(row_by_row(policy, *law, capacity, 50, writes)).margin(0.01));
  }
}

TEST_CASE("one row that is looked up at random and written at random is found as often as it was looked up last") {
  // Lookups 1 a query, writes 0.5: l / (l + w).
  const auto law = zipf_law(1, 1);
  for (const std::string policy : {"lru", "fifo", "static-top"}) {
    const HitRatios found = cache_policy(R"({"type": ")" + policy + R"("})")
                                ->hit_ratios(std::vector<CachedTable>{{1, Bytes{1}, 1, law.get(), 0.5, 1}}, Bytes{1});
    REQUIRE(found.by_table);
    CHECK(found.by_table->front() == Approx(1 / 1.5));
  }
}

TEST_CASE("the fewer the writes, the nearer the formulas are to those without any") {
  const auto law = zipf_law(0.9, kRows);
  for (const std::string policy : {R"({"type": "lru"})", R"({"type": "fifo"})", R"({"type": "clock"})",
                                   R"({"type": "static-top"})", R"({"type": "set-associative"})"}) {
    const double without = by_formula(policy, *law, 2000, 50, {0, 0});
    CHECK(by_formula(policy, *law, 2000, 50, {1e-9, 1}) == Approx(without).margin(2e-3));
    CHECK(by_formula(policy, *law, 2000, 50, {0.1, 50}) < without);
  }
  for (const double x : {0.1, 1.0, 5.0}) {
    CHECK(lru_present(x, 1e-12) == Approx(lru_hits(x, 1)));
    CHECK(fifo_present(x, 1e-12) == Approx(fifo_hits(x, 1)));
    CHECK(clock_present(x, 1e-12) == Approx(clock_hits(x, 1)));
  }
}

TEST_CASE("policies without a formula for rows that are dropped say so") {
  const auto law = zipf_law(1, kRows);
  const std::string policy =
      GENERATE(R"({"type": "lfu"})", R"({"type": "lru", "admission": "second-touch", "admission_window": 100})",
               R"({"type": "pending-first"})");
  const HitRatios found = ratios(policy, *law, 100, 50, {1, 1});
  CHECK_FALSE(found.by_table);
  CHECK_FALSE(found.why_not.empty());
}
