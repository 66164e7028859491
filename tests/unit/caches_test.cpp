// SPDX-License-Identifier: Apache-2.0
// Caches row by row. Their formulas are in cache_model_test.cpp.
#include "caches.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <list>
#include <map>
#include <set>

using namespace shardsim;

namespace {

constexpr std::int64_t kManyRows = std::int64_t{1} << 40;

// One table of which the cache holds so many rows.
CacheSetup rows_of_one_table(std::int64_t capacity) {
  return {Bytes{capacity}, {{kManyRows, Bytes{1}, 1, nullptr}}, {}};
}

// What becomes of lookups in one table, one after the other: h for a hit, m for a miss.
std::string played(RowCache& cache, const std::vector<std::int64_t>& rows) {
  std::string out;
  for (const std::int64_t row : rows) out += cache.access(0, row) ? 'h' : 'm';
  return out;
}
std::string played(const std::string& json, std::int64_t capacity, const std::vector<std::int64_t>& rows) {
  return played(*cache_policy(json)->exact(rows_of_one_table(capacity)), rows);
}

// Policies that take rows in.
const std::vector<std::string> kTaking{R"({"type": "lru"})",
                                       R"({"type": "fifo"})",
                                       R"({"type": "clock"})",
                                       R"({"type": "lfu"})",
                                       R"({"type": "lfu", "halve_every": 7})",
                                       R"({"type": "pending-first"})",
                                       R"({"type": "set-associative", "ways": 4})"};

std::filesystem::path shared_caches() {
  return std::filesystem::path(SHARDSIM_SOURCE_FOLDER) / "../shared/data/caches";
}

std::vector<std::int64_t> block_trace(const std::string& file) {
  std::ifstream in(shared_caches() / file);
  std::vector<std::int64_t> out;
  for (std::int64_t id = 0; in >> id;) out.push_back(id);
  return out;
}

}  // namespace

// The trace and its counts are libCacheSim's and what was derived of it elsewhere: from an empty cache on, every object
// one entry.
TEST_CASE("misses of a real block trace are known to the last one") {
  if (!std::filesystem::exists(shared_caches() / "figures.json")) {
    WARN("skipped: there is no ../shared/data/caches");
    return;
  }
  const Json figures = Json::parse(std::ifstream(shared_caches() / "figures.json"))["block_trace"];
  const std::vector<std::int64_t> ids = block_trace(figures["file"]);
  REQUIRE(ids.size() == figures["requests"]);
  for (const std::string name : {"lru", "fifo", "clock"}) {
    for (std::size_t i = 0; i < figures["capacities_in_objects"].size(); ++i) {
      const auto cache = Choice<CachePolicy>::of(name)->exact(rows_of_one_table(figures["capacities_in_objects"][i]));
      const std::string found = played(*cache, ids);
      const auto misses = std::count(found.begin(), found.end(), 'm');
      CAPTURE(name, cache->capacity().count);
      CHECK(misses == figures["misses"][name][i]);
      CHECK(misses >= figures["misses"]["belady"][i]);
    }
  }
}

TEST_CASE("lru drops the row that was not used for the longest time") {
  // 0 is used again, so 3 drops 1, and 1 drops 2; 0 and 3 are still there.
  CHECK(played(R"({"type": "lru"})", 3, {0, 1, 2, 0, 3, 1, 0, 3, 2}) == "mmmhmmhhm");
}

TEST_CASE("fifo drops the row that came in first, used or not") {
  // 3 drops 0, so 1 is there, and 0 drops 1; then 2 is there, and 1 drops 2.
  CHECK(played(R"({"type": "fifo"})", 3, {0, 1, 2, 0, 3, 1, 0, 2, 1, 2}) == "mmmhmhmhmm");
}

TEST_CASE("clock spares a row once if it was used since the hand passed it") {
  // 0 and 1 were used. For 3 the hand passes both and drops 2; for 4 it drops 0, which was used last, but before the
  // hand came; for 0 it drops 1. So 3, which is behind the hand, is still there.
  CHECK(played(R"({"type": "clock"})", 3, {0, 1, 2, 1, 0, 3, 4, 0, 3, 2}) == "mmmhhmmmhm");
}

TEST_CASE("lfu drops the row with the fewest lookups, and takes none in that has fewer") {
  // 2 drops 1: each was asked for once. At the first 0 behind the 2s, 2 and 0 have 3 each, and 1 stays out with 2. With
  // 3 it drops 2, which had 3 before 0 did. 2, with 4, drops 0. In the end 0, with 4, drops 1, which has 4, and not 2
  // with 5.
  CHECK(played(R"({"type": "lfu"})", 2, {0, 0, 1, 2, 2, 2, 0, 1, 1, 2, 1, 2, 0, 2, 1}) == "mhmmhhhmmmhhmhm");
}

TEST_CASE("lfu forgets half of all lookups every so often") {
  const std::vector<std::int64_t> rows{0, 0, 0, 0, 1, 1, 1};
  // 0 has 4 lookups, or 2 after the fourth.
  CHECK(played(R"({"type": "lfu"})", 1, rows) == "mhhhmmm");
  CHECK(played(R"({"type": "lfu", "halve_every": 4})", 1, rows) == "mhhhmmh");
  // Of those that are equal when halved, that with the lower count goes first: 0 has 3, 1 has 2 and was used last, both
  // 1 when 2 comes for the second time, after its first 1 was halved to nothing.
  CHECK(played(R"({"type": "lfu", "halve_every": 6})", 2, {0, 0, 0, 1, 1, 2, 2, 0, 1}) == "mhhmhmmhm");
}

TEST_CASE("set-associative is lru in each set") {
  CHECK(played(R"({"type": "set-associative", "ways": 3})", 3, {0, 1, 2, 0, 3, 1, 0, 3, 2}) == "mmmhmmhhm");
  // Fewer places than ways: one set of all.
  CHECK(played(R"({"type": "set-associative"})", 3, {0, 1, 2, 0, 3, 1, 0, 3, 2}) == "mmmhmmhhm");

  // Two sets of one place show which rows meet 0; two sets of two, what they do there.
  const auto meets_0 = [](std::int64_t row) {
    return played(R"({"type": "set-associative", "ways": 1})", 2, {0, row, 0}) == "mmm";
  };
  std::vector<std::int64_t> same;
  std::vector<std::int64_t> other;
  for (std::int64_t row = 1; row < 100; ++row) (meets_0(row) ? same : other).push_back(row);
  REQUIRE(same.size() > 20);
  REQUIRE(other.size() > 20);
  const std::int64_t a = same[0];
  const std::int64_t b = same[1];
  const std::int64_t c = other[0];
  // 0 is used again, so b drops a, and a drops 0; c is in the other set.
  CHECK(played(R"({"type": "set-associative", "ways": 2})", 4, {0, a, c, 0, b, a, b, c, 0}) == "mmmhmmhhm");

  SECTION("all places are as large as the largest row") {
    const auto cache = cache_policy(R"({"type": "set-associative", "ways": 8})")
                           ->exact({Bytes{110}, {{100, Bytes{10}, 1, nullptr}, {100, Bytes{25}, 1, nullptr}}, {}});
    for (std::int64_t row = 0; row < 4; ++row) cache->access(0, row);
    CHECK(cache->bytes() == Bytes{100});
    CHECK_FALSE(cache->access(0, 4));
    CHECK(cache->bytes() == Bytes{100});
    CHECK_FALSE(cache->contains(0, 0));
  }
}

TEST_CASE("pending-first is lru while nobody waits") {
  CHECK(played(R"({"type": "pending-first"})", 3, {0, 1, 2, 0, 3, 1, 0, 3, 2}) == "mmmhmmhhm");
}

TEST_CASE("pending-first drops a row that is waited for only for another") {
  const auto cache = Choice<CachePolicy>::of("pending-first")->exact(rows_of_one_table(3));
  const auto kept = [&] {
    std::string out;
    for (std::int64_t row = 0; row < 8; ++row)
      if (cache->contains(0, row)) out += std::to_string(row);
    return out;
  };
  CHECK(played(*cache, {0, 1, 2}) == "mmm");
  cache->pin(0, 0);
  cache->access(0, 3);  // for 1, the oldest of those that nobody waits for
  CHECK(kept() == "023");
  cache->pin(0, 2);
  cache->pin(0, 3);
  cache->pin(0, 3);
  cache->access(0, 4);  // stays out: it is not waited for, and all others are
  CHECK(kept() == "023");
  cache->pin(0, 4);
  cache->access(0, 4);  // now it is, as all are; 0 was used before the others
  CHECK(kept() == "234");
  cache->unpin(0, 3);
  cache->access(0, 5);  // 3 was pinned twice
  CHECK(kept() == "234");
  cache->unpin(0, 3);
  cache->access(0, 5);
  CHECK(kept() == "245");
  // 0 is not there, and waited for: it stays once it comes, though 5 was used later than all others.
  cache->access(0, 2);
  cache->access(0, 0);
  CHECK(kept() == "024");
  cache->unpin(0, 4);
  cache->unpin(0, 4);  // once too often
  cache->access(0, 6);
  CHECK(kept() == "026");
}

TEST_CASE("static-top keeps the most popular rows by lookups for a byte, and never others") {
  const auto first = zipf_law(1, 3);
  const auto second = law_of(R"({"type": "uniform"})", 2);
  const std::vector<CachedTable> tables{{3, Bytes{10}, 1, first.get()}, {2, Bytes{30}, 2, second.get()}};
  // Lookups for a byte: 6/11, 3/11, 2/11 by 10 bytes in the first table: .0545, .0273, .0182; in the second 2 * 1/2 by
  // 30: .0333 each. So the order is 0:0, 1:0 and 1:1, 0:1, 0:2.
  const Choice<CachePolicy> policy = Choice<CachePolicy>::of("static-top");
  const auto kept = [&](std::int64_t capacity) {
    const auto cache = policy->exact({Bytes{capacity}, tables, {}});
    std::string out;
    for (std::size_t t = 0; t < tables.size(); ++t)
      for (std::int64_t row = 0; row < tables[t].rows; ++row) out += cache->contains(t, row) ? '1' : '0';
    CHECK(cache->bytes().count <= capacity);
    return out;
  };
  CHECK(kept(9) == "00000");
  CHECK(kept(10) == "10000");
  CHECK(kept(40) == "10010");
  CHECK(kept(70) == "10011");
  CHECK(kept(80) == "11011");
  CHECK(kept(90) == "11111");

  SECTION("a miss brings nothing in") {
    const auto cache = policy->exact({Bytes{10}, tables, {}});
    for (int i = 0; i < 5; ++i) {
      CHECK(cache->access(0, 0));
      CHECK_FALSE(cache->access(0, 1));
    }
  }
  SECTION("rows are told by their ranks") {
    const auto rank = [](std::size_t, std::int64_t row) { return 2 - row; };
    const auto cache = policy->exact({Bytes{10}, {tables[0]}, rank});
    CHECK_FALSE(cache->contains(0, 0));
    CHECK(cache->contains(0, 2));
  }
  SECTION("a row that was changed is missed once") {
    const auto cache = policy->exact({Bytes{80}, tables, {}});
    CHECK(cache->invalidate(1, 0));
    CHECK_FALSE(cache->invalidate(1, 0));
    CHECK_FALSE(cache->contains(1, 0));
    CHECK(cache->bytes() == Bytes{50});
    CHECK_FALSE(cache->access(1, 0));
    CHECK(cache->access(1, 0));
    CHECK(cache->bytes() == Bytes{80});
    CHECK_FALSE(cache->invalidate(0, 2));
  }
}

TEST_CASE("a large row drops as many small ones as it needs, and a row above the capacity none") {
  const std::string json =
      GENERATE(filter([](const std::string& j) { return j.find("set-") == std::string::npos; }, from_range(kTaking)));
  CAPTURE(json);
  const auto cache = cache_policy(json)->exact(
      {Bytes{45}, {{100, Bytes{10}, 1, nullptr}, {100, Bytes{25}, 1, nullptr}, {100, Bytes{46}, 1, nullptr}}, {}});
  for (std::int64_t row = 0; row < 4; ++row) CHECK_FALSE(cache->access(0, row));
  CHECK(cache->bytes() == Bytes{40});
  CHECK_FALSE(cache->access(1, 0));  // 5 bytes are free, so two rows go
  CHECK_FALSE(cache->contains(0, 0));
  CHECK_FALSE(cache->contains(0, 1));
  CHECK(cache->contains(0, 2));
  CHECK(cache->contains(0, 3));
  CHECK(cache->contains(1, 0));
  CHECK(cache->bytes() == Bytes{45});
  CHECK(cache->entries() == 3);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(cache->access(2, 0));
  CHECK(cache->entries() == 3);
}

TEST_CASE("a row that was changed is missed once, and its place is free") {
  const std::string json = GENERATE(from_range(kTaking));
  CAPTURE(json);
  const auto cache = cache_policy(json)->exact(rows_of_one_table(3));
  CHECK(played(*cache, {0, 1, 2}) == "mmm");
  CHECK(cache->invalidate(0, 1));
  CHECK_FALSE(cache->invalidate(0, 1));
  CHECK_FALSE(cache->invalidate(0, 7));
  CHECK_FALSE(cache->contains(0, 1));
  CHECK(cache->entries() == 2);
  CHECK(played(*cache, {3, 0, 2, 3}) == "mhhh");  // 3 takes the free place
  CHECK(cache->invalidate(0, 0));
  CHECK(played(*cache, {0, 0, 2, 3}) == "mhhh");
}

TEST_CASE("with second-touch a row comes in when it misses again within the window") {
  const std::string json = R"({"type": "lru", "admission": "second-touch", "admission_window": 3})";
  // Misses 1 and 2 are of 0 and 1; miss 3 is of 0 again and brings it in. Miss 6 is of 1, 4 after its first: too late.
  // Miss 7 is 1's again and brings it in, beside 0. Miss 8 is of 2, long after its first, 4; miss 9 brings it in for 1.
  CHECK(played(json, 2, {0, 1, 0, 0, 2, 3, 1, 1, 1, 0, 2, 2, 2, 0}) == "mmmhmmmmhhmmhh");
  // A window of 1 is the miss before.
  CHECK(played(R"({"type": "fifo", "admission": "second-touch", "admission_window": 1})", 2, {0, 1, 0, 0, 0}) ==
        "mmmmh");
}

TEST_CASE("many rows at once are the same as one after the other") {
  const std::string json = GENERATE(from_range(kTaking));
  CAPTURE(json);
  const auto law = zipf_law(0.9, 1000);
  RandomStream random(7, 0, Purpose::rows, 0);
  std::vector<std::int64_t> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back(law->sample(random));
  const auto at_once = cache_policy(json)->exact(rows_of_one_table(100));
  const auto single = cache_policy(json)->exact(rows_of_one_table(100));
  const std::string found = played(*single, rows);
  CHECK(at_once->access_all(0, {}) == 0);
  CHECK(at_once->access_all(0, rows) == std::count(found.begin(), found.end(), 'h'));
  for (std::int64_t row = 0; row < 1000; ++row) REQUIRE(at_once->contains(0, row) == single->contains(0, row));
}

namespace {

// The plainest cache that drops rows from the front of a list, to compare with.
class PlainQueue {
 public:
  PlainQueue(bool renews, std::int64_t capacity, std::vector<std::int64_t> row_bytes)
      : renews_(renews), capacity_(capacity), row_bytes_(std::move(row_bytes)) {}

  using Row = std::pair<std::size_t, std::int64_t>;
  bool access(const Row& row) {
    const auto at = std::find(rows_.begin(), rows_.end(), row);
    const bool hit = at != rows_.end();
    if (hit && !renews_) return true;
    if (hit) rows_.erase(at);
    rows_.push_back(row);
    while (bytes() > capacity_) rows_.pop_front();
    return hit;
  }
  void invalidate(const Row& row) { rows_.remove(row); }
  std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (const Row& row : rows_) sum += row_bytes_[row.first];
    return sum;
  }
  std::size_t size() const { return rows_.size(); }

 private:
  bool renews_;
  std::int64_t capacity_;
  std::vector<std::int64_t> row_bytes_;
  std::list<Row> rows_;
};

}  // namespace

TEST_CASE("lru and fifo are what a plain list of rows says") {
  const bool is_lru = GENERATE(true, false);
  const std::vector<std::int64_t> sizes{3, 10, 17};
  const auto law = zipf_law(0.8, 60);
  std::vector<CachedTable> tables;
  for (const std::int64_t size : sizes) tables.push_back({60, Bytes{size}, 1, law.get()});
  const auto cache = Choice<CachePolicy>::of(is_lru ? "lru" : "fifo")->exact({Bytes{400}, tables, {}});
  PlainQueue plain(is_lru, 400, sizes);
  Lookups lookups(tables, 3);
  RandomStream random(4, 0, Purpose::rows, 0);
  for (int i = 0; i < 20000; ++i) {
    const auto [table, row] = lookups.next();
    if (random.below(50) == 0) {
      cache->invalidate(table, row);
      plain.invalidate({table, row});
    } else {
      REQUIRE(cache->access(table, row) == plain.access({table, row}));
    }
    REQUIRE(cache->bytes().count == plain.bytes());
    REQUIRE(cache->entries() == static_cast<std::int64_t>(plain.size()));
  }
}

TEST_CASE("what a cache says of itself holds after every lookup, and the same lookups give the same hits") {
  std::vector<std::string> all = kTaking;
  for (const std::string& json : kTaking) {
    Json with = Json::parse(json);
    with["admission"] = "second-touch";
    with["admission_window"] = 50;
    all.push_back(with.dump());
  }
  all.emplace_back(R"({"type": "static-top"})");
  const std::string json = GENERATE_COPY(from_range(all));
  CAPTURE(json);
  const bool is_set_associative = json.find("set-") != std::string::npos;  // has places of one size
  constexpr std::int64_t kRows = 100;
  const auto law = zipf_law(0.9, kRows);
  const std::vector<CachedTable> tables{{kRows, Bytes{64}, 3, law.get()},
                                        {kRows, Bytes{40}, 1, law.get()},
                                        {kRows, Bytes{500}, 1, law.get()},
                                        {kRows, Bytes{is_set_associative ? 60 : 2000}, 1, law.get()}};
  const CacheSetup setup{Bytes{1999}, tables, {}};
  const auto cache = cache_policy(json)->exact(setup);
  const auto again = cache_policy(json)->exact(setup);
  Lookups lookups(tables, 5);
  RandomStream random(6, 0, Purpose::rows, 0);
  for (int i = 0; i < 20000; ++i) {
    const auto [table, row] = lookups.next();
    const bool is_there = cache->contains(table, row);
    if (random.below(3) == 0) {
      const auto [waits, for_row] = lookups.next();
      const bool is_over = random.below(2) == 0;
      for (RowCache* c : {cache.get(), again.get()}) is_over ? c->unpin(waits, for_row) : c->pin(waits, for_row);
    }
    if (random.below(20) == 0) {
      REQUIRE(cache->invalidate(table, row) == is_there);
      REQUIRE_FALSE(cache->contains(table, row));
      again->invalidate(table, row);
    } else {
      REQUIRE(cache->access(table, row) == is_there);
      REQUIRE(again->access(table, row) == is_there);
    }
    REQUIRE(cache->bytes() <= cache->capacity());
    if (i % 50 != 0) continue;
    std::int64_t entries = 0;
    std::int64_t bytes = 0;
    for (std::size_t t = 0; t < tables.size(); ++t)
      for (std::int64_t r = 0; r < kRows; ++r)
        if (cache->contains(t, r)) ++entries, bytes += is_set_associative ? 500 : tables[t].row_bytes.count;
    REQUIRE(cache->entries() == entries);
    REQUIRE(cache->bytes().count == bytes);
    if (i >= 1000) REQUIRE(entries > 0);
  }
}

TEST_CASE("rows of large numbers are told apart, and a cache of too many rows is refused") {
  const auto cache = Choice<CachePolicy>::of("lru")->exact(rows_of_one_table(std::int64_t{1} << 24));
  for (std::int64_t row = 1; row < kManyRows; row *= 2) CHECK_FALSE(cache->access(0, row));
  for (std::int64_t row = 1; row < kManyRows; row *= 2) CHECK(cache->access(0, row));
  CHECK_THROWS_WITH(Choice<CachePolicy>::of("lru")->exact(rows_of_one_table((std::int64_t{1} << 31) + 1)),
                    Catch::Contains("at most 2147483648"));
}

TEST_CASE("a cache of no bytes misses all, and one of one row holds one") {
  const std::string json = GENERATE(from_range(kTaking));
  CHECK(played(json, 0, {0, 0, 1, 0}) == "mmmm");
  const bool is_lfu = json.find("lfu") != std::string::npos;  // 1 stays out
  CHECK(played(json, 1, {0, 0, 1, 0}) == (is_lfu ? "mhmh" : "mhmm"));
}

TEST_CASE("what an admission needs is asked for, and what it does not is refused") {
  CHECK_THROWS_WITH(cache_policy(R"({"type": "lru", "admission": "second-touch"})"),
                    Catch::Contains("admission_window") && Catch::Contains("needs a number of misses"));
  CHECK_THROWS_WITH(cache_policy(R"({"type": "fifo", "admission_window": 10})"),
                    Catch::Contains("admission_window") && Catch::Contains("of no use"));
  CHECK_THROWS_WITH(cache_policy(R"({"type": "clock", "admission": "second-touch", "admission_window": 0})"),
                    Catch::Contains("admission_window") && Catch::Contains("at least 1"));
  CHECK_THROWS_WITH(cache_policy(R"({"type": "lru", "admission": "twice"})"), Catch::Contains("second-touch"));
  CHECK_THROWS_WITH(cache_policy(R"({"type": "static-top", "admission": "all"})"), Catch::Contains("admission"));
  CHECK_THROWS_WITH(cache_policy(R"({"type": "lur"})"), Catch::Contains("lru"));
}
