// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "engine/alias_table.hpp"
#include "model/popularity.hpp"

namespace shardsim {
namespace {

// The sum of k^-s for k = 1 .. n: the first terms one by one, the others by the formula of Euler and Maclaurin, whose
// next term is below 10^-13 of the sum there.
double power_sum(std::int64_t n, double s) {
  constexpr std::int64_t kOneByOne = 64;
  double sum = 0;
  for (std::int64_t k = 1; k <= std::min(n, kOneByOne); ++k) sum += std::pow(static_cast<double>(k), -s);
  if (n <= kOneByOne) return sum;
  const double first = kOneByOne;  // counted already
  const auto last = static_cast<double>(n);
  const auto f = [s](double x) { return std::pow(x, -s); };
  const double log_ratio = std::log(last / first);
  const double exponent = (1 - s) * log_ratio;
  const double integral = first * f(first) * (exponent == 0 ? log_ratio : log_ratio * std::expm1(exponent) / exponent);
  const auto slope = [&](double x) { return s * f(x) / x; };
  const auto third = [&](double x) { return s * (s + 1) * (s + 2) * f(x) / (x * x * x); };
  return sum + integral + (f(last) - f(first)) / 2 + (slope(first) - slope(last)) / 12 -
         (third(first) - third(last)) / 720;
}

// The row of rank k is asked for with a probability proportional to (k + 1)^-s, exactly, by rejection. Ranks are cut
// into bands, each a sixty-fourth as wide as it is far from the start, so that all rows of a band are nearly as popular
// as its first. A band is picked by its width times the popularity of its first row, then a row in it, which stands
// if a coin that falls below its own popularity in units of the first row's says so: nearly always.
class ZipfSampler final : public RankSampler {
 public:
  ZipfSampler(double s, std::int64_t rows)
      : s_(s), all_(power_sum(rows, s)), bands_(cut(rows)), table_(weights(s, bands_)) {
    for (std::size_t b = 0; b + 1 < bands_.size(); ++b) {
      const double least = relative(bands_[b].first, bands_[b + 1].first - 1);
      bands_[b].surely = least < 1 ? static_cast<std::uint64_t>(least * 0x1.0p64) : ~std::uint64_t{0};
    }
  }

  std::int64_t sample(RandomStream& random) const override {
    __extension__ using Wide = unsigned __int128;
    for (;;) {
      const std::size_t b = table_.pick(random.bits());
      const std::int64_t first = bands_[b].first;
      const auto width = static_cast<std::uint64_t>(bands_[b + 1].first - first);
      const Wide product = static_cast<Wide>(random.bits()) * width;
      const std::int64_t rank = first + static_cast<std::int64_t>(product >> 64);
      const auto coin = static_cast<std::uint64_t>(product);  // what the choice of the row leaves: 2^64 / width values
      if (coin <= bands_[b].surely || stands(first, rank, coin)) [[likely]]
        return rank;
    }
  }

  double share_below(std::int64_t rank) const override { return power_sum(rank, s_) / all_; }

 private:
  struct Band {
    std::int64_t first = 0;
    std::uint64_t surely = 0;  // a coin of at most this is below the popularity of every row of the band
  };

  static std::vector<Band> cut(std::int64_t rows) {
    constexpr std::int64_t kFineness = 64;
    std::vector<Band> bands;
    for (std::int64_t first = 0; first < rows; first += std::max<std::int64_t>(1, first / kFineness))
      bands.push_back({first, 0});
    bands.push_back({rows, 0});
    return bands;
  }

  // Underflow to 0 is right: such a band would not be met in the life of the universe.
  static std::vector<double> weights(double s, const std::vector<Band>& bands) {
    std::vector<double> out;
    for (std::size_t b = 0; b + 1 < bands.size(); ++b)
      out.push_back(std::pow(static_cast<double>(bands[b].first + 1), -s) *
                    static_cast<double>(bands[b + 1].first - bands[b].first));
    return out;
  }

  // Popularity of the row of that rank in units of that of the row `first`.
  double relative(std::int64_t first, std::int64_t rank) const {
    return std::exp(-s_ * std::log1p(beyond(first, rank)));
  }
  static double beyond(std::int64_t first, std::int64_t rank) {
    return static_cast<double>(rank - first) / static_cast<double>(first + 1);
  }

  bool stands(std::int64_t first, std::int64_t rank, std::uint64_t coin) const {
    const double u = static_cast<double>(coin) * 0x1.0p-64;
    return u < 1 - s_ * beyond(first, rank) ||
           u < relative(first, rank);  // (1 + x)^-s >= 1 - s x saves most of the rest
  }

  double s_;
  double all_;  // the sum of all rows' weights
  std::vector<Band> bands_;
  AliasTable table_;
};

class Zipf final : public Popularity {
 public:
  double s = 0;
  std::unique_ptr<const RankSampler> over(std::int64_t rows) const override {
    return std::make_unique<ZipfSampler>(s, rows);
  }
};

}  // namespace

template <>
void describe(Describe<Zipf>& d) {
  d.object("zipf", "the row of rank k (from 1) is asked for in proportion to k^-s");
  d.required("s", &Zipf::s, "exponent; 0 makes all rows alike").at_least(0);
}

namespace popularities {
Alternative<Popularity> zipf() { return alternative<Zipf, Popularity>(); }
}  // namespace popularities

}  // namespace shardsim
