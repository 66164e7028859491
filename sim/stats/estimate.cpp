// SPDX-License-Identifier: Apache-2.0
#include "stats/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <optional>

namespace shardsim {
namespace {

constexpr std::size_t kMostGroups = 32;
constexpr std::size_t kFewestGroups = 8;
constexpr std::size_t kEnoughRuns = 10;  // then each is one group
// Values that have to lie beyond a quantile.
constexpr double kFewestBeyond = 10;
// Of the correlation of neighbouring groups, in standard errors: one-sided 5 %.
constexpr double kCorrelated = 1.645;

// Runs in relaxation times. A queue visits what lies beyond its quantile q in bursts; M/M/1 comes to about
// 4 (1 - q) of them in one relaxation time (its extremal index is (1 - load)^2). With 60 bursts intervals hold the
// truth as often as they say (docs/statistics.md).
constexpr double kFewestBursts = 60;
constexpr double kBurstsARelaxation = 4;
constexpr double kShortest = 100;
// Pulls below this share of what they are taken from are rounding.
constexpr double kRounding = 1e-11;

// The standard error of an estimate from its pulls, and how it was found.
struct Spreading {
  double error = 0;
  double freedom = 0;  // degrees of freedom of that error
  double lag1 = 0;
  std::size_t groups = 0;
  bool correlated = false;
};

// Sums of the pulls of consecutive sections, about equally many sections a group.
std::vector<double> grouped(const Pulls::Run& run, std::size_t groups) {
  std::vector<double> sums(groups);
  const std::size_t sections = run.pulls.size() - run.first;
  for (std::size_t i = 0; i < sections; ++i) sums[i * groups / sections] += run.pulls[run.first + i];
  return sums;
}

std::size_t shortest(const Pulls& pulls) {
  std::size_t sections = std::numeric_limits<std::size_t>::max();
  for (const Pulls::Run& run : pulls.runs) sections = std::min(sections, run.pulls.size() - run.first);
  return pulls.runs.empty() ? 0 : sections;
}

Spreading spreading_of(const Pulls& pulls, std::size_t groups_a_run) {
  Spreading out;
  out.groups = groups_a_run * pulls.runs.size();
  double squares = 0;
  double fourths = 0;
  double products = 0;
  std::size_t pairs = 0;
  for (const Pulls::Run& run : pulls.runs) {
    const std::vector<double> sums = grouped(run, groups_a_run);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      squares += sums[i] * sums[i];
      fourths += sums[i] * sums[i] * sums[i] * sums[i];
      if (i + 1 == sums.size()) continue;
      products += sums[i] * sums[i + 1];
      ++pairs;
    }
  }
  const auto n = static_cast<double>(out.groups);
  out.error = std::sqrt(squares * n / (n - 1));
  // A variance estimated from n values of excess kurtosis k varies as if it had this many degrees of freedom: its own
  // variance is sigma^4 (2 / (n - 1) + k / n). Rare bursts beyond a high quantile make k large.
  const double excess = squares > 0 ? std::max(0.0, fourths * n / (squares * squares) - 3) : 0;
  out.freedom = 2 / (2 / (n - 1) + excess / n);
  if (pairs > 0 && squares > 0) {
    out.lag1 = products / static_cast<double>(pairs) / (squares / n);
    out.correlated = out.lag1 * std::sqrt(static_cast<double>(pairs)) > kCorrelated;
  }
  return out;
}

// Whether the values hang together: the error is larger than that of as many independent ones, by more than two of its
// own standard errors explain.
bool hangs_together(const Spreading& spreading, double independent_error) {
  if (!(independent_error > 0)) return false;
  const double ratio = spreading.error / independent_error;
  return ratio * ratio > 1 + 2 * std::sqrt(2 / spreading.freedom);
}

// Whether runs that lasted so long show what lies beyond a tail of this share. Each starts empty, and what its warm-up
// leaves of that biases a mean by a quarter of a relaxation time over its length: within a third of the standard error
// of n runs as long as each lasts n / 2 relaxation times.
bool long_enough(const Observations& observations, double tail) {
  const Length& length = observations.length;
  if (length.counted < std::max(kShortest, kFewestBursts / kBurstsARelaxation / tail)) return false;
  const auto runs = static_cast<double>(observations.runs.size());
  return runs <= 1 || length.counted / runs * std::exp(length.warmup) >= runs / 2;
}

// As many groups as there may be, and half as many for as long as neighbours are correlated.
std::optional<Spreading> spreading_of(const Pulls& pulls) {
  const std::size_t runs = pulls.runs.size();
  const std::size_t most =
      runs >= kEnoughRuns ? 1 : std::min((kMostGroups + runs - 1) / std::max<std::size_t>(1, runs), shortest(pulls));
  if (runs * most < kFewestGroups) return std::nullopt;
  Spreading spreading = spreading_of(pulls, most);
  for (std::size_t groups = most / 2; spreading.correlated && runs * groups >= kFewestGroups; groups /= 2)
    spreading = spreading_of(pulls, groups);
  return spreading;
}

double student(double confidence, double freedom) {
  const boost::math::students_t law(freedom);
  return boost::math::quantile(law, 0.5 + confidence / 2);
}

// Fills in what does not depend on the shape of the interval.
std::optional<Spreading> judge(Estimate& e) {
  std::optional<Spreading> spreading = spreading_of(e.pulls);
  if (!spreading) return spreading;
  e.trust = spreading->correlated ? Trust::correlated : Trust::good;
  e.groups = spreading->groups;
  e.lag1 = spreading->lag1;
  return spreading;
}

double half_width(Estimate& e, double confidence) {
  const std::optional<Spreading> spreading = judge(e);
  return spreading ? student(confidence, spreading->freedom) * spreading->error : Estimate::kNone;
}

// An estimate of queueing values: independent ones of the same number would have `independent_error`.
double half_width(Estimate& e, double confidence, const Observations& observations, double independent_error,
                  double tail) {
  const std::optional<Spreading> spreading = judge(e);
  if (!spreading) return Estimate::kNone;
  if (e.trust == Trust::good && !long_enough(observations, tail) && hangs_together(*spreading, independent_error))
    e.trust = Trust::too_short;
  return student(confidence, spreading->freedom) * spreading->error;
}

// What is left of differences of equal numbers is rounding, and no sign of anything.
void drop_rounding(Pulls& pulls, double scale) {
  for (Pulls::Run& run : pulls.runs)
    for (double& pull : run.pulls)
      if (std::abs(pull) <= kRounding * std::abs(scale)) pull = 0;
}

void set_symmetric(Estimate& e, double half) {
  if (std::isnan(half)) return;
  e.low = e.value - half;
  e.high = e.value + half;
}

// The pulls of a mean: `excess(section)` is by how much the section's sum exceeds its share.
template <class Excess>
Pulls pulls_of(const Observations& observations, Excess excess) {
  Pulls out;
  std::uint64_t width = 0;
  for (const Sections& run : observations.runs) width = std::max(width, run.width());
  out.width = std::max<std::uint64_t>(1, width);
  const auto total = static_cast<double>(observations.values.count());
  for (const Sections& sections : observations.runs) {
    Pulls::Run run;
    const std::size_t joined = out.width / sections.width();
    run.pulls.resize((sections.all().size() + joined - 1) / joined);
    run.first = run.pulls.size();
    for (std::size_t i = 0; i < sections.all().size(); ++i) {
      if (sections.all()[i].count == 0) continue;
      run.first = std::min(run.first, i / joined);
      run.pulls[i / joined] += excess(sections.all()[i]) / total;
    }
    out.runs.push_back(std::move(run));
  }
  return out;
}

void coarsen(Pulls& pulls, std::uint64_t width) {
  for (; pulls.width < width; pulls.width *= 2)
    for (Pulls::Run& run : pulls.runs) {
      for (std::size_t i = 0; i < run.pulls.size(); ++i)
        run.pulls[i / 2] = i % 2 == 0 ? run.pulls[i] : run.pulls[i / 2] + run.pulls[i];
      run.pulls.resize((run.pulls.size() + 1) / 2);
      run.first /= 2;
    }
}

// x * a + y * b, section by section, over the sections that both have.
Pulls combined(double x, Pulls a, double y, Pulls b) {
  coarsen(a, b.width);
  coarsen(b, a.width);
  a.runs.resize(std::min(a.runs.size(), b.runs.size()));
  for (std::size_t r = 0; r < a.runs.size(); ++r) {
    Pulls::Run& run = a.runs[r];
    const Pulls::Run& other = b.runs[r];
    run.first = std::max(run.first, other.first);
    run.pulls.resize(std::max(run.first, std::min(run.pulls.size(), other.pulls.size())));
    for (std::size_t i = 0; i < run.pulls.size(); ++i) run.pulls[i] = x * run.pulls[i] + y * other.pulls[i];
  }
  return a;
}

Estimate combined(double value, double x, const Estimate& a, double y, const Estimate& b, double confidence) {
  Estimate out;
  out.value = value;
  if (a.trust == Trust::too_few || b.trust == Trust::too_few) return out;
  out.pulls = combined(x, a.pulls, y, b.pulls);
  drop_rounding(out.pulls, x * a.value);
  set_symmetric(out, half_width(out, confidence));
  if (out.trust == Trust::good && (a.trust == Trust::too_short || b.trust == Trust::too_short))
    out.trust = Trust::too_short;
  return out;
}

}  // namespace

Estimate estimate_mean(const Observations& observations, double confidence, double tail) {
  Estimate e;
  e.value = observations.values.mean();
  e.pulls = pulls_of(observations,
                     [&](const Sections::Section& s) { return s.sum - e.value * static_cast<double>(s.count); });
  drop_rounding(e.pulls, e.value);
  const double independent =
      std::sqrt(observations.values.variance() / std::max(1.0, static_cast<double>(observations.values.count())));
  set_symmetric(e, half_width(e, confidence, observations, independent, tail));
  return e;
}

Estimate estimate_quantity(const Observations& observations, std::size_t quantity, double confidence) {
  Estimate e;
  double sum = 0;
  for (const Sections& run : observations.runs)
    for (const Sections::Section& s : run.all()) sum += s.quantities[quantity];
  if (observations.values.count() > 0) e.value = sum / static_cast<double>(observations.values.count());
  e.pulls = pulls_of(observations, [&](const Sections::Section& s) {
    return s.quantities[quantity] - e.value * static_cast<double>(s.count);
  });
  drop_rounding(e.pulls, e.value);
  set_symmetric(e, half_width(e, confidence));
  return e;
}

Estimate estimate_quantile(const Observations& observations, double q, double confidence) {
  const Histogram& values = observations.values;
  Estimate e;
  e.value = values.quantile(q);
  const auto count = static_cast<double>(values.count());
  if (count * std::min(q, 1 - q) < kFewestBeyond) return e;
  const Histogram::Cut cut = values.cut_at(q);
  e.pulls = pulls_of(observations, [&](const Sections::Section& s) {
    return q * static_cast<double>(s.count) - s.values.up_to(cut.bucket, cut.part);
  });
  drop_rounding(e.pulls, 1);
  const double independent = std::sqrt(q * (1 - q) / count);
  const double half = half_width(e, confidence, observations, independent, 1 - q);
  if (std::isnan(half)) return e;
  if (q + half > 1 - 1 / count || q - half < 1 / count) {  // the sample does not reach as far as the interval
    e.trust = Trust::too_few;
    return e;
  }
  e.low = half > 0 ? std::min(e.value, values.interpolated(q - half)) : e.value;
  e.high = half > 0 ? std::max(e.value, values.interpolated(q + half)) : e.value;
  const double slope = half > 0 ? (e.high - e.low) / (2 * half) : 0;
  for (Pulls::Run& run : e.pulls.runs)
    for (double& pull : run.pulls) pull *= slope;
  return e;
}

Estimate difference(const Estimate& a, const Estimate& b, double confidence) {
  return combined(a.value - b.value, 1, a, -1, b, confidence);
}

Estimate relative_difference(const Estimate& a, const Estimate& b, double confidence) {
  if (!(b.value > 0)) return {};
  const double ratio = a.value / b.value;
  return combined(ratio - 1, 1 / b.value, a, -ratio / b.value, b, confidence);
}

Estimate moved_to(double value, Estimate estimate) {
  const double by = value - estimate.value;
  estimate.value += by;
  estimate.low += by;
  estimate.high += by;
  return estimate;
}

}  // namespace shardsim
