// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

class Geometric final : public ByInversion {
 public:
  double average = 0;
  int from = 0;

  // A number beyond `from` of at least k has probability q^k, and q / (1 - q) is their mean. Where that is 0, q is 0,
  // its logarithm minus infinity, and every k 0.
  double quantile(double p) const override { return from + std::floor(std::log(1 - p) / log_q_); }
  double mean() const override { return average; }
  bool is_constant() const override { return average == from; }
  void prepare() { log_q_ = -std::log1p(1 / (average - from)); }

 private:
  double log_q_ = 0;
};

}  // namespace

template <>
void describe(Describe<Geometric>& d) {
  d.object("geometric", "geometric: whole numbers, each rarer than the one before it by the same factor");
  d.required("mean", &Geometric::average, "mean, the numbers skipped by 'from' included").more_than(0).at_most(1e15);
  d.optional("from", &Geometric::from, "least number: 0 or 1").at_least(0).at_most(1);
  d.check([](const Geometric& g) -> std::optional<Complaint> {
    if (g.average < g.from) return Complaint{"mean", fmt::format("{} is below 'from', {}", g.average, g.from)};
    return std::nullopt;
  });
  d.finish([](Geometric& g) { g.prepare(); });
}

namespace distributions {
Alternative<Distribution> geometric() { return alternative<Geometric, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
