// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

class Exponential final : public ByInversion {
 public:
  double average = 0;
  double quantile(double p) const override { return -average * std::log(1 - p); }
  std::optional<Form> form() const override { return Form{1, average}; }
  double mean() const override { return average; }
};

}  // namespace

template <>
void describe(Describe<Exponential>& d) {
  d.object("exponential", "exponential, coefficient of variation 1");
  d.required("mean", &Exponential::average, "mean").more_than(0);
}

namespace distributions {
Alternative<Distribution> exponential() { return alternative<Exponential, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
