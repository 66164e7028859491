// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/tiers.hpp"

#include <cmath>
#include <limits>
#include <map>

namespace shardsim::drawing {
namespace {

constexpr std::size_t kUnreached = std::numeric_limits<std::size_t>::max();

std::vector<std::size_t> tiers_of(const Drawing& drawing) {
  std::vector<std::size_t> tier(drawing.nodes.size(), kUnreached);
  std::vector<NodeId> reached;
  for (const NodeId node : drawing.nodes)
    if (drawing.is_host(node)) tier[node] = 0, reached.push_back(node);
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const NodeId next : drawing.neighbours[reached[i]])
      if (tier[next] == kUnreached) tier[next] = tier[reached[i]] + 1, reached.push_back(next);
  for (const NodeId node : drawing.nodes)
    if (drawing.kind(node) == NodeKind::frontend && tier[node] != kUnreached)
      for (const NodeId below : drawing.neighbours[node])
        if (tier[below] != kUnreached) tier[node] = std::max(tier[node], tier[below] + 1);
  return tier;
}

/// Puts each box over the middle of its neighbours in lower rows, whose places are known.
void sort_row(const Drawing& drawing, const std::vector<std::size_t>& tier, std::map<NodeId, double>& places,
              std::vector<NodeId>& row) {
  std::vector<std::pair<std::int64_t, NodeId>> keyed;
  for (std::size_t i = 0; i < row.size(); ++i) {
    double sum = 0, count = 0;
    for (const NodeId other : drawing.neighbours[row[i]])
      if (tier[other] < tier[row[i]] && drawing.has_box(other)) sum += places.at(other), count += 1;
    const double middle = count > 0 ? sum / count : (real(i) + 0.5) / real(row.size());
    // Rounded, so that equal means are equal whatever the order of their terms; natural order then decides.
    keyed.emplace_back(std::llround(middle * 1e9), row[i]);
  }
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = keyed[i].second;
    places[row[i]] = (real(i) + 0.5) / real(row.size());
  }
}

}  // namespace

std::optional<std::vector<Row>> rows_of(const Drawing& drawing) {
  const std::vector<std::size_t> tier = tiers_of(drawing);
  std::map<std::size_t, Row> rows;
  for (const NodeId node : drawing.nodes) {
    if (tier[node] == kUnreached) return std::nullopt;
    if (!drawing.has_box(node)) continue;
    Row& row = rows[tier[node]];
    row.tier = tier[node];
    row.nodes.push_back(node);
  }
  std::map<NodeId, double> places;
  std::vector<Row> out;
  for (auto& [number, row] : rows) {
    sort_row(drawing, tier, places, row.nodes);
    out.push_back(std::move(row));
  }
  std::size_t trunks = 0, detours = 0;
  for (const Bundle& bundle : drawing.bundles) {
    if (!drawing.has_box(bundle.a) || !drawing.has_box(bundle.b)) continue;
    ++trunks;
    if (tier[bundle.a] != tier[bundle.b]) continue;
    Row& row = *std::find_if(out.begin(), out.end(), [&](const Row& r) { return r.tier == tier[bundle.a]; });
    if (std::abs(places.at(bundle.a) - places.at(bundle.b)) * real(row.nodes.size()) < 1.5) continue;
    row.has_detours = true;
    ++detours;
  }
  const bool has_switches = out.empty() || out.back().tier > 0 || trunks == 0;
  if (!has_switches || detours > 2 + trunks / 4) return std::nullopt;
  return out;
}

}  // namespace shardsim::drawing
