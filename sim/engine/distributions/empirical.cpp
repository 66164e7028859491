// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

class Empirical final : public ByInversion {
 public:
  std::vector<double> quantiles;
  double quantile(double p) const override {
    return quantiles[static_cast<std::size_t>(p * static_cast<double>(quantiles.size()))];
  }
  double mean() const override {
    return std::accumulate(quantiles.begin(), quantiles.end(), 0.0) / static_cast<double>(quantiles.size());
  }
};

}  // namespace

template <>
void describe(Describe<Empirical>& d) {
  d.object("empirical", "one of a list of equally likely values");
  d.required("quantiles", &Empirical::quantiles, "values, each as likely as the others; repeat one to weight it");
  d.check([](const Empirical& e) -> std::optional<Complaint> {
    if (e.quantiles.empty()) return Complaint{"quantiles", "found an empty list; expected at least one value"};
    for (const double q : e.quantiles)
      if (q < 0) return Complaint{"quantiles", fmt::format("found {}; expected values of at least 0", q)};
    return std::nullopt;
  });
}

namespace distributions {
Alternative<Distribution> empirical() { return alternative<Empirical, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
