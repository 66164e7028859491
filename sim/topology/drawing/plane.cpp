// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/plane.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace shardsim::drawing {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// Nodes, each as far as can be from those before it.
std::vector<std::size_t> pivots(const std::vector<Vector>& hops) {
  constexpr std::size_t kMost = 40;
  std::vector<std::size_t> out{0};
  Vector nearest = hops[0];
  while (out.size() < std::min(kMost, hops.size())) {
    out.push_back(static_cast<std::size_t>(std::max_element(nearest.begin(), nearest.end()) - nearest.begin()));
    for (std::size_t i = 0; i < nearest.size(); ++i) nearest[i] = std::min(nearest[i], hops[out.back()][i]);
  }
  return out;
}

/// The two directions in which the columns (one for each pivot) vary most, by power iteration; the second one is kept
/// at right angles to the first.
std::array<Vector, 2> main_directions(const std::vector<Vector>& columns) {
  std::array<Vector, 2> out;
  constexpr int kRounds = 60;
  for (std::size_t which = 0; which < 2; ++which) {
    Vector& v = out[which];
    for (std::size_t k = 0; k < columns.size(); ++k) v.push_back(std::cos(real((which + 1) * k)));
    for (int round = 0; round < kRounds; ++round) {
      Vector row(columns[0].size()), next;
      for (std::size_t k = 0; k < columns.size(); ++k)
        for (std::size_t i = 0; i < row.size(); ++i) row[i] += columns[k][i] * v[k];
      for (const Vector& column : columns) next.push_back(dot(row, column));
      const double along = which == 0 ? 0 : dot(next, out[0]);
      for (std::size_t k = 0; k < next.size(); ++k) next[k] -= along * out[0][k];
      const double norm = std::sqrt(dot(next, next));
      for (std::size_t k = 0; k < next.size(); ++k) v[k] = norm > 1e-9 ? next[k] / norm : 0;
    }
  }
  return out;
}

/// Squared distances to the pivots, centred both ways.
std::vector<Vector> centred_columns(const std::vector<Vector>& hops) {
  std::vector<Vector> columns;
  Vector row_mean(hops.size());
  for (const std::size_t pivot : pivots(hops)) {
    Vector column;
    for (const double h : hops[pivot]) column.push_back(-0.5 * h * h);
    const double mean = std::accumulate(column.begin(), column.end(), 0.0) / real(column.size());
    for (std::size_t i = 0; i < column.size(); ++i) row_mean[i] += column[i] -= mean;
    columns.push_back(std::move(column));
  }
  for (Vector& column : columns)
    for (std::size_t i = 0; i < column.size(); ++i) column[i] -= row_mean[i] / real(columns.size());
  return columns;
}

/// Pivot MDS (Brandes and Pich 2006).
std::vector<Point> guess(const std::vector<Vector>& hops) {
  const std::vector<Vector> columns = centred_columns(hops);
  const auto directions = main_directions(columns);
  const double scale = 1 / std::sqrt(real(hops.size() * columns.size()));
  std::vector<Point> at;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    // Off the spot a little, for nodes that are as far from all pivots as others are.
    at.push_back(Point{std::cos(real(i)), std::sin(real(i))} * 0.1);
    for (std::size_t k = 0; k < columns.size(); ++k)
      at[i] = at[i] + Point{directions[0][k], directions[1][k]} * (columns[k][i] * scale);
  }
  return at;
}

/// Moves a node to where its springs balance: the mean of the places at which its distance to each other node would be
/// right, weighted by the inverse square of that distance. Returns how far it moved.
double settle(std::vector<Point>& at, std::size_t node, const Vector& hops) {
  Point sum;
  double weights = 0;
  for (std::size_t other = 0; other < at.size(); ++other) {
    if (other == node) continue;
    const double weight = 1 / (hops[other] * hops[other]);
    const Point away = at[node] - at[other];
    const double now = std::max(1e-9, std::sqrt(away.x * away.x + away.y * away.y));
    sum = sum + (at[other] + away * (hops[other] / now)) * weight;
    weights += weight;
  }
  const Point to = weights > 0 ? sum * (1 / weights) : at[node];
  const double moved = length(to - at[node]);
  at[node] = to;
  return moved;
}

}  // namespace

std::vector<Point> places_in_plane(const Neighbours& links) {
  std::vector<Vector> hops;
  for (std::size_t node = 0; node < links.size(); ++node) {
    const std::vector<std::size_t> from = hops_from({node}, links);
    hops.emplace_back(from.begin(), from.end());
  }
  std::vector<Point> at = guess(hops);
  const double n = real(at.size());
  const int rounds = static_cast<int>(std::clamp(1e8 / (n * n), 25.0, 400.0));  // a second or so at most
  double furthest = 1;
  for (int round = 0; round < rounds && furthest > 1e-4; ++round) {
    furthest = 0;
    for (std::size_t node = 0; node < at.size(); ++node) furthest = std::max(furthest, settle(at, node, hops[node]));
  }
  return at;
}

}  // namespace shardsim::drawing
