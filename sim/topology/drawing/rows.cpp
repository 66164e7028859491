// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

namespace shardsim::drawing {

std::vector<NodeId> nodes_of(const Row& row) {
  std::vector<NodeId> out;
  for (const Item& item : row) out.insert(out.end(), item.nodes.begin(), item.nodes.end());
  return out;
}

std::vector<std::size_t> tiers_of(const Drawing& drawing, const Part& part) {
  std::vector<NodeId> hosts;
  for (const NodeId node : part.nodes)
    if (drawing.is_host(node)) hosts.push_back(node);
  // A part without hosts is a single node, and stands where hosts would.
  std::vector<std::size_t> tier = hops_from(hosts.empty() ? part.nodes : hosts, drawing.neighbours);
  for (const NodeId node : part.nodes)
    if (drawing.kind(node) == NodeKind::frontend)
      for (const NodeId below : drawing.neighbours[node]) tier[node] = std::max(tier[node], tier[below] + 1);
  return tier;
}

namespace {

/// The places below and above of a line between two rows.
using Line = std::pair<std::size_t, std::size_t>;

/// Counts pairs of lines that cross.
std::size_t crossings(std::vector<Line> lines) {
  std::sort(lines.begin(), lines.end());
  std::size_t size = 1;
  for (const auto& [below, above] : lines) size = std::max(size, above + 1);
  std::vector<std::size_t> tree(size + 1);  // Fenwick: how many lines so far end at each place above
  std::size_t out = 0, so_far = 0;
  for (const auto& [below, above] : lines) {
    std::size_t not_right = 0;
    for (std::size_t i = above + 1; i > 0; i &= i - 1) not_right += tree[i];
    out += so_far - not_right;
    for (std::size_t i = above + 1; i <= size; i += i & (~i + 1)) ++tree[i];
    ++so_far;
  }
  return out;
}

}  // namespace

Rows::Rows(const Drawing& drawing, const Part& part)
    : drawing_(drawing), part_(part), tier_(tiers_of(drawing, part)), place_(drawing.marks.size()) {
  fill();
  order();
}

void Rows::fill() {
  std::map<std::vector<NodeId>, std::size_t> block_of;  // of hosts, by their neighbours
  for (const NodeId node : part_.nodes) {
    rows_.resize(std::max(rows_.size(), tier_[node] + 1));
    Row& row = rows_[tier_[node]];
    if (tier_[node] > 0) {
      row.push_back(Item{{node}});
      continue;
    }
    const auto [block, is_new] = block_of.try_emplace(drawing_.neighbours[node], row.size());
    if (is_new) row.emplace_back();
    row[block->second].nodes.push_back(node);
  }
}

/// Barycentre sweeps, up and down, from the natural order; the order with the fewest crossings wins.
void Rows::order() {
  note_places();
  std::vector<Row> best = rows_;
  std::size_t fewest = count_crossings();
  const auto keep_if_better = [&] {
    const std::size_t now = count_crossings();
    if (now >= fewest) return;
    fewest = now;
    best = rows_;
  };
  constexpr int kSweeps = 8;
  for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
    for (std::size_t tier = 1; tier < rows_.size(); ++tier) sort(tier, Side::below);
    keep_if_better();
    for (std::size_t tier = rows_.size() - 1; tier-- > 0;) sort(tier, Side::above);
    keep_if_better();
  }
  rows_ = std::move(best);
  note_places();
}

void Rows::note_places() {
  for (const Row& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      for (const NodeId node : row[i].nodes) place_[node] = i;
}

std::size_t Rows::count_crossings() const {
  std::vector<std::vector<Line>> lines(rows_.size());
  for (const std::size_t b : part_.bundles) {
    NodeId low = drawing_.bundles[b].a, high = drawing_.bundles[b].b;
    if (tier_[low] > tier_[high]) std::swap(low, high);
    if (tier_[high] == tier_[low] + 1) lines[tier_[low]].push_back({place_[low], place_[high]});
  }
  std::size_t out = 0;
  for (const std::vector<Line>& between : lines) out += crossings(between);
  return out;
}

/// Puts every item over (or under) the middle of its neighbours below (or above).
void Rows::sort(std::size_t tier, Side side) {
  const auto relative = [&](NodeId node) { return (real(place_[node]) + 0.5) / real(rows_[tier_[node]].size()); };
  std::vector<std::pair<std::pair<std::int64_t, std::size_t>, Item>> keyed;
  for (Item& item : rows_[tier]) {
    // Rounded, so that equal means are equal whatever the order of their terms; natural order then decides.
    const double middle = mean(item, side, relative).value_or(relative(item.nodes[0]));
    const std::pair key(std::int64_t{std::llround(middle * 1e9)}, drawing_.order[item.nodes[0]]);
    keyed.emplace_back(key, std::move(item));
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < keyed.size(); ++i) rows_[tier][i] = std::move(keyed[i].second);
  note_places();
}

}  // namespace shardsim::drawing
