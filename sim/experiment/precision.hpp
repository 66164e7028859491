// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/description.hpp"
#include "experiment/figures.hpp"

namespace shardsim {

/// How precisely a run is to answer: it goes on, beyond `traffic.queries`, until the interval of every figure asked for
/// is at most this share of the figure to either side, or the budget of queries is used up.
struct Precision {
  std::optional<Share> mean, p50, p90, p95, p99, p999, cpu;
  Share confidence{0.95};
  std::optional<std::int64_t> max_queries;  ///< left out: a hundred times `traffic.queries`

  bool asks_for_anything() const { return mean || p50 || p90 || p95 || p99 || p999 || cpu; }
  std::int64_t budget(std::int64_t queries) const { return max_queries.value_or(queries * 100); }
};
template <>
void describe(Describe<Precision>& d);

/// How a run that was asked for precision ended.
enum class PrecisionEnd { not_asked, met, budget, no_more_arrivals, interrupted };
template <>
struct EnumNames<PrecisionEnd> {
  static constexpr std::array<std::pair<PrecisionEnd, std::string_view>, 5> names{
      {{PrecisionEnd::not_asked, "not-asked"},
       {PrecisionEnd::met, "met"},
       {PrecisionEnd::budget, "budget-used-up"},
       {PrecisionEnd::no_more_arrivals, "no-more-arrivals"},
       {PrecisionEnd::interrupted, "interrupted"}}};
};

/// How much wider than asked for the widest interval is: at most 1 when all are met, infinite when one is missing.
double excess_width(const Precision& precision, const Figures& figures);

/// How many queries to have sent before it is worth looking again, within the budget.
std::int64_t next_target(double excess, std::int64_t sent, std::int64_t budget);

}  // namespace shardsim
