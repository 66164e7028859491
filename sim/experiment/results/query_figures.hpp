// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serving/serving.hpp"

namespace shardsim {

/// A figure of each answered query. Of the queries that count, result.json and sweep.csv have its mean, with an
/// interval.
struct QueryFigure {
  const char* name;
  const char* unit;
  const char* doc;
  double (*of)(const Outcome&);
  const char* summary;  ///< where the mean is not 0: words behind its value in `shardsim run`; null: not there
};

/// Add one here. Each costs a call and an addition a query.
inline constexpr std::array<QueryFigure, 2> kQueryFigures{{
    {"degraded", "fraction",
     "bags that are missing in a query's answer, as a call policy gave their shards up / its bags",
     [](const Outcome& o) { return o.degraded; }, "of a query's bags are missing in its answer"},
    {"degraded_queries", "fraction", "queries with any bag missing / queries answered",
     [](const Outcome& o) { return o.missing_bags > 0 ? 1.0 : 0.0; }, "of the answers miss any bag"},
}};

}  // namespace shardsim
