// SPDX-License-Identifier: Apache-2.0
#include "caches/capacity_split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace shardsim {
namespace {

double bytes_of(const CachedTable& table) {
  return static_cast<double>(table.rows) * static_cast<double>(table.row_bytes.count);
}

std::vector<Bytes> whole(const std::vector<double>& bytes) {
  std::vector<Bytes> out;
  out.reserve(bytes.size());
  for (const double b : bytes) out.push_back(Bytes{static_cast<std::int64_t>(b)});
  return out;
}

// In proportion to the weights; tables that are full leave the rest to the others, until nobody new is full.
std::vector<double> by_weight(std::span<const CachedTable> tables, const std::vector<double>& weights,
                              double capacity) {
  std::vector<double> out(tables.size());
  std::vector<bool> is_full(tables.size());
  for (bool again = true; again;) {
    double room = capacity;
    double all = 0;
    for (std::size_t t = 0; t < tables.size(); ++t) is_full[t] ? room -= out[t] : all += weights[t];
    again = false;
    for (std::size_t t = 0; t < tables.size(); ++t) {
      if (is_full[t] || !(all > 0)) continue;
      out[t] = room * weights[t] / all;
      if (out[t] < bytes_of(tables[t])) continue;
      out[t] = bytes_of(tables[t]);
      is_full[t] = true;
      again = true;
    }
  }
  return out;
}

struct Point {
  double bytes = 0;
  double hit_ratio = 0;
};

double slope(const Point& a, const Point& b) { return (b.hit_ratio - a.hit_ratio) / (b.bytes - a.bytes); }

// Hit ratio over bytes of the table's own cache: the least concave curve above points a fifth apart.
std::vector<Point> hit_curve(const CachePolicy& policy, const BandedTable& table, double most) {
  constexpr double kStep = 1.19;
  std::vector<Point> curve{{0, 0}};
  const double end = std::min(most, bytes_of(table.table));
  const auto row = static_cast<double>(table.table.row_bytes.count);
  if (end < row) return curve;
  for (double at = row;; at = std::min(end, at * kStep)) {
    const double bytes = at < end ? std::floor(at / row) * row : end;
    const Bytes capacity{static_cast<std::int64_t>(bytes)};
    const HitRatios ratios = policy.formula({&table, 1}, capacity);
    if (!ratios.by_table) throw InputError(fmt::format("no split by 'marginal-gain', because {}", ratios.why_not));
    const Point next{bytes, ratios.by_table->front()};
    if (next.bytes > curve.back().bytes) {
      while (curve.size() > 1 && slope(curve.end()[-2], curve.back()) <= slope(curve.back(), next)) curve.pop_back();
      curve.push_back(next);
    }
    if (at >= end) return curve;
  }
}

// A stretch of a table's curve.
struct Stretch {
  double gain = 0;  // hits a query, for a byte
  double bytes = 0;
  std::size_t table = 0;
};

// Tables that are alike have the same curve, but for the lookups, of which none depends on them unless rows are
// written.
std::vector<Stretch> stretches_of(const CachePolicy& policy, std::span<const CachedTable> tables, double capacity) {
  std::map<std::tuple<const RankSampler*, std::int64_t, std::int64_t, double, double>, std::vector<Point>> curves;
  std::vector<Stretch> out;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    CachedTable alone = tables[t];
    if (!(alone.lookups > 0)) continue;
    if (!(alone.batches * alone.written > 0)) alone.lookups = 1;
    auto& curve = curves[{alone.law, alone.rows, alone.row_bytes.count, alone.lookups, alone.written}];
    if (curve.empty()) curve = hit_curve(policy, in_bands({&alone, 1}).front(), capacity);
    for (std::size_t i = 1; i < curve.size(); ++i)
      out.push_back({tables[t].lookups * slope(curve[i - 1], curve[i]), curve[i].bytes - curve[i - 1].bytes, t});
  }
  std::stable_sort(out.begin(), out.end(), [](const Stretch& a, const Stretch& b) { return a.gain > b.gain; });
  return out;
}

// The steepest stretches first; those that are equally steep have what is left in proportion.
std::vector<double> by_gain(const CachePolicy& policy, std::span<const CachedTable> tables, double capacity) {
  const std::vector<Stretch> stretches = stretches_of(policy, tables, capacity);
  std::vector<double> out(tables.size());
  double room = capacity;
  for (auto first = stretches.begin(); first != stretches.end() && room > 0;) {
    const auto end = std::find_if(first, stretches.end(), [&](const Stretch& s) { return s.gain < first->gain; });
    const double wanted = std::accumulate(first, end, 0.0, [](double sum, const Stretch& s) { return sum + s.bytes; });
    const double part = std::min(1.0, room / wanted);
    for (; first != end; ++first) out[first->table] += part * first->bytes;
    room -= part * wanted;
  }
  return out;
}

}  // namespace

std::vector<Bytes> split_capacity(CapacitySplit split, const CachePolicy& policy, std::span<const CachedTable> tables,
                                  Bytes capacity) {
  const auto all = static_cast<double>(capacity.count);
  std::vector<double> weights(tables.size(), 1);
  switch (split) {
    case CapacitySplit::shared:
      return {};
    case CapacitySplit::marginal_gain:
      return whole(by_gain(policy, tables, all));
    case CapacitySplit::by_lookups:
      for (std::size_t t = 0; t < tables.size(); ++t) weights[t] = tables[t].lookups;
      break;
    case CapacitySplit::equal:
      break;
  }
  return whole(by_weight(tables, weights, all));
}

HitRatios hit_ratios_of(CapacitySplit split, const CachePolicy& policy, std::span<const CachedTable> tables,
                        Bytes capacity) {
  if (split == CapacitySplit::shared) return policy.hit_ratios(tables, capacity);
  const std::vector<BandedTable> banded = in_bands(tables);
  std::vector<double> out;
  const std::vector<Bytes> bytes = split_capacity(split, policy, tables, capacity);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const HitRatios alone = policy.formula({&banded[t], 1}, bytes[t]);
    if (!alone.by_table) return alone;
    out.push_back(alone.by_table->front());
  }
  return {std::move(out), {}};
}

}  // namespace shardsim
