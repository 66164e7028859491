// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/background.hpp"

namespace shardsim {

template <>
void describe(FigureList<BackgroundResult>& f) {
  using R = BackgroundResult;
  using S = BackgroundTotals;
  constexpr double kPsPerUs = 1e6;
  f.of("cross_traffic[]");
  f.add("sent", "", "messages sent", &R::sent, Merge::sum, &S::sent);
  f.add("delivered", "", "messages that had arrived by the end of the run", &R::delivered, Merge::sum, &S::delivered);
  f.add("lost", "", "messages lost on the way", &R::lost, Merge::sum, &S::lost);
  f.add("bytes", "bytes", "bytes of the messages sent", &R::bytes, Merge::sum, &S::bytes);
  f.hidden(&R::times_ps, Merge::sum, &S::times_ps);
  f.derived("mean_us", "us", "mean time of delivered messages",
            [](const R& b) { return b.times_ps.mean() / kPsPerUs; });
  f.derived("p50_us", "us", "median of these times", [](const R& b) { return b.times_ps.quantile(0.5) / kPsPerUs; });
  f.derived("p99_us", "us", "99th percentile of these times",
            [](const R& b) { return b.times_ps.quantile(0.99) / kPsPerUs; });
}

}  // namespace shardsim
