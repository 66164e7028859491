// SPDX-License-Identifier: Apache-2.0
#include "experiment/precision.hpp"

namespace shardsim {

double excess_width(const Precision& precision, const Figures& figures) {
  double worst = 0;
  for (const auto& [measure, asked] : {std::pair(Measure::mean, precision.mean),
                                       {Measure::p50, precision.p50},
                                       {Measure::p90, precision.p90},
                                       {Measure::p95, precision.p95},
                                       {Measure::p99, precision.p99},
                                       {Measure::p999, precision.p999},
                                       {Measure::cpu, precision.cpu}}) {
    if (!asked) continue;
    const Estimate& e = figures[measure];
    const bool known = e.trust == Trust::good && e.value > 0;
    const double reached =
        known ? std::max(e.high - e.value, e.value - e.low) / e.value : std::numeric_limits<double>::infinity();
    worst = std::max(worst, reached / asked->of_one);
  }
  return worst;
}

// Widths fall with the root of the number of queries. Small steps near the goal, as looking is cheap and queries are
// not; and at most four times as many, as the first widths are no more than guesses.
std::int64_t next_target(double excess, std::int64_t sent, std::int64_t budget) {
  const double factor = std::clamp(1.05 * excess * excess, 1.1, 4.0);
  const double target = std::ceil(static_cast<double>(sent) * factor);
  return target >= static_cast<double>(budget) ? budget : static_cast<std::int64_t>(target);
}

template <>
void describe(Describe<Precision>& d) {
  d.object("precision", "how precise the figures are to be; more queries are sent until they are");
  const auto share = [&d](const char* name, std::optional<Share> Precision::*field, const char* doc) {
    d.optional(name, field, doc).more_than(Share{0}).less_than(Share{1});
  };
  share("mean", &Precision::mean, "mean latency: half the width of its interval, as a share of it");
  share("p50", &Precision::p50, "P50");
  share("p90", &Precision::p90, "P90");
  share("p95", &Precision::p95, "P95");
  share("p99", &Precision::p99, "P99");
  share("p999", &Precision::p999, "P99.9");
  share("cpu", &Precision::cpu, "core time a query");
  d.optional("confidence", &Precision::confidence, "of all intervals").more_than(Share{0.5}).less_than(Share{1});
  d.optional("max_queries", &Precision::max_queries,
             "budget: no more queries than this; default: a hundred times 'traffic.queries'")
      .at_least(1);
}

}  // namespace shardsim
