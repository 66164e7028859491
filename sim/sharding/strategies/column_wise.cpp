// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <tuple>

#include "sharding/packing.hpp"

namespace shardsim {
namespace {

class ColumnWise final : public Strategy {
 public:
  int shards = 1;
  std::optional<int> parts;
  std::optional<int> width;
  int sampled_queries = kSampledQueries;

  // What is looked up most first. Every part of a table gets all of its lookups, so two on one shard would do the work
  // twice there: a part goes to a shard with as few of its table as may be, then to that with the least lookups so far.
  ShardingPlan plan(const PlanningInput& input) const override {
    const std::vector<PlacedTable> tables = tables_of(input.model);
    const std::vector<double> lookups = lookups_of(input, sampled_queries);
    std::vector<std::size_t> order(tables.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::tuple(lookups[a], tables[a].table->bytes()) > std::tuple(lookups[b], tables[b].table->bytes());
    });
    ShardingPlan plan{"column-wise", {}, empty_shards(shards)};
    std::vector<Filled> filled(plan.shards.size());
    for (const std::size_t t : order) {
      for (Filled& f : filled) f.of_table = 0;
      const Table& table = *tables[t].table;
      const int count = parts_of(table);
      for (int p = 0; p < count; ++p) {
        Placement placement{table.name, p, count};
        placement.split = count > 1 ? Split::columns : Split::rows;
        const auto least = std::min_element(filled.begin(), filled.end());
        *least = {least->of_table + 1, least->lookups + lookups[t], least->bytes + bytes_of(table, placement)};
        plan.shards[static_cast<std::size_t>(least - filled.begin())].tables.push_back(std::move(placement));
      }
    }
    return plan;
  }
  std::optional<int> estimates_from() const override { return sampled_queries; }

 private:
  struct Filled {
    int of_table = 0;
    double lookups = 0;
    Bytes bytes;
    auto operator<=>(const Filled&) const = default;
  };

  int parts_of(const Table& table) const {
    const int wanted = width ? (table.dim + *width - 1) / *width : parts.value_or(shards);
    if (const bool fits = width ? table.dim <= *width || table.dim % *width == 0 : table.dim % wanted == 0; fits)
      return wanted;
    throw InfeasibleError(
        width   ? "/sharding/width"
        : parts ? "/sharding/parts"
                : "/sharding/shards",
        width ? fmt::format("table {}: dim {} cannot be cut in columns of {}", in_quotes(table.name), table.dim, *width)
              : fmt::format("table {}: dim {} cannot be cut in {} equal columns", in_quotes(table.name), table.dim,
                            wanted));
  }
};

}  // namespace

template <>
void describe(Describe<ColumnWise>& d) {
  d.object(
      "column-wise",
      "the columns of every table cut in equal parts: each looks up every row asked for, and answers with its slice");
  d.required("shards", &ColumnWise::shards, "number of sparse shards").at_least(1).at_most(4096);
  d.optional("parts", &ColumnWise::parts, "parts of each table; default: one on every shard")
      .at_least(1)
      .at_most(65536);
  d.optional("width", &ColumnWise::width, "instead of parts: columns of a part; what is no wider stays whole")
      .at_least(1);
  d.optional("sampled_queries", &ColumnWise::sampled_queries, "queries sampled to estimate each table's lookups")
      .at_least(1)
      .at_most(1'000'000);
  d.check([](const ColumnWise& s) -> std::optional<Complaint> {
    if (s.parts && s.width) return Complaint{"width", "'parts' says already how tables are cut"};
    return std::nullopt;
  });
}

namespace strategies {
Alternative<Strategy> column_wise() { return alternative<ColumnWise, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
