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

/// By how much queries are larger at some times: a factor for each equal part of a period that repeats.
struct ItemsByTime {
  Duration period = std::chrono::hours(24);
  std::vector<double> factors;
  double at(Time time) const;
};

/// How row numbers follow popularity.
///   scattered  as by a hash: popular rows lie anywhere
///   by_rank    row 0 is the most popular, as in tables sorted by frequency
enum class RowOrder { scattered, by_rank };
template <>
struct EnumNames<RowOrder> {
  static constexpr std::array<std::pair<RowOrder, std::string_view>, 2> names{
      {{RowOrder::scattered, "scattered"}, {RowOrder::by_rank, "by-rank"}}};
};

/// Index-level mode: queries carry which rows they look up, not only how many.
struct RowTraffic {
  Choice<Popularity> popularity = Choice<Popularity>::of("uniform");  ///< of tables that state none
  RowOrder order = RowOrder::scattered;
};

/// First queries, which no statistic of latency counts: so many, or, where nothing is said, as many as the latencies
/// themselves show to be needed.
struct Warmup {
  std::optional<std::int64_t> queries;
};

/// "auto", or a whole number.
class WarmupType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  Json write(const void* source, const FileNames&) const override;
  Json schema(SchemaBuilder&) const override;
};
namespace detail {
template <>
struct TypeOf<Warmup> : std::type_identity<WarmupType> {};
}  // namespace detail

/// Queries that are alike in how soon they are wanted.
struct QueryClass {
  std::string name;
  Share share;
  int priority = 0;
  std::optional<Duration> deadline;
};

/// The stream of queries.
struct Traffic {
  Choice<Arrivals> arrivals;
  Choice<Distribution> items;  ///< empty when the arrivals give them
  std::optional<ItemsByTime> items_by_time;
  Choice<Distribution> lookup_factor;
  std::vector<QueryClass> classes;  ///< drawn for each query; empty: all are alike
  std::optional<RowTraffic> rows;
  std::int64_t queries = 0;
  Warmup warmup;
  std::optional<QuerySizes> message;
  std::optional<Duration> objective;  ///< within which an answer counts for the goodput; empty: any answer does
  Share most_failed{0.001};           ///< share of the queries above which a run is failing

  /// Mean, over the period of `items_by_time` too; where the arrivals give the items, of the first thousand.
  double items_per_query() const;
  /// Whether queries say which rows they look up.
  bool carries_rows() const;
};

template <>
void describe(Describe<QuerySizes>& d);
template <>
void describe(Describe<ItemsByTime>& d);
template <>
void describe(Describe<RowTraffic>& d);
template <>
void describe(Describe<QueryClass>& d);
template <>
void describe(Describe<Traffic>& d);

}  // namespace shardsim
