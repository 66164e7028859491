// SPDX-License-Identifier: Apache-2.0
#include "experiment/relaxation.hpp"
#include "experiment/results/query_figures.hpp"
#include "experiment/results/run_result.hpp"
#include "stats/share.hpp"

namespace shardsim {

void estimate(RunResult& r) {
  const Observations observations{r.recorder.latency_ps(), r.sections, length_of(r)};
  r.figures = figures_of(observations, r.confidence);
  // The figure reported counts all queries, and work that came too late for any.
  r.figures[Measure::cpu] = moved_to(r.total_cpu_us_per_query(), r.figures[Measure::cpu]);
  r.goodput = estimate_share(r.answered, r.confidence);
  r.query_means.clear();
  while (r.query_means.size() != kQueryFigures.size())
    r.query_means.push_back(estimate_quantity(observations, kFirstQueryFigure + r.query_means.size(), r.confidence));
}

}  // namespace shardsim
