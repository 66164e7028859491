// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/figure_list.hpp"
#include "serving/background.hpp"

namespace shardsim {

struct BackgroundResult {
  using Source = BackgroundTotals;

  std::int64_t sent = 0;
  std::int64_t delivered = 0;
  std::int64_t lost = 0;
  Bytes bytes;
  Histogram times_ps;        ///< of those delivered
  std::vector<double> more;  ///< figures without a member
};

template <>
void describe(FigureList<BackgroundResult>& f);

}  // namespace shardsim
