// SPDX-License-Identifier: Apache-2.0
#include "engine/binomial.hpp"

#include <algorithm>
#include <cmath>

#include "engine/normal.hpp"

namespace shardsim {
namespace {

// Walks up from 0; the ratio of neighbouring chances is (n - k) / (k + 1) * p / (1 - p).
std::int64_t invert_binomial(double uniform, std::int64_t n, double p) {
  const double odds = p / (1 - p);
  double chance = std::exp(static_cast<double>(n) * std::log1p(-p));
  std::int64_t k = 0;
  for (; k < n && uniform > chance; ++k) {
    uniform -= chance;
    chance *= static_cast<double>(n - k) / static_cast<double>(k + 1) * odds;
  }
  return k;
}

}  // namespace

std::int64_t binomial_number(RandomStream& random, std::int64_t n, double p) {
  constexpr double kByInversion = 30;
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial_number(random, n, 1 - p);
  const double mean = static_cast<double>(n) * p;
  if (mean < kByInversion) return invert_binomial(random.uniform(), n, p);
  const double drawn = mean + std::sqrt(mean * (1 - p)) * standard_normal(random);
  return std::clamp<std::int64_t>(std::llround(drawn), 0, n);
}

}  // namespace shardsim
