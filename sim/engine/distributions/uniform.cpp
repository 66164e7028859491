// SPDX-License-Identifier: Apache-2.0
#include "engine/distribution.hpp"

namespace shardsim {
namespace {

class Uniform final : public ByInversion {
 public:
  double low = 0;
  double high = 0;
  double quantile(double p) const override { return low + (high - low) * p; }
  double mean() const override { return (low + high) / 2; }
};

}  // namespace

template <>
void describe(Describe<Uniform>& d) {
  d.object("uniform", "uniform between two bounds");
  d.required("low", &Uniform::low, "lower bound").at_least(0);
  d.required("high", &Uniform::high, "upper bound").at_least(0);
  d.check([](const Uniform& u) -> std::optional<Complaint> {
    if (u.low > u.high) return Complaint{"low", fmt::format("{} is above 'high', {}", u.low, u.high)};
    return std::nullopt;
  });
}

namespace distributions {
Alternative<Distribution> uniform() { return alternative<Uniform, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
