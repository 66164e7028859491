// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_profile.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "engine/normal.hpp"
#include "engine/random.hpp"

using namespace shardsim;

namespace {

TraceHeader header_of(TraceDetail detail, const std::vector<std::string>& tables = {}) {
  TraceHeader header;
  header.has_items = true;
  header.detail = detail;
  for (const std::string& name : tables) header.tables.push_back({name, 0});
  return header;
}

TraceRecord at_seconds(double s, int items = 1, std::vector<std::int32_t> lookups = {},
                       std::vector<std::int64_t> rows = {}) {
  return {Time(Duration(std::llround(s * 1e12))), items, std::move(lookups), std::move(rows)};
}

// Times of `n` arrivals with exponential gaps, 1000 a second.
TraceProfile poisson(int n, int batch = 1) {
  TraceProfile profile(header_of(TraceDetail::none), 60);
  RandomStream random(7, 0, Purpose::arrivals, 0);
  double t = 3;
  for (int i = 0; i < n; ++i) {
    if (i % batch == 0) t -= 1e-3 * std::log(random.uniform());
    profile.add(at_seconds(t));
  }
  return profile;
}

// Reads of rows that are ever colder, with what is true of them.
struct Reads {
  std::vector<std::int64_t> rows;
  std::map<std::int64_t, double> counts;
};
Reads zipf_like(std::int64_t most, int n) {
  Reads reads;
  RandomStream random(3, 0, Purpose::rows, 0);
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    reads.rows.push_back(static_cast<std::int64_t>(std::pow(static_cast<double>(most), u)));  // density 1/rank
    ++reads.counts[reads.rows.back()];
  }
  return reads;
}

}  // namespace

TEST_CASE("Poisson arrivals have gaps as spread as their mean, without memory, and a dispersion of 1 at all windows") {
  constexpr int kQueries = 200'000;
  const TraceProfile profile = poisson(kQueries);
  const auto a = profile.arrivals();
  const double sigma = 1 / std::sqrt(kQueries);  // of all of these three, in their mean; bounds: 5 sigma
  CHECK(a.queries == kQueries);
  CHECK(a.per_second == Approx(1000).epsilon(5 * sigma));
  CHECK(a.gap_cv == Approx(1).epsilon(5 * sigma));
  CHECK(std::abs(a.gap_correlation) < 5 * sigma);
  CHECK(a.gap_p50_s == Approx(1e-3 * std::log(2)).epsilon(5 * sigma + 0.001));
  CHECK(a.gap_p99_s == Approx(1e-3 * std::log(100)).epsilon(5 * std::sqrt(99) / std::log(100) * sigma + 0.001));
  CHECK(a.simultaneous == 0);
  const auto windows = profile.dispersions();
  REQUIRE(windows.size() == 14);  // from the mean gap to a twentieth of the duration
  for (const auto& w : windows) {
    CHECK(w.windows >= 20);
    CHECK(w.window_s >= 0.98e-3);
    // Var(counts) / mean has the variance 2 / n + 1 / (n mean); that of few windows is far from normal.
    if (w.windows >= 300) CHECK(w.dispersion == Approx(1).margin(5 * std::sqrt(3.0 / static_cast<double>(w.windows))));
  }
  CHECK(profile.notes().empty());
}

TEST_CASE("regular arrivals have no dispersion; batches have one of their size") {
  TraceProfile regular(header_of(TraceDetail::none), 10);
  for (int i = 0; i < 10'000; ++i) regular.add(at_seconds(i * 1e-3));
  CHECK(regular.arrivals().gap_cv == 0);
  CHECK(std::isnan(regular.arrivals().gap_correlation));
  for (const auto& w : regular.dispersions()) CHECK(w.dispersion < 0.26);  // counts differ by one at most: 1/4 / mean

  const TraceProfile batches = poisson(200'000, 4);
  CHECK(batches.arrivals().simultaneous == Approx(0.75).epsilon(1e-4));
  for (const auto& w : batches.dispersions())
    if (w.windows >= 1000)
      CHECK(w.dispersion == Approx(4).epsilon(5 * std::sqrt(3.0 / static_cast<double>(w.windows)) + 1e-3));
  REQUIRE(batches.notes().size() == 1);
  CHECK(batches.notes()[0].find("75.0 % of the queries") == 0);
}

TEST_CASE("dispersion is that of counting window by window") {
  CountDispersion dispersion;
  RandomStream random(5, 0, Purpose::arrivals, 1);
  std::vector<std::int64_t> times;
  std::int64_t t = 0;
  for (int i = 0; i < 5000; ++i) {
    t += random.uniform() < 0.7 ? static_cast<std::int64_t>(random.below(20))
                                : static_cast<std::int64_t>(random.below(3000));
    times.push_back(t);
    dispersion.record(t);
  }
  const auto windows = dispersion.windows(1, 20);
  CHECK(windows.front().length == 1);
  REQUIRE(windows.size() > 10);
  for (const auto& w : windows) {
    const auto n = static_cast<std::size_t>(t / w.length);
    std::vector<double> counts(n);
    for (const std::int64_t time : times)
      if (static_cast<std::size_t>(time / w.length) < n) ++counts[static_cast<std::size_t>(time / w.length)];
    const double mean = std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(n);
    double variance = 0;
    for (const double c : counts) variance += (c - mean) * (c - mean) / static_cast<double>(n);
    CHECK(w.windows == n);
    CHECK(w.dispersion == Approx(variance / mean).epsilon(1e-9));
  }
}

TEST_CASE("bins of the rate are few, of round width, and hold every event, however long time lasts") {
  for (const std::size_t wanted : {1, 3, 60}) {
    for (const double span : {1.0, 59.0, 61.0, 1e3, 7e9, 1e18, 9e18}) {
      RateBins rates(wanted);
      constexpr int kEvents = 1000;
      for (int i = 0; i < kEvents; ++i) rates.record(static_cast<std::int64_t>(span * i / (kEvents - 1)));
      const auto bins = rates.bins();
      REQUIRE(!bins.empty());
      CHECK(bins.size() <= wanted);
      if (span > 1000) CHECK(bins.size() * 5 >= wanted * 2 - 2);
      std::uint64_t events = 0;
      std::int64_t end = 0;
      for (const auto& b : bins) {
        CHECK(b.start == end);
        end = b.start + b.length;
        events += b.events;
      }
      CHECK(end == static_cast<std::int64_t>(span));
      CHECK(events == kEvents);
      if (bins.size() > 2) {
        CHECK(2 * bins.back().length >= bins[0].length);
        const std::string width = std::to_string(bins[0].length);
        CHECK(std::string("125").find(width[0]) != std::string::npos);
        CHECK(width.find_first_not_of('0', 1) == std::string::npos);
        CHECK(bins[1].length == bins[0].length);
      }
    }
  }
}

TEST_CASE("a silence far longer than the others is remarked on") {
  TraceProfile profile(header_of(TraceDetail::none), 10);
  for (int i = 0; i < 5000; ++i) profile.add(at_seconds(i * 1e-3 + (i > 2000 ? 60 : 0)));
  CHECK(profile.arrivals().largest_gap_s == Approx(60.001));
  CHECK(profile.arrivals().largest_gap_after == 2000);
  REQUIRE(profile.notes().size() == 1);
  CHECK(profile.notes()[0].find("clock jump") != std::string::npos);
}

TEST_CASE("traces of no, one and simultaneous queries have what figures there are") {
  TraceProfile profile(header_of(TraceDetail::rows, {"a", "b"}), 5);
  CHECK(profile.arrivals().queries == 0);
  CHECK(std::isnan(profile.arrivals().per_second));
  CHECK(profile.tables().size() == 2);
  CHECK(profile.rates().empty());
  CHECK(std::isnan(profile.common_factor_cv_per_item()));
  for (int i = 0; i < 2; ++i) {
    profile.add(at_seconds(5, 3, {2, 0}, {1, 1}));
    CHECK(profile.rates().empty());
    CHECK(profile.dispersions().empty());
    CHECK(std::isnan(profile.arrivals().gap_cv));
    CHECK(profile.arrivals().first_s == 5);
    CHECK(profile.tables()[0].repeats == 0.5);
    CHECK(profile.tables()[0].distinct_rows == 1);
    CHECK(std::isnan(profile.tables()[1].repeats));
    CHECK(std::isnan(profile.tables()[1].others_correlation));
    CHECK(profile.hours().empty());
    CHECK(profile.notes().size() == static_cast<std::size_t>(i));  // the second comes with the first
  }
}

TEST_CASE("lookups are described for queries that have them, and by what goes along with them") {
  TraceProfile profile(header_of(TraceDetail::counts, {"items", "user", "never"}), 5);
  for (int i = 0; i < 1000; ++i) {
    const int items = 10 + i % 7;
    profile.add(at_seconds(i, items, {3 * items, i % 4 == 0 ? 5 : 0, 0}));
  }
  const auto tables = profile.tables();
  REQUIRE(tables.size() == 3);
  CHECK(tables[0].present == 1);
  CHECK(tables[0].per_item_mean == Approx(3));
  CHECK(tables[0].per_item_cv < 1e-6);
  CHECK(tables[0].items_correlation == Approx(1));
  CHECK(tables[1].present == 0.25);
  CHECK(tables[1].per_query == 1.25);
  CHECK(tables[1].lookups->mean() == 5);
  CHECK(tables[1].lookups->cv() == 0);
  CHECK(tables[1].lookups->max() == 5);
  CHECK(std::abs(tables[1].items_correlation) < 0.02);
  CHECK(tables[1].others_correlation == Approx(tables[1].items_correlation));
  CHECK(tables[0].share + tables[1].share == Approx(1));
  CHECK(tables[2].present == 0);
  CHECK(std::isnan(tables[2].per_item_mean));
  CHECK(profile.items().mean() == Approx(13).epsilon(0.01));
}

TEST_CASE("a factor common to all tables is told from what each does by itself") {
  constexpr int kQueries = 40'000;
  for (const double cv : {0.0, 0.5}) {
    TraceProfile profile(header_of(TraceDetail::counts, {"a", "b", "c"}), 5);
    const double s = std::sqrt(std::log(1 + cv * cv));
    for (int i = 0; i < kQueries; ++i) {
      RandomStream random(11, 0, Purpose::lookups, static_cast<std::uint64_t>(i));
      const double factor = std::exp(s * standard_normal(random) - s * s / 2);
      const int items = 100 + static_cast<int>(random.below(100));
      std::vector<std::int32_t> lookups;
      for (const double mean : {1000.0, 300.0, 5000.0})
        lookups.push_back(static_cast<std::int32_t>(mean * items * factor * (0.5 + random.uniform()) + 0.5));
      profile.add(at_seconds(i, items, lookups));
    }
    // Each product of two tables' deviations has a variance near (1/12)^2 without a factor; with one, the factor's own
    // spread dominates: its fourth moment makes the variance of its square 1.9 for cv 0.5.
    const double margin = 5 * std::sqrt((cv > 0 ? 1.9 : 0.01) / kQueries);
    const double found = profile.common_factor_cv_per_item();
    CHECK(found * found == Approx(cv * cv).margin(margin));
    // That of the items, uniform on 100 .. 199, comes on top: (1 + cv^2)(1 + cv_items^2) - 1.
    const double of_items = (100.0 * 100 - 1) / 12 / (149.5 * 149.5);
    const double with_items = profile.common_factor_cv();
    CHECK(with_items * with_items == Approx((1 + cv * cv) * (1 + of_items) - 1).margin(1.3 * margin));
  }
}

TEST_CASE("items that go by the hour are seen to") {
  TraceProfile profile(header_of(TraceDetail::none), 48);
  for (int hour = 0; hour < 60; ++hour)
    for (int i = 0; i < 10; ++i) profile.add(at_seconds(3600.0 * hour + 60 * i, 100 + hour % 24));
  const auto hours = profile.hours();
  REQUIRE(hours.size() == 24);
  for (int h = 0; h < 24; ++h) {
    CHECK(hours[static_cast<std::size_t>(h)].queries == (h < 12 ? 30 : 20));
    CHECK(hours[static_cast<std::size_t>(h)].mean_items == 100 + h);
  }
  CHECK(profile.items_explained_by_hour() == Approx(1));
}

TEST_CASE("reuse of rows is exact while few are seen") {
  TraceProfile profile(header_of(TraceDetail::rows, {"a", "b"}), 5);
  // Row 0 thousand times, ten rows a hundred times, a thousand rows once.
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t row = i % 10 + 1;
    profile.add(at_seconds(i, 1, {4, 1}, {0, row, 100 + i, row, 9}));
  }
  const auto t = profile.tables()[0];
  CHECK(t.sampled_rows == 1);
  CHECK(t.distinct_rows == 1011);
  CHECK(std::isnan(t.share_of_hottest[0]));  // a tenth of a row
  CHECK(t.share_of_hottest[1] == Approx((1000 + 0.011 * 200) / 4000));
  CHECK(t.share_of_hottest[2] == Approx((1000 + 9.11 * 200) / 4000));
  CHECK(t.share_of_hottest[4] == Approx((1000 + 2000 + (1011 * 0.5 - 11)) / 4000));
  CHECK(t.repeats == 0.25);
  CHECK(profile.tables()[1].distinct_rows == 1);
  CHECK(profile.tables()[1].repeats == 0);
}

TEST_CASE("reuse of many rows is sampled in bounded memory, and near the truth") {
  const Reads reads = zipf_like(10'000'000, 1'000'000);
  RowReuse reuse(4096);
  for (const std::int64_t row : reads.rows) reuse.record(hash_of_row(row));
  const double p = reuse.sampled();
  const auto distinct = static_cast<double>(reads.counts.size());
  REQUIRE(p < 0.05);
  CHECK(reuse.distinct() * p <= 4096);
  CHECK(reuse.distinct() * p > 1500);
  CHECK(reuse.distinct() == Approx(distinct).epsilon(5 * std::sqrt((1 - p) / (p * distinct))));
  CHECK(reuse.accesses() == reads.rows.size());

  std::vector<double> counts;
  for (const auto& [row, count] : reads.counts) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  const std::vector<double> parts{0.001, 0.01, 0.1, 0.5};
  const std::vector<double> found = reuse.share_of_hottest(parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto hottest = static_cast<std::ptrdiff_t>(parts[i] * distinct);
    const double n = static_cast<double>(reads.rows.size());
    const double truth = std::accumulate(counts.begin(), counts.begin() + hottest, 0.0) / n;
    // The others are counted with the variance (1 - p) / p of each; where the hottest end is uncertain by the root of
    // the sampled rows among them, of as many accesses as such a row has.
    double variance = 0;
    for (auto c = counts.begin() + hottest; c != counts.end(); ++c) variance += *c * *c / (n * n) * (1 - p) / p;
    const double edge = std::sqrt(static_cast<double>(hottest) / p) * counts[static_cast<std::size_t>(hottest)] / n;
    CHECK(found[i] == Approx(truth).margin(5 * (std::sqrt(variance) + edge)));
  }
}

TEST_CASE("which rows come first in a query is known through growth and rounds") {
  FirstSeen seen;
  for (int round = 0; round < 3; ++round) {
    seen.clear();
    for (int pass = 0; pass < 2; ++pass)
      for (std::int64_t row = 0; row < 1000; ++row) CHECK(seen.insert(hash_of_row(row)) == (pass == 0));
  }
}
