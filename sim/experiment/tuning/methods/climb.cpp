// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/tune.hpp"

namespace shardsim {
namespace {

// U. Gupta et al., "DeepRecSys: A System for Optimizing End-To-End At-Scale Neural Recommendation Inference", ISCA
// 2020, section IV: from the first value of each axis upwards for as long as it gets better, one axis after the other.
class ClimbMethod final : public TuneMethod {
 public:
  void search(TuneRun& run) const override {
    const TuneProblem& problem = run.problem();
    std::size_t here = 0;
    Score best = run.score(here);
    for (std::size_t axis = 0; axis < problem.axes.size(); ++axis) {
      std::vector<std::size_t> values = problem.settings[here];
      while (++values[axis] < problem.axes[axis].values.size()) {
        const std::optional<std::size_t> next = problem.at(values);
        if (!next) continue;  // excluded
        const Score score = run.score(*next);
        if (best < score) break;
        here = *next;
        best = score;
      }
    }
  }

  // Of a lone setting there is nothing to climb to.
  std::int64_t fewest_queries(const TuneProblem& problem) const override {
    return Ledger(problem, {}).full_cost(std::min<std::size_t>(2, problem.size()));
  }
  void check(const TuneProblem& problem) const override { check_one_figure(problem, "climb"); }
};

}  // namespace

template <>
void describe(Describe<ClimbMethod>& d) {
  d.object("climb", "along one axis after the other, in the order listed, until a value is worse (DeepRecSys)");
}

namespace tune_methods {
Alternative<TuneMethod> climb() { return alternative<ClimbMethod, TuneMethod>(); }
}  // namespace tune_methods

}  // namespace shardsim
