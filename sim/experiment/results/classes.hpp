// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/figure_list.hpp"
#include "workload/traffic.hpp"

namespace shardsim {

/// The counted queries of one of `traffic.classes`.
struct ClassSource {
  const QueryClass& its;
  const Histogram& latency_ps;
};

struct ClassResult {
  using Source = ClassSource;

  std::string name;
  Histogram latency_ps;
  std::vector<double> more;  ///< figures without a member
};

template <>
void describe(FigureList<ClassResult>& f);

}  // namespace shardsim
