// SPDX-License-Identifier: Apache-2.0
#include "serving/near_cache_spec.hpp"

#include <algorithm>
#include <cmath>

#include "config/error.hpp"
#include "engine/random.hpp"

namespace shardsim {
namespace {

// Where the parts of a table are, by service; all on one where it is whole.
struct PartsOf {
  SplitBy split_by = SplitBy::modulus;
  Split split = Split::rows;
  std::vector<std::optional<std::size_t>> service;
};

std::map<std::string, PartsOf> parts_by_table(const ShardingPlan& plan) {
  std::map<std::string, PartsOf> out;
  for (std::size_t s = 0; s <= plan.shards.size(); ++s)
    for (const Placement& p : placements_of(plan, s)) {
      PartsOf& parts = out[p.table];
      parts.split_by = p.split_by;
      parts.split = p.split;
      parts.service.resize(static_cast<std::size_t>(p.parts));
      std::optional<std::size_t>& service = parts.service[static_cast<std::size_t>(p.part)];
      if (service)
        throw ScenarioError(kNearCache,
                            fmt::format("cannot tell whom to ask for rows of table {}, which is on several servers",
                                        in_quotes(p.table)));
      service = s;
    }
  return out;
}

// Whether all of it is on sparse shards; false: all is on the main shard.
bool is_remote(const std::string& table, const PartsOf& parts) {
  const auto on_main = [](const std::optional<std::size_t>& service) { return service == 0; };
  const auto count = std::count_if(parts.service.begin(), parts.service.end(), on_main);
  if (count != 0 && count != static_cast<std::ptrdiff_t>(parts.service.size()))
    throw ScenarioError(kNearCache, fmt::format("is for tables that are all on sparse shards, and of table {} a part "
                                                "is on the main shard",
                                                in_quotes(table)));
  return count == 0;
}

}  // namespace

template <>
void describe(Describe<NearCacheSpec>& d) {
  d.object("near cache",
           "a cache in the memory of each replica of the main shard: what it has is not asked of sparse shards, and "
           "nobody is asked for nothing");
  d.optional("of", &NearCacheSpec::kept,
             "rows: of a bag, rows that are there are gathered at home, and the others asked for; pooled: the vectors "
             "of whole bags, each found by its table and its set of rows");
  d.optional("policy", &NearCacheSpec::policy, "which rows or vectors the cache keeps");
  d.optional("hit_ratio", &NearCacheSpec::hit_ratio,
             "with 'analytic': instead of a formula, the share of the lookups (of 'pooled': of the bags) that it "
             "answers, of each table")
      .at_most(Share{1});
  describe_cache(d, "what is on sparse shards",
                 "memory that a row or a vector takes in the cache beside its own bytes");
  d.check([](const NearCacheSpec& s) -> std::optional<Complaint> {
    if (s.hit_ratio && s.is_exact()) return Complaint{"hit_ratio", "is of no use with 'cache_mode' 'exact'"};
    if (s.hit_ratio && s.policy.has_value())
      return Complaint{"hit_ratio", "is given beside 'policy'; expected one of them"};
    if (!s.hit_ratio && !s.policy.has_value()) return Complaint{"policy", "is missing"};
    if (s.kept != Kept::pooled || !s.is_exact()) return std::nullopt;
    if (s.policy->needs_laws())
      return Complaint{"policy", fmt::format("{} has to know how popular bags are, and nobody knows; expected another "
                                             "policy with 'of' 'pooled'",
                                             in_quotes(s.policy.name()))};
    if (s.split == CapacitySplit::marginal_gain)
      return Complaint{"split",
                       "'marginal-gain' has to know how popular bags are, and nobody knows; expected another "
                       "with 'of' 'pooled'"};
    return std::nullopt;
  });
}

std::vector<RemoteTable> remote_tables(const ShardingPlan& plan, const Model& model, const TableUse& use) {
  const std::map<std::string, PartsOf> parts_of = parts_by_table(plan);
  std::vector<RemoteTable> out;
  std::size_t number = 0;
  for (const PlacedTable& placed : tables_of(model)) {
    const Table& whole = *placed.table;
    const PartsOf& parts = parts_of.at(whole.name);
    if (is_remote(whole.name, parts)) {
      RemoteTable remote{{}, placed.net, whole, parts.split_by};
      const bool by_columns = parts.split == Split::columns;
      if (by_columns) remote.table = slice_of(whole, static_cast<int>(parts.service.size()));
      TieredTable& rows = remote.rows;
      rows.number = number;
      rows.name = whole.name;
      rows.rows = whole.rows;
      rows.row = remote.table.row_bytes();
      if (!use.lookups.empty()) rows.lookups = use.lookups[number];
      if (!use.laws.empty()) rows.law = use.laws[number];
      if (use.scattered) rows.rank_of_row = Bijection(whole.rows).inverse();
      // A slice of the columns is as good as a table.
      for (const std::optional<std::size_t>& service : parts.service) {
        if (by_columns) remote.shard_of_part.clear();
        remote.shard_of_part.push_back(*service - 1);
        if (by_columns) out.push_back(remote);
      }
      if (!by_columns) out.push_back(std::move(remote));
    }
    ++number;
  }
  return out;
}

std::vector<TieredTable> near_entries(const NearCacheSpec& spec, std::span<const RemoteTable> tables) {
  std::vector<TieredTable> out;
  for (const RemoteTable& t : tables) {
    TieredTable& entry = out.emplace_back(t.rows);
    if (spec.kept == Kept::rows) continue;
    entry.row = t.vector();
    if (spec.is_exact()) {
      entry.rows = kBags;
      entry.law = nullptr;
    }
  }
  return out;
}

void expect_near_hits(const NearCacheSpec& spec, std::span<RemoteTable> tables, const TableUse& use) {
  if (spec.hit_ratio) {
    for (RemoteTable& t : tables) t.rows.hit_ratio = spec.hit_ratio->of_one;
    return;
  }
  if (spec.kept == Kept::pooled && !spec.is_exact())
    for (const RemoteTable& t : tables)
      if (use.one_row_bags.empty() || !use.one_row_bags[t.rows.number])
        throw ScenarioError(std::string(kNearCache) + "/cache_mode",
                            fmt::format("there is no formula for bags of several lookups, as table {} has; use "
                                        "'exact', or give a 'hit_ratio' instead of 'policy'",
                                        in_quotes(t.rows.name)));
  std::vector<TieredTable> entries = near_entries(spec, tables);
  spec.set_hit_ratios(entries, near_cache_bytes(spec, tables), kNearCache);
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i].rows.hit_ratio = entries[i].hit_ratio;
}

// Vectors are not bounded by the bytes of the rows that they are made of.
Bytes near_cache_bytes(const NearCacheSpec& spec, std::span<const RemoteTable> tables) {
  if (tables.empty()) return {};
  if (spec.kept == Kept::pooled && spec.capacity) return *spec.capacity;
  std::vector<TieredTable> rows;
  for (const RemoteTable& t : tables) rows.push_back(t.rows);
  return spec.bytes_for(rows);
}

Bytes near_cache_bytes(const std::optional<NearCacheSpec>& spec, const ShardingPlan& plan, const Model& model) {
  return spec ? near_cache_bytes(*spec, remote_tables(plan, model, {})) : Bytes{};
}

Bytes near_cache_at_most(const std::optional<NearCacheSpec>& spec, const Model& model) {
  if (!spec) return {};
  std::vector<RemoteTable> tables;
  for (const PlacedTable& placed : tables_of(model)) {
    RemoteTable& t = tables.emplace_back(RemoteTable{{}, placed.net, *placed.table});
    t.rows.rows = placed.table->rows;
    t.rows.row = placed.table->row_bytes();
  }
  return near_cache_bytes(*spec, tables);
}

// A sum knows no order; each row is scattered before, so that neighbours do not add up to the same.
std::int64_t number_of_bag(std::span<const std::int64_t> rows) {
  std::uint64_t sum = 0;
  for (const std::int64_t row : rows) sum += split_mix(static_cast<std::uint64_t>(row), 0);
  return static_cast<std::int64_t>(split_mix(sum, 0) % static_cast<std::uint64_t>(kBags));
}

}  // namespace shardsim
