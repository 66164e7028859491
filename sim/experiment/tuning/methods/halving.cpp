// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/races.hpp"

namespace shardsim {
namespace {

// Successive halving (K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter
// optimization", AISTATS 2016), but that an interval says who goes, as in a Hoeffding race (O. Maron and A. Moore,
// 1994), and that all see the same queries.
class HalvingMethod final : public TuneMethod {
 public:
  void search(TuneRun& run) const override {
    switch (run.problem().objective.goal) {
      case TuneGoal::capacity:
        return race_of_levels(run);
      case TuneGoal::cost:
        return race_of_costs(run);
      case TuneGoal::latency:
      case TuneGoal::front:
        return race_of_figures(run);
    }
  }
  std::int64_t fewest_queries(const TuneProblem& problem) const override {
    return static_cast<std::int64_t>(problem.size()) * problem.first_queries + Ledger(problem, {}).full_cost(1);
  }
};

}  // namespace

template <>
void describe(Describe<HalvingMethod>& d) {
  d.object("halving",
           "all settings in short runs with the same queries; those that cannot win are dropped, and the others run "
           "longer");
}

namespace tune_methods {
Alternative<TuneMethod> halving() { return alternative<HalvingMethod, TuneMethod>(); }
}  // namespace tune_methods

}  // namespace shardsim
