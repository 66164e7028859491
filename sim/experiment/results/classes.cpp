// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/classes.hpp"

namespace shardsim {

template <>
void describe(FigureList<ClassResult>& f) {
  using R = ClassResult;
  using S = ClassSource;
  f.of("classes[]");
  f.add("name", "", "as in `traffic.classes`", &R::name, Merge::same, [](const S& s) { return s.its.name; });
  f.hidden(&R::latency_ps, Merge::sum, [](const S& s) { return s.latency_ps; });
  f.derived("count", "", "queries of the class that the figures of latency count",
            [](const R& r) { return r.latency_ps.count(); });
  f.derived("mean_us", "us", "mean latency of these", [](const R& r) { return r.latency_ps.mean() / 1e6; });
  for (const auto& [name, rank] : {std::pair("p50_us", 0.5), {"p95_us", 0.95}, {"p99_us", 0.99}})
    f.derived(name, "us", fmt::format("their latency at rank {}", rank),
              [q = rank](const R& r) { return r.latency_ps.quantile(q) / 1e6; });
}

}  // namespace shardsim
