// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/math/distributions/chi_squared.hpp>
#include <cstdint>
#include <vector>

namespace shardsim {

/// Whether counts fit their probabilities, by Pearson's chi-square test at an error probability of 1e-6. Neighbours
/// are put together until each bin expects 20 or more, as the test wants.
struct ChiSquare {
  double statistic = 0;
  double critical = 0;

  ChiSquare(const std::vector<std::int64_t>& counts, const std::vector<double>& probabilities) {
    constexpr double kLeast = 20;
    double all = 0;
    for (const std::int64_t n : counts) all += static_cast<double>(n);
    struct Bin {
      double expected = 0;
      double found = 0;
    };
    std::vector<Bin> bins(1);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (bins.back().expected >= kLeast) bins.emplace_back();
      bins.back().expected += all * probabilities[i];
      bins.back().found += static_cast<double>(counts[i]);
    }
    if (bins.back().expected < kLeast && bins.size() > 1) {
      const Bin rest = bins.back();
      bins.pop_back();
      bins.back().expected += rest.expected;
      bins.back().found += rest.found;
    }
    for (const Bin& b : bins) statistic += (b.found - b.expected) * (b.found - b.expected) / b.expected;
    constexpr double kError = 1e-6;
    // One bin has no freedom: it must have all, and its statistic is then nothing but rounding.
    critical = bins.size() == 1 ? kError
                                : boost::math::quantile(boost::math::complement(
                                      boost::math::chi_squared(static_cast<double>(bins.size() - 1)), kError));
  }
};

}  // namespace shardsim
