// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/distribution.hpp"
#include "engine/gamma.hpp"
#include "engine/poisson.hpp"

namespace shardsim {
namespace {

// A Poisson number whose mean is itself drawn, from a gamma distribution with squared coefficient of variation
// `dispersion`. Inversion would search as far as the tail is long; the mixture takes the same time everywhere.
class NegativeBinomial final : public Distribution {
 public:
  double average = 0;
  std::optional<double> cv;
  std::optional<double> dispersion;

  // Of the squared coefficient of variation, Poisson's own part is 1 / mean.
  double excess() const { return dispersion ? *dispersion : *cv * *cv - 1 / average; }
  double sample(RandomStream& random) const override { return poisson_number(random, scale_ * shape_.draw(random)); }
  double mean() const override { return average; }
  void prepare() {
    shape_ = GammaNumbers(1 / excess());
    scale_ = average * excess();
  }

 private:
  GammaNumbers shape_{1};
  double scale_ = 0;
};

}  // namespace

template <>
void describe(Describe<NegativeBinomial>& d) {
  constexpr double kLeast = 1e-9;  // below, a Poisson distribution in all that can be measured
  constexpr double kMost = 1e4;
  d.object("negative-binomial", "negative binomial: whole numbers from 0, more spread than Poisson's");
  d.required("mean", &NegativeBinomial::average, "mean").more_than(0).at_most(1e15);
  d.optional("cv", &NegativeBinomial::cv, "standard deviation divided by mean; or give 'dispersion'").more_than(0);
  d.optional("dispersion", &NegativeBinomial::dispersion,
             "d of variance = mean + d mean^2: squared coefficient of variation of the drawn Poisson mean")
      .at_least(kLeast)
      .at_most(kMost);
  d.check([](const NegativeBinomial& n) -> std::optional<Complaint> {
    if (n.cv.has_value() == n.dispersion.has_value()) return Complaint{"cv", "give either 'cv' or 'dispersion'"};
    if (n.excess() > kMost) return Complaint{"cv", fmt::format("found {}; expected at most 100", *n.cv)};
    if (n.excess() < kLeast)
      return Complaint{"cv", fmt::format("found {}; expected more than {}, the least of this mean, which is Poisson's",
                                         *n.cv, std::sqrt(1 / n.average))};
    return std::nullopt;
  });
  d.finish([](NegativeBinomial& n) { n.prepare(); });
}

namespace distributions {
Alternative<Distribution> negative_binomial() { return alternative<NegativeBinomial, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
