// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include "stats/block_means.hpp"
#include "stats/estimate.hpp"

using namespace shardsim;

namespace {

constexpr double kConfidence = 0.95;

// Values of independent runs, as a run would record them.
struct Sample {
  Histogram values;
  std::vector<Sections> runs;

  void add(const std::vector<double>& run) {
    Sections& sections = runs.emplace_back(1);
    for (std::size_t i = 0; i < run.size(); ++i) {
      const auto value = static_cast<std::int64_t>(run[i]);
      const double half = run[i] / 2;
      values.record(value);
      sections.record(i, value, {&half, 1});
    }
  }
  Observations observations() const { return {values, runs}; }
};

std::vector<double> exponential(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> law(1e-6);
  std::vector<double> out(count);
  for (double& x : out) x = law(random);
  return out;
}

Sample one_run(const std::vector<double>& values) {
  Sample sample;
  sample.add(values);
  return sample;
}

// Share of 400 samples whose interval holds `truth`.
double coverage(double truth, std::size_t count, const std::function<Estimate(const Observations&)>& estimate) {
  int held = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Sample sample = one_run(exponential(seed, count));
    const Estimate e = estimate(sample.observations());
    if (e.low <= truth && truth <= e.high) ++held;
  }
  return held / 400.0;
}

}  // namespace

TEST_CASE("sections keep every observation, however long the run") {
  const std::vector<double> values = exponential(1, 100'000);
  const Sample sample = one_run(values);
  const Sections& sections = sample.runs.front();
  CHECK(sections.all().size() <= Sections::kMost);
  CHECK(sections.all().size() > Sections::kMost / 2);
  const Histogram::Cut cut = sample.values.cut_at(0.9);
  double count = 0;
  double below = 0;
  for (std::size_t i = 0; i < sections.all().size(); ++i) {
    const Sections::Section& s = sections.all()[i];
    double sum = 0;
    for (std::size_t n = i * sections.width(); n < std::min(values.size(), (i + 1) * sections.width()); ++n)
      sum += std::floor(values[n]);
    REQUIRE(s.sum == Approx(sum).epsilon(1e-12));
    count += static_cast<double>(s.count);
    below += s.values.up_to(cut.bucket, cut.part);
  }
  CHECK(count == 100'000);
  CHECK(below == Approx(90'000).epsilon(1e-12));
}

TEST_CASE("intervals of independent values hold the truth as often as they say", "[draws]") {
  // 400 samples: the standard error of a coverage of 95 % is 1.1 %.
  CHECK(coverage(1e6, 2000, [](const Observations& o) { return estimate_mean(o, kConfidence); }) ==
        Approx(0.95).margin(0.035));
  CHECK(coverage(0.5e6, 2000, [](const Observations& o) { return estimate_quantity(o, 0, kConfidence); }) ==
        Approx(0.95).margin(0.035));
  CHECK(coverage(1e6 * std::log(2), 2000, [](const Observations& o) {
          return estimate_quantile(o, 0.5, kConfidence);
        }) == Approx(0.95).margin(0.035));
  CHECK(coverage(1e6 * std::log(100), 5000, [](const Observations& o) {
          return estimate_quantile(o, 0.99, kConfidence);
        }) == Approx(0.95).margin(0.035));
  CHECK(coverage(1e6, 2000, [](const Observations& o) { return estimate_mean(o, 0.5); }) == Approx(0.5).margin(0.08));
}

TEST_CASE("a percentile that the sample cannot support has no interval") {
  CHECK(estimate_quantile(one_run(exponential(1, 900)).observations(), 0.99, kConfidence).trust == Trust::too_few);
  const Estimate ok = estimate_quantile(one_run(exponential(1, 5000)).observations(), 0.99, kConfidence);
  CHECK(ok.trust == Trust::good);
  CHECK(ok.low < ok.value);
  CHECK(ok.value < ok.high);
  const Estimate few = estimate_mean(one_run(exponential(1, 20)).observations(), kConfidence);
  CHECK(few.trust == Trust::too_few);
  CHECK_FALSE(few.has_interval());
  CHECK(estimate_mean(Sample{}.observations(), kConfidence).trust == Trust::too_few);
}

TEST_CASE("a run whose sections depend on each other says so, and gets a wider interval than independent values",
          "[draws]") {
  std::mt19937_64 random(3);
  std::normal_distribution<double> step(0, 1);
  std::vector<double> wandering;
  std::vector<double> shuffled;
  for (int i = 0; i < 20'000; ++i) wandering.push_back(1e6 + 10 * i + 10'000 * step(random));  // as a queue that grows
  shuffled = wandering;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  const Estimate dependent = estimate_mean(one_run(wandering).observations(), kConfidence);
  const Estimate independent = estimate_mean(one_run(shuffled).observations(), kConfidence);
  CHECK(dependent.trust == Trust::correlated);
  CHECK(dependent.groups < independent.groups);
  CHECK(independent.trust == Trust::good);
  CHECK(dependent.half_width() > 5 * independent.half_width());
}

TEST_CASE("values that are all alike have an interval of no width, which is trusted") {
  // 1,234,567 in n of 999 warm-up-shifted sections: sums and shares are rounded, and what is left is no correlation.
  Sample sample;
  Sections& sections = sample.runs.emplace_back(1);
  for (std::uint64_t i = 137; i < 20'000; ++i) {
    const double tenth = 0.1;
    sample.values.record(1'234'567);
    sections.record(i, 1'234'567, {&tenth, 1});
  }
  for (const Estimate& e :
       {estimate_mean(sample.observations(), kConfidence), estimate_quantity(sample.observations(), 0, kConfidence),
        estimate_quantile(sample.observations(), 0.5, kConfidence),
        estimate_quantile(sample.observations(), 0.9, kConfidence),
        estimate_quantile(sample.observations(), 0.95, kConfidence),
        estimate_quantile(sample.observations(), 0.99, kConfidence)}) {
    CHECK(e.trust == Trust::good);
    CHECK(e.low == e.value);
    CHECK(e.high == e.value);
    CHECK(e.lag1 == 0);
  }
  const Estimate none = difference(estimate_mean(sample.observations(), kConfidence),
                                   estimate_mean(sample.observations(), kConfidence), kConfidence);
  CHECK(none.trust == Trust::good);
  CHECK(none.half_width() == 0);
}

TEST_CASE("values that hang together are trusted only from runs that last many relaxation times", "[draws]") {
  // Steps of 100 equal values: bursts, far more uncertain than 20,000 independent values.
  std::vector<double> steps;
  for (const double value : exponential(5, 200)) steps.insert(steps.end(), 100, value);
  const auto trust = [&](const std::vector<double>& values, const Length& length, double q) {
    const Sample sample = one_run(values);
    const Observations observations{sample.values, sample.runs, length};
    return q == 0 ? estimate_mean(observations, kConfidence).trust
                  : estimate_quantile(observations, q, kConfidence).trust;
  };
  // 60 bursts, 4 (1 - q) in a relaxation time, are 150 of those for P90 and 100 is the least for any; for the mean 250.
  CHECK(trust(steps, {151, 0}, 0.9) == Trust::good);
  CHECK(trust(steps, {149, 0}, 0.9) == Trust::too_short);
  CHECK(trust(steps, {101, 0}, 0.5) == Trust::good);
  CHECK(trust(steps, {99, 0}, 0.5) == Trust::too_short);
  CHECK(trust(steps, {251, 0}, 0) == Trust::good);
  CHECK(trust(steps, {249, 0}, 0) == Trust::too_short);
  // Independent values need none of this.
  CHECK(trust(exponential(5, 20'000), {1, 0}, 0.9) == Trust::good);
  CHECK(trust(exponential(5, 20'000), {1, 0}, 0) == Trust::good);
}

TEST_CASE("a beginning that chance explains is not cut off; one that it does not is", "[draws]") {
  // One value in a thousand is a hundred times the others: wherever MSER sees one early it cuts (in 57 % of seeds).
  int cut_by_mser = 0;
  int cut = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    BlockMeans means;
    for (std::uint64_t i = 0; i < 20'000; ++i) means.record(i, random() % 1000 == 0 ? 1000 : 10);
    cut_by_mser += mser_cut(means.means()) > 0 ? 1 : 0;
    cut += transient_cut(means.means()) > 0 ? 1 : 0;
  }
  CHECK(cut_by_mser > 80);
  CHECK(cut <= 6);  // two in a hundred are expected at most
  // A burst that drains: 300 values that fall from 300 to 1 before 40,000 of an exponential law of mean 2.
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) values.push_back(300 - i);
  for (const double value : exponential(9, 40'000)) values.push_back(2e-6 * value);
  BlockMeans means;
  for (std::size_t i = 0; i < values.size(); ++i) means.record(i, values[i]);
  CHECK(transient_cut(means.means()) * means.width() >= 250);
  CHECK(transient_cut(means.means()) * means.width() <= 1000);
  // Values that grow for ever: no end of the beginning is in sight, half is cut.
  std::vector<double> growing;
  for (int i = 0; i < 2000; ++i) growing.push_back(i);
  CHECK(transient_cut(growing) == 1000);
}

TEST_CASE("replications are the groups where there are ten; fewer are cut in sections") {
  for (const auto& [runs, groups] : {std::pair<std::size_t, std::size_t>{12, 12}, {10, 10}, {4, 32}, {1, 32}}) {
    Sample sample;
    for (std::size_t r = 0; r < runs; ++r) sample.add(exponential(100 + r, 4000));
    const Estimate e = estimate_mean(sample.observations(), kConfidence);
    CAPTURE(runs);
    CHECK(e.groups == groups);
    CHECK(e.value == Approx(1e6).epsilon(0.05));
  }
}

TEST_CASE("common random numbers: a paired interval knows what the runs have in common") {
  const std::vector<double> base = exponential(7, 20'000);
  std::vector<double> slower = base;
  for (double& x : slower) x = 1.1 * x + 1000;
  const Sample a = one_run(slower);
  const Sample b = one_run(base);
  const Sample unrelated = one_run(exponential(8, 20'000));
  for (const double q : {0.5, 0.99}) {
    const Estimate ours = estimate_quantile(a.observations(), q, kConfidence);
    const Estimate theirs = estimate_quantile(b.observations(), q, kConfidence);
    const Estimate other = estimate_quantile(unrelated.observations(), q, kConfidence);
    const Estimate paired = relative_difference(ours, theirs, kConfidence);
    CAPTURE(q);
    CHECK(paired.value == Approx(0.1).margin(0.01));
    CHECK(paired.half_width() < 0.2 * relative_difference(ours, other, kConfidence).half_width());
    const Estimate self = difference(ours, ours, kConfidence);
    CHECK(self.value == 0);
    CHECK(self.low == 0);
    CHECK(self.high == 0);
  }
}

TEST_CASE("runs of different length are paired over the sections that both have") {
  const std::vector<double> values = exponential(9, 30'000);
  const Estimate all = estimate_mean(one_run(values).observations(), kConfidence);
  const Estimate part = estimate_mean(one_run({values.begin(), values.begin() + 7'000}).observations(), kConfidence);
  const Estimate d = difference(all, part, kConfidence);
  CHECK(d.trust == Trust::good);
  CHECK(d.low <= 0);
  CHECK(d.high >= 0);
}

TEST_CASE("interpolated quantiles rise with q and stay within the values") {
  Histogram h;
  for (const std::int64_t v : {100'000, 100'001, 100'002, 200'000, 300'000}) h.record(v);
  double last = 0;
  for (double q = 0; q <= 1; q += 0.01) {
    const double v = h.interpolated(q);
    CHECK(v >= last);
    CHECK(v >= 100'000);
    CHECK(v <= 300'000);
    last = v;
  }
}

TEST_CASE("MSER cuts a transient, keeps a steady series, and sees when there is no steady state") {
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise(0, 1);
  std::vector<double> series(1000);
  for (double& x : series) x = 100 + noise(random);
  CHECK(mser_cut(series) < 100);
  for (std::size_t i = 0; i < 150; ++i) series[i] += 50 * (1 - static_cast<double>(i) / 150);
  CHECK(mser_cut(series) > 120);
  CHECK(mser_cut(series) < 250);
  for (std::size_t i = 0; i < series.size(); ++i) series[i] = static_cast<double>(i);
  CHECK(mser_cut(series) == 500);
  CHECK(mser_cut({}) == 0);
  CHECK(mser_cut({1.0}) == 0);
}

TEST_CASE("block means are those of their numbers, also after blocks were joined") {
  BlockMeans blocks;
  const std::uint64_t count = 3 * 5 * BlockMeans::kMost;
  for (std::uint64_t i = 0; i < count; ++i) blocks.record(i, static_cast<double>(i));
  CHECK(blocks.width() == 20);
  const std::vector<double> means = blocks.means();
  CHECK(means.size() == count / 20);
  for (std::size_t i = 0; i < means.size(); ++i) REQUIRE(means[i] == static_cast<double>(20 * i) + 9.5);
}
