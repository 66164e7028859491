// SPDX-License-Identifier: Apache-2.0
#include "caches/invalidation.hpp"

#include <algorithm>
#include <cmath>

namespace shardsim {
namespace {

// (1 - e^-x) / x
double mean_of_decay(double x) { return x > 0 ? -std::expm1(-x) / x : 1; }

// That any of n draws is a row which has that share of them; less than one draw is one now and then.
double chance_of_any(double n, double share) { return n < 1 ? n * share : -std::expm1(n * std::log1p(-share)); }

}  // namespace

RowChanges changes_of(const CachedTable& table, double share) {
  const double lookups = share * table.lookups;
  if (!(table.batches > 0)) return {lookups, lookups, 0};
  return {lookups, chance_of_any(table.lookups, share), table.batches * chance_of_any(table.written, share)};
}

double lru_present(double queries, double writes) { return queries * mean_of_decay(queries + writes); }

double fifo_present(double queries, double writes) {
  const double hits = queries * mean_of_decay(writes);
  return hits / (hits + 1);
}

double clock_present(double queries, double writes) {
  const double hits = queries * mean_of_decay(writes) / (1 + std::exp(-writes) * std::expm1(-queries));
  return std::isinf(hits) ? 1 : hits / (hits + 1);
}

bool is_written(std::span<const BandedTable> tables) {
  return std::any_of(tables.begin(), tables.end(),
                     [](const BandedTable& t) { return t.table.batches * t.table.written > 0; });
}

HitRatios hits_of_stays(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model) {
  if (model.window && is_written(tables))
    return {{},
            "no formula is known of rows that are dropped when they are written, and are taken in by a second miss"};
  return {characteristic_hits(tables, capacity, model), {}};
}

std::vector<double> kept_hits(std::span<const BandedTable> tables, const std::vector<std::int64_t>& rows) {
  std::vector<double> out;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    double hits = 0;
    std::int64_t left = tables[t].table.lookups > 0 ? rows[t] : 0;
    for (auto band = tables[t].bands.begin(); left > 0 && band != tables[t].bands.end(); left -= band++->rows) {
      if (!(band->share > 0)) continue;
      const RowChanges changes = changes_of(tables[t].table, band->each());
      const double kept = std::min(1.0, static_cast<double>(left) / static_cast<double>(band->rows));
      hits += kept * band->share * changes.hit_ratio(changes.most_present());
    }
    out.push_back(hits);
  }
  return out;
}

}  // namespace shardsim
