// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "sharding/packing.hpp"

namespace shardsim {
namespace {

/// What groups of shards get equally much of.
enum class GroupBalance { lookups, bytes };

class TableRowWise final : public Strategy {
 public:
  int shards = 1;
  int group = 1;
  GroupBalance balance = GroupBalance::lookups;
  SplitBy split_by = SplitBy::modulus;
  int sampled_queries = kSampledQueries;

  ShardingPlan plan(const PlanningInput& input) const override {
    const std::vector<PlacedTable> tables = tables_of(input.model);
    std::map<std::string, const Table*> by_name;
    std::vector<Piece> pieces;
    for (std::size_t t = 0; t < tables.size(); ++t) {
      const Table& table = *tables[t].table;
      by_name[table.name] = &table;
      pieces.push_back({t, tables[t].net, {table.name}, table.bytes()});
    }
    const int groups = shards / group;
    const std::vector<PlannedShard> of_group =
        balance == GroupBalance::bytes ? balanced_by_bytes(std::move(pieces), groups)
                                       : balanced_by_load(std::move(pieces), groups, input, sampled_queries);
    ShardingPlan plan{"table-row-wise", {}, empty_shards(shards)};
    const auto size = static_cast<std::size_t>(group);
    for (std::size_t g = 0; g < of_group.size(); ++g) {
      std::size_t next = 0;
      for (const Placement& p : of_group[g].tables)
        deal_rows(*by_name.at(p.table), std::span(plan.shards).subspan(g * size, size), split_by, next);
    }
    return plan;
  }
  std::optional<int> estimates_from() const override {
    return balance == GroupBalance::lookups ? std::optional(sampled_queries) : std::nullopt;
  }
};

}  // namespace

template <>
struct EnumNames<GroupBalance> {
  static constexpr std::array<std::pair<GroupBalance, std::string_view>, 2> names{
      {{GroupBalance::lookups, "lookups"}, {GroupBalance::bytes, "bytes"}}};
};

template <>
void describe(Describe<TableRowWise>& d) {
  d.object("table-row-wise", "each table on one group of shards, its rows spread over all of the group");
  d.required("shards", &TableRowWise::shards, "number of sparse shards").at_least(1).at_most(4096);
  d.required("group", &TableRowWise::group, "shards of a group").at_least(1).at_most(4096);
  d.optional("balance", &TableRowWise::balance, "what the groups get equally much of");
  d.optional("row_split", &TableRowWise::split_by, "how the rows of a table are dealt to the shards of its group");
  d.optional("sampled_queries", &TableRowWise::sampled_queries, "queries sampled to estimate each table's lookups")
      .at_least(1)
      .at_most(1'000'000);
  d.check([](const TableRowWise& s) -> std::optional<Complaint> {
    if (s.shards % s.group != 0)
      return Complaint{"group",
                       fmt::format("found {}; {} shards cannot be put in groups of as many", s.group, s.shards)};
    return std::nullopt;
  });
}

namespace strategies {
Alternative<Strategy> table_row_wise() { return alternative<TableRowWise, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
