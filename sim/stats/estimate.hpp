// SPDX-License-Identifier: Apache-2.0
// Estimates with intervals, from one long run or from replications; docs/statistics.md derives them.
#pragma once

#include <limits>

#include "stats/sections.hpp"

namespace shardsim {

/// How far an interval may be relied on.
///   good        as far as its confidence says
///   too-few     the sample is too small for this figure; there is no interval
///   correlated  even the longest sections depend on their neighbours: the interval is too narrow; run longer
///   too-short   values hang together, and the run lasted too few of its queues' relaxation times: there may be slow
///               swings that it has not seen; run longer
enum class Trust { good, too_few, correlated, too_short };

/// How much each section of each run pulls an estimate away from its value; the pulls add up to zero. A smooth function
/// of several estimates pulls as its derivative says, so that differences and ratios of estimates over the same
/// sections know what their sections have in common.
struct Pulls {
  std::uint64_t width = 1;  ///< numbers a section
  struct Run {
    std::size_t first = 0;      ///< section with observations
    std::vector<double> pulls;  ///< by section, from section 0
  };
  std::vector<Run> runs;
};

struct Estimate {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  double low = kNone;  ///< interval; NaN where there is none
  double high = kNone;
  Trust trust = Trust::too_few;
  std::size_t groups = 0;  ///< of sections, taken as independent
  double lag1 = 0;         ///< correlation of neighbouring groups
  Pulls pulls;

  bool has_interval() const { return low <= high; }
  /// Whether a difference is more than chance.
  bool excludes_zero() const { return has_interval() && (low > 0 || high < 0); }
  double half_width() const { return (high - low) / 2; }
};

/// How long runs lasted, in relaxation times: the time in which a queue forgets what it was. Infinite where nothing
/// queues, or nothing is known.
struct Length {
  double counted = std::numeric_limits<double>::infinity();  ///< of all runs together
  double warmup = std::numeric_limits<double>::infinity();   ///< of each run, before its values count
};

/// The observations that estimates are made from: all values together, and the sections of each independent run.
struct Observations {
  const Histogram& values;
  const std::vector<Sections>& runs;
  Length length{};
};

/// Mean of the values. confidence: 0 to 1, such as 0.95. `tail`: the share of the values that it hangs on; that of an
/// exponential law behaves like a quantile of 94 %.
Estimate estimate_mean(const Observations& observations, double confidence, double tail = 0.06);
/// Mean of a quantity that comes with the values.
Estimate estimate_quantity(const Observations& observations, std::size_t quantity, double confidence);
/// Quantile, 0 < q < 1: the interval is that of the share of values below it, turned back into values (R. S. Woodruff,
/// "Confidence intervals for medians and other position measures", JASA 47, 1952).
Estimate estimate_quantile(const Observations& observations, double q, double confidence);

/// a - b and a / b - 1, over the same sections: common random numbers narrow them. Too few if either is.
Estimate difference(const Estimate& a, const Estimate& b, double confidence);
Estimate relative_difference(const Estimate& a, const Estimate& b, double confidence);

/// The estimate with its value moved to `value`, and its interval with it.
Estimate moved_to(double value, Estimate estimate);

}  // namespace shardsim
