// SPDX-License-Identifier: Apache-2.0
#include "stats/share.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>

namespace shardsim {

Estimate estimate_share(const std::vector<Sections>& runs, double confidence, const Length& length, double tail) {
  std::uint64_t count = 0;
  double sum = 0;
  for (const Sections& run : runs)
    for (const Sections::Section& s : run.all()) count += s.count, sum += s.sum;
  if (count == 0) return {};
  const auto ones = static_cast<std::uint64_t>(sum);
  Histogram values;
  if (ones > 0) values.record(1, ones);
  if (ones < count) values.record(0, count - ones);
  Estimate e = estimate_mean({values, runs, length}, confidence, tail);
  if (!e.has_interval()) return e;
  using Law = boost::math::binomial_distribution<double>;
  const auto trials = static_cast<double>(count);
  const double outside = (1 - confidence) / 2;
  const double low = ones == 0 ? 0 : Law::find_lower_bound_on_p(trials, sum, outside);
  const double high = ones == count ? 1 : Law::find_upper_bound_on_p(trials, sum, outside);
  e.low = std::max(0.0, std::min(e.low, low));
  e.high = std::min(1.0, std::max(e.high, high));
  return e;
}

}  // namespace shardsim
