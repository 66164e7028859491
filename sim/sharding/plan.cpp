// SPDX-License-Identifier: Apache-2.0
#include "sharding/plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace shardsim {
namespace {

// What has been seen of one table while a plan is walked through.
struct Seen {
  int parts = 0;
  SplitBy split_by = SplitBy::modulus;
  Split split = Split::rows;
  int copies = 1;
  std::set<int> placed;  // parts; of a table with copies, the services that hold one
  std::string first;     // where
  const Table* table = nullptr;

  int wanted() const { return copies > 1 ? copies : parts; }
};

class PlanCheck {
 public:
  explicit PlanCheck(const Model& model) {
    for (const PlacedTable& t : tables_of(model)) {
      tables_[t.table->name].table = t.table;
      names_.push_back(t.table->name);
    }
  }

  /// `service`: its number, as in services_of().
  std::optional<Complaint> place(const std::vector<Placement>& placements, const std::string& where, int service) {
    for (std::size_t i = 0; i < placements.size(); ++i) {
      const Placement& p = placements[i];
      const std::string key = fmt::format("{}/{}", where, i);
      const auto it = tables_.find(p.table);
      if (it == tables_.end())
        return Complaint{key + "/table",
                         fmt::format("the model has no table {}{}", in_quotes(p.table), suggestion(p.table, names_))};
      Seen& seen = it->second;
      if (seen.parts != 0 && seen.parts != p.parts)
        return Complaint{key, fmt::format("table {} is split in {} parts here and in {} at /{}", in_quotes(p.table),
                                          p.parts, seen.parts, seen.first)};
      if (seen.parts != 0 && seen.split_by != p.split_by)
        return Complaint{key + "/row_split",
                         fmt::format("table {} is split by {} here and by {} at /{}", in_quotes(p.table),
                                     name_of(p.split_by), name_of(seen.split_by), seen.first)};
      if (seen.parts != 0 && seen.split != p.split)
        return Complaint{key + "/split",
                         fmt::format("table {} is split by {} here and by {} at /{}", in_quotes(p.table),
                                     name_of(p.split), name_of(seen.split), seen.first)};
      if (p.split == Split::columns && seen.table->dim % p.parts != 0)
        return Complaint{key + "/parts", fmt::format("table {}: dim {} cannot be cut in {} equal columns",
                                                     in_quotes(p.table), seen.table->dim, p.parts)};
      if (auto c = check_copies(p, seen, key, service)) return c;
      const int number = p.copies > 1 ? service : p.part;
      if (!seen.placed.insert(number).second)
        return Complaint{key,
                         fmt::format("table {} is also at /{}; each table (or part) belongs on one shard, and each "
                                     "of its copies, if all have 'copies', on one of its own",
                                     in_quotes(p.table), seen.first)};
      if (seen.parts == 0) seen = {p.parts, p.split_by, p.split, p.copies, {number}, key, seen.table};
    }
    return std::nullopt;
  }

  std::optional<Complaint> complete() const {
    for (const std::string& name : names_) {
      const Seen& seen = tables_.at(name);
      if (seen.parts == 0)
        return Complaint{"", fmt::format("table {} is on no shard; add it to a shard or to 'main'", in_quotes(name))};
      if (static_cast<int>(seen.placed.size()) != seen.wanted())
        return Complaint{"", fmt::format("table {} is {} {} {} and only {} of them are placed", in_quotes(name),
                                         seen.copies > 1 ? "to be in" : "split in", seen.wanted(),
                                         seen.copies > 1 ? "copies" : "parts", seen.placed.size())};
    }
    return std::nullopt;
  }

 private:
  static std::optional<Complaint> check_copies(const Placement& p, const Seen& seen, const std::string& key,
                                               int service) {
    if (p.copies > 1 && service == 0)
      return Complaint{key + "/copies", fmt::format("table {} is on the main shard, which would ask no other for it; "
                                                    "copies belong on sparse shards",
                                                    in_quotes(p.table))};
    if (seen.parts == 0) return std::nullopt;
    if (seen.copies != p.copies)
      return Complaint{key, fmt::format("table {} is in {} here and in {} at /{}", in_quotes(p.table),
                                        copies_text(p.copies), copies_text(seen.copies), seen.first)};
    if (p.copies > 1 && std::ssize(seen.placed) == p.copies && !seen.placed.contains(service))
      return Complaint{key, fmt::format("table {} is in {}, and all of them are on shards before this one",
                                        in_quotes(p.table), copies_text(p.copies))};
    return std::nullopt;
  }
  static std::string copies_text(int copies) { return copies == 1 ? "one copy" : fmt::format("{} copies", copies); }

  std::map<std::string, Seen> tables_;
  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> services_of(const ShardingPlan& plan) {
  std::vector<std::string> names{"main"};
  for (const PlannedShard& shard : plan.shards) names.push_back(shard.name);
  return names;
}

const std::vector<Placement>& placements_of(const ShardingPlan& plan, std::size_t service) {
  return service == 0 ? plan.main : plan.shards[service - 1].tables;
}
std::vector<Placement>& placements_of(ShardingPlan& plan, std::size_t service) {
  return service == 0 ? plan.main : plan.shards[service - 1].tables;
}

bool has_tiers(const std::vector<Placement>& placements) {
  return std::any_of(placements.begin(), placements.end(), [](const Placement& p) { return p.tier.has_value(); });
}
bool has_tiers(const ShardingPlan& plan) {
  return has_tiers(plan.main) || std::any_of(plan.shards.begin(), plan.shards.end(),
                                             [](const PlannedShard& shard) { return has_tiers(shard.tables); });
}

std::int64_t part_rows(std::int64_t rows, int part, int parts) { return rows / parts + (part < rows % parts ? 1 : 0); }

Bytes part_bytes(const Table& table, int part, int parts) {
  return {part_rows(table.rows, part, parts) * table.row_bytes().count};
}

Table slice_of(const Table& table, int parts) {
  Table slice = table;
  slice.dim /= parts;
  if (slice.time) *slice.time /= parts;
  return slice;
}

Bytes bytes_of(const Table& table, const Placement& placement) {
  if (placement.split == Split::columns) return slice_of(table, placement.parts).bytes();
  return part_bytes(table, placement.part, placement.parts);
}

int part_of_row(std::int64_t row, std::int64_t rows, int parts, SplitBy split_by) {
  if (split_by == SplitBy::modulus) return static_cast<int>(row % parts);
  const std::int64_t least = rows / parts;
  const std::int64_t larger = rows % parts;  // parts that have one row more
  const std::int64_t in_larger = larger * (least + 1);
  if (row < in_larger) return static_cast<int>(row / (least + 1));
  return static_cast<int>(larger + (row - in_larger) / least);
}

std::optional<Complaint> check_plan(const ShardingPlan& plan, const Model& model) {
  PlanCheck check(model);
  if (auto c = check.place(plan.main, "main", 0)) return c;
  std::set<std::string> names;
  int service = 0;
  for (std::size_t s = 0; s < plan.shards.size(); ++s) {
    if (!names.insert(plan.shards[s].name).second)
      return Complaint{fmt::format("shards/{}/name", s),
                       fmt::format("a second shard is called {}", in_quotes(plan.shards[s].name))};
    if (auto c = check.place(plan.shards[s].tables, fmt::format("shards/{}/tables", s), ++service)) return c;
  }
  return check.complete();
}

Bytes row_bytes_of(const Table& table, const Placement& placement) {
  return placement.split == Split::columns ? slice_of(table, placement.parts).row_bytes() : table.row_bytes();
}

std::int64_t rows_of(const Table& table, const Placement& placement) {
  return placement.by_rows() ? part_rows(table.rows, placement.part, placement.parts) : table.rows;
}

std::int64_t rows_elsewhere(const Table& table, const Placement& placement) {
  return std::llround(static_cast<double>(rows_of(table, placement)) * placement.elsewhere());
}

Bytes PlacedBytes::all() const {
  Bytes total = memory;
  for (const auto& [name, bytes] : tiers) total += bytes;
  return total;
}

PlacedBytes bytes_by_tier(const std::vector<Placement>& placements, const Model& model) {
  std::map<std::string, const Table*> by_name;
  for (const PlacedTable& t : tables_of(model)) by_name[t.table->name] = t.table;
  PlacedBytes out;
  for (const Placement& p : placements) {
    const Table& table = *by_name.at(p.table);
    const std::int64_t rows = rows_of(table, p);
    const std::int64_t elsewhere = rows_elsewhere(table, p);
    const std::int64_t row_bytes = row_bytes_of(table, p).count;
    out.memory.count += (rows - elsewhere) * row_bytes;
    out.rows_in_memory += rows - elsewhere;
    if (p.tier) out.tiers[*p.tier].count += elsewhere * row_bytes;
  }
  return out;
}

Bytes placed_bytes(const std::vector<Placement>& placements, const Model& model) {
  return bytes_by_tier(placements, model).all();
}

template <>
void describe(Describe<Placement>& d) {
  d.object("placement", "a table, or a part of its rows or columns");
  d.required("table", &Placement::table, "name of the table");
  d.optional("part", &Placement::part, "which part, from 0").at_least(0);
  d.optional("parts", &Placement::parts, "equal parts that it is split in").at_least(1).at_most(65536);
  d.optional("row_split", &Placement::split_by, "how rows are dealt to the parts").formerly("split_by");
  d.optional("split", &Placement::split,
             "what is split: rows, or columns, of which each part looks up every row that is asked for");
  d.optional("tier", &Placement::tier, "which of the tiers of its server's platform holds it; left out: memory");
  d.optional("in_memory", &Placement::in_memory,
             "where there is a tier: the share of the rows, whichever they are, that stay in memory")
      .at_most(Share{1});
  d.optional("copies", &Placement::copies,
             "sparse shards that hold the same whole table, and all say so; a batch asks one of them")
      .at_least(1)
      .at_most(65536);
  d.check([](const Placement& p) -> std::optional<Complaint> {
    if (p.part >= p.parts)
      return Complaint{"part", fmt::format("found {}; expected less than 'parts', {}", p.part, p.parts)};
    if (p.split == Split::columns && p.split_by != SplitBy::modulus)
      return Complaint{"row_split", "is for parts of the rows, and 'split' is 'columns'"};
    if (p.copies > 1 && p.parts > 1)
      return Complaint{"copies", fmt::format("is for whole tables, and 'parts' is {}", p.parts)};
    if (p.in_memory && !p.tier)
      return Complaint{"in_memory", "says how much of a table is not in its 'tier'; give one"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<PlannedShard>& d) {
  d.object("shard", "the tables of one sparse shard");
  d.required("name", &PlannedShard::name, "unique in the plan");
  d.required("tables", &PlannedShard::tables, "what it holds");
}

template <>
void describe(Describe<ShardingPlan>& d) {
  d.object("plan", "which tables live where");
  d.optional("strategy", &ShardingPlan::strategy, "what made the plan; a remark");
  d.optional("main", &ShardingPlan::main, "tables that stay on the main shard");
  d.optional("shards", &ShardingPlan::shards, "the sparse shards");
}

}  // namespace shardsim
