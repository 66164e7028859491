// SPDX-License-Identifier: Apache-2.0
#include "serving/cache_fields.hpp"

#include <algorithm>
#include <cmath>

#include "config/error.hpp"

namespace shardsim {
namespace {

const TieredTable* without_law(std::span<const TieredTable> tables) {
  const auto it = std::find_if(tables.begin(), tables.end(), [](const TieredTable& t) { return t.law == nullptr; });
  return it == tables.end() ? nullptr : &*it;
}

ScenarioError unknown_popularity(const std::string& pointer, const TieredTable& table, const std::string& who) {
  return {pointer, fmt::format("nothing says how popular the rows of table {} are, which {} has to know: give "
                               "'traffic.rows' a popularity, or the table its own",
                               in_quotes(table.name), who)};
}

}  // namespace

std::vector<CachedTable> CacheFields::cached(std::span<const TieredTable> tables) const {
  std::vector<CachedTable> out;
  for (const TieredTable& t : tables)
    out.push_back({t.rows, t.row + overhead, t.lookups, t.law.get(), t.batches, t.written});
  return out;
}

Bytes CacheFields::bytes_for(std::span<const TieredTable> tables) const {
  Bytes whole;
  for (const TieredTable& t : tables) whole += Bytes{t.rows * (t.row + overhead).count};
  if (share) return {std::llround(static_cast<double>(whole.count) * share->of_one)};
  return std::min(*capacity, whole);
}

void CacheFields::set_hit_ratios(std::span<TieredTable> tables, Bytes bytes, const std::string& pointer) const {
  if (tables.empty()) return;
  if (const TieredTable* unknown = without_law(tables)) {
    if (is_exact()) return;  // whoever plans is told what is known all the same
    throw unknown_popularity(pointer + "/cache_mode", *unknown, "'analytic'");
  }
  const HitRatios hits = hit_ratios_of(split, *policy, cached(tables), bytes);
  if (!hits.by_table && is_exact()) return;
  if (!hits.by_table)
    throw ScenarioError(pointer + "/policy",
                        fmt::format("there is no formula for it, because {}; use 'cache_mode' 'exact'", hits.why_not));
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i].hit_ratio = (*hits.by_table)[i];
}

std::vector<std::unique_ptr<RowCache>> CacheFields::make(std::span<const TieredTable> tables, Bytes bytes,
                                                         const std::string& pointer) const {
  if (const TieredTable* unknown = without_law(tables)) {
    if (policy->needs_laws()) throw unknown_popularity(pointer + "/policy", *unknown, in_quotes(policy.name()));
    if (split == CapacitySplit::marginal_gain)
      throw unknown_popularity(pointer + "/split", *unknown, "'marginal-gain'");
  }
  CacheSetup setup{bytes, cached(tables), {}};
  setup.rank_of = [tables](std::size_t table, std::int64_t row) { return tables[table].rank_of(row); };
  std::vector<std::unique_ptr<RowCache>> made;
  if (split == CapacitySplit::shared)
    made.push_back(policy->exact(setup));
  else
    for (const Bytes part : split_capacity(split, *policy, setup.tables, bytes)) {
      setup.capacity = part;
      made.push_back(policy->exact(setup));
    }
  return made;
}

}  // namespace shardsim
