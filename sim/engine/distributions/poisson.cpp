// SPDX-License-Identifier: Apache-2.0
#include "engine/poisson.hpp"

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

class Poisson final : public Distribution {
 public:
  double average = 0;
  double sample(RandomStream& random) const override { return numbers_.draw(random); }
  double mean() const override { return average; }
  void prepare() { numbers_ = PoissonNumbers(average); }

 private:
  PoissonNumbers numbers_{0};
};

}  // namespace

template <>
void describe(Describe<Poisson>& d) {
  d.object("poisson", "Poisson: whole numbers from 0 whose variance is their mean");
  d.required("mean", &Poisson::average, "mean").more_than(0).at_most(1e15);
  d.finish([](Poisson& p) { p.prepare(); });
}

namespace distributions {
Alternative<Distribution> poisson() { return alternative<Poisson, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
