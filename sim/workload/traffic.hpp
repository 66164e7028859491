// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/description.hpp"
#include "engine/distribution.hpp"
#include "model/model.hpp"
#include "workload/arrivals.hpp"

namespace shardsim {

/// Sizes of the messages between frontend and main shard, where they are known.
struct QuerySizes {
  Bytes request;
  Bytes response;
};

/// The stream of queries.
struct Traffic {
  Choice<Arrivals> arrivals;
  Choice<Distribution> items;
  std::int64_t queries = 0;
  std::int64_t warmup = 0;
  std::optional<QuerySizes> message;
};

/// What a query asks, a pure function of (seed, replication, id): the same under every strategy and network.
struct Query {
  std::uint64_t id = 0;
  int items = 1;
  /// By table, numbered as in tables_of(): lookups of all items together, or of the query for a table looked up per
  /// query. Zero where the feature is absent.
  std::vector<std::int32_t> lookups;

  /// Lookups of items [first, last) in table t; the query's lookups are spread evenly over its items.
  std::int32_t lookups_in(std::size_t t, Per per, int first, int last) const {
    if (per == Per::query) return lookups[t];
    const auto upto = [&](int item) { return std::int64_t{lookups[t]} * item / items; };
    return static_cast<std::int32_t>(upto(last) - upto(first));
  }
};

/// Makes queries.
class QueryStream {
 public:
  QueryStream(const Model& model, const Traffic& traffic, std::uint64_t seed, std::uint32_t replication);
  Query make(std::uint64_t id, const Arrival& arrival = {}) const;

 private:
  std::vector<PlacedTable> tables_;
  const Traffic& traffic_;
  std::uint64_t seed_;
  std::uint32_t replication_;
};

template <>
void describe(Describe<QuerySizes>& d);
template <>
void describe(Describe<Traffic>& d);

}  // namespace shardsim
