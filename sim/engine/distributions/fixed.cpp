// SPDX-License-Identifier: Apache-2.0
#include "engine/distribution.hpp"

namespace shardsim {
namespace {

class Fixed final : public Distribution {
 public:
  double value = 0;
  double sample(RandomStream&) const override { return value; }
  double mean() const override { return value; }
  bool is_constant() const override { return true; }
};

}  // namespace

template <>
void describe(Describe<Fixed>& d) {
  d.object("fixed", "always the same value");
  d.required("value", &Fixed::value, "the value").at_least(0);
}

namespace distributions {
Alternative<Distribution> fixed() { return alternative<Fixed, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
