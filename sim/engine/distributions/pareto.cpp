// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

// Pareto's distribution cut off at `most` (what would lie beyond is drawn again, not set to `most`):
// P(X > x) = ((least / x)^shape - (least / most)^shape) / (1 - (least / most)^shape).
class Pareto final : public ByInversion {
 public:
  double shape = 0;
  double least = 0;
  double most = 0;

  double quantile(double p) const override {
    const double x = least * std::exp(-std::log1p(-p * within_) / shape);
    return std::clamp(x, least, most);  // rounding may step outside
  }
  void prepare() { within_ = -std::expm1(-shape * reach()); }
  // least shape (1 - (least / most)^(shape - 1)) / (shape - 1) / (1 - (least / most)^shape)
  double mean() const override {
    const double above_one = shape - 1;
    const double integral = above_one == 0 ? reach() : -std::expm1(-above_one * reach()) / above_one;
    return least * shape * integral / within_;
  }

 private:
  double reach() const { return std::log(most / least); }
  double within_ = 0;  // what an uncut distribution has between the bounds
};

}  // namespace

template <>
void describe(Describe<Pareto>& d) {
  d.object("pareto", "Pareto between two bounds: a tail that falls as a power");
  d.required("shape", &Pareto::shape, "exponent of the tail, P(X > x) ~ x^-shape").at_least(0.001).at_most(1000);
  d.required("least", &Pareto::least, "lower bound").at_least(1e-9).at_most(1e18);
  d.required("most", &Pareto::most, "upper bound: what would lie beyond is drawn again").at_least(1e-9).at_most(1e18);
  d.check([](const Pareto& p) -> std::optional<Complaint> {
    if (p.least >= p.most) return Complaint{"least", fmt::format("{} is not below 'most', {}", p.least, p.most)};
    return std::nullopt;
  });
  d.finish([](Pareto& p) { p.prepare(); });
}

namespace distributions {
Alternative<Distribution> pareto() { return alternative<Pareto, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
