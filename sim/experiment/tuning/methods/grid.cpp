// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/tune.hpp"

namespace shardsim {
namespace {

class GridMethod final : public TuneMethod {
 public:
  void search(TuneRun& run) const override {
    std::vector<std::size_t> all(run.problem().size());
    for (std::size_t s = 0; s < all.size(); ++s) all[s] = s;
    run.full(all);
  }
  std::int64_t fewest_queries(const TuneProblem& problem) const override {
    return Ledger(problem, {}).full_cost(problem.size());
  }
};

}  // namespace

template <>
void describe(Describe<GridMethod>& d) {
  d.object("grid", "every setting to the full precision");
}

namespace tune_methods {
Alternative<TuneMethod> grid() { return alternative<GridMethod, TuneMethod>(); }
}  // namespace tune_methods

}  // namespace shardsim
