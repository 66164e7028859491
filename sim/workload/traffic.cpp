// SPDX-License-Identifier: Apache-2.0
#include "workload/traffic.hpp"

#include <algorithm>

namespace shardsim {
namespace {

constexpr double kMostItems = 1e6;
constexpr double kMostLookups = 1e9;

}  // namespace

QueryStream::QueryStream(const Model& model, const Traffic& traffic, std::uint64_t seed, std::uint32_t replication)
    : tables_(tables_of(model)), traffic_(traffic), seed_(seed), replication_(replication) {}

Query QueryStream::make(std::uint64_t id, const Arrival& arrival) const {
  Query query;
  query.id = id;
  RandomStream items(seed_, replication_, Purpose::query_items, id);
  query.items =
      arrival.items > 0 ? arrival.items : static_cast<int>(std::clamp(traffic_.items->sample(items) + 0.5, 1.0, kMostItems));
  query.lookups.resize(tables_.size());
  // How much is drawn depends on the model alone, so the query is the same whatever serves it.
  RandomStream random(seed_, replication_, Purpose::lookups, id);
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    const Table& table = *tables_[t].table;
    if (table.absent > 0 && random.uniform() < table.absent) continue;
    const double times = table.per == Per::item ? query.items : 1;
    query.lookups[t] = static_cast<std::int32_t>(std::min(table.pooling->sample(random) * times + 0.5, kMostLookups));
  }
  return query;
}

template <>
void describe(Describe<QuerySizes>& d) {
  d.object("query-sizes", "sizes of the messages between frontend and main shard");
  d.required("request", &QuerySizes::request, "frontend to main shard");
  d.required("response", &QuerySizes::response, "main shard to frontend");
}

template <>
void describe(Describe<Traffic>& d) {
  d.object("traffic", "the stream of queries");
  d.required("arrivals", &Traffic::arrivals, "when queries arrive");
  d.required("items", &Traffic::items, "items (candidates) a query ranks; rounded, at least 1, at most 1000000");
  d.required("queries", &Traffic::queries, "queries to send, warm-up included").at_least(1).at_most(1'000'000'000'000);
  d.optional("warmup", &Traffic::warmup, "first queries, which no statistic of latency counts").at_least(0);
  d.optional("message", &Traffic::message,
             "sizes of a query and its answer, instead of those computed from its features");
  d.check([](const Traffic& t) -> std::optional<Complaint> {
    if (t.warmup >= t.queries)
      return Complaint{"warmup", fmt::format("found {}; expected less than 'queries', {}", t.warmup, t.queries)};
    return std::nullopt;
  });
}

}  // namespace shardsim
