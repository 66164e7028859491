// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/line_model.hpp"

#include <algorithm>
#include <numeric>

namespace shardsim {
namespace {

using Matrix = std::vector<std::vector<double>>;

// Solves a x = b by elimination. Precondition: symmetric and positive definite.
std::vector<double> solved(Matrix a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t i = p + 1; i < n; ++i) {
      const double factor = a[i][p] / a[p][p];
      for (std::size_t k = p; k < n; ++k) a[i][k] -= factor * a[p][k];
      b[i] -= factor * b[p];
    }
  for (std::size_t p = n; p-- > 0;) {
    for (std::size_t k = p + 1; k < n; ++k) b[p] -= a[p][k] * b[k];
    b[p] /= a[p][p];
  }
  return b;
}

// Residuals after a step, by the lines.
std::vector<double> residuals_after(const LineModel& model, const std::vector<double>& step) {
  std::vector<double> out = model.sample.residuals;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] += std::inner_product(step.begin(), step.end(), model.slopes[i].begin(), 0.0);
  return out;
}

// The best move of the fields that are free, from where the step has led already.
std::vector<double> best_move(const LineModel& model, const std::vector<double>& step,
                              const std::vector<std::size_t>& free, double damping) {
  const std::vector<double> r = residuals_after(model, step);
  Matrix curvature(free.size(), std::vector<double>(free.size(), 0.0));
  std::vector<double> down(free.size(), 0.0);
  for (std::size_t a = 0; a < free.size(); ++a) {
    curvature[a][a] = damping;
    down[a] = -damping * step[free[a]];
    for (std::size_t i = 0; i < r.size(); ++i) {
      const double slope = model.weights[i] * model.slopes[i][free[a]];
      down[a] -= slope * r[i];
      for (std::size_t b = 0; b < free.size(); ++b) curvature[a][b] += slope * model.slopes[i][free[b]];
    }
  }
  return solved(std::move(curvature), std::move(down));
}

}  // namespace

std::vector<double> LineModel::step_to(const CubePoint& point) const {
  std::vector<double> step(point.size());
  for (std::size_t j = 0; j < step.size(); ++j) step[j] = point[j] - at[j];
  return step;
}

void LineModel::move_to(const CubePoint& point, const ErrorSample& seen) {
  const std::vector<double> step = step_to(point);
  const double length = std::inner_product(step.begin(), step.end(), step.begin(), 0.0);
  const std::vector<double> expected = residuals_after(*this, step);
  if (length > 0)
    for (std::size_t i = 0; i < slopes.size(); ++i)
      for (std::size_t j = 0; j < step.size(); ++j)
        slopes[i][j] += (seen.residuals[i] - expected[i]) * step[j] / length;
  at = point;
  sample = seen;
}

CubePoint LineModel::least(double damping, std::optional<Held> held) const {
  std::vector<double> step(at.size(), 0.0);
  std::vector<std::size_t> free;
  for (std::size_t j = 0; j < at.size(); ++j) {
    if (held && held->field == j)
      step[j] = held->value - at[j];
    else
      free.push_back(j);
  }
  // Fields that would leave the cube stay at its side, and the others make the best of it.
  while (!free.empty()) {
    const std::vector<double> move = best_move(*this, step, free, damping);
    std::vector<std::size_t> inside;
    for (std::size_t a = 0; a < free.size(); ++a) {
      const double wanted = at[free[a]] + step[free[a]] + move[a];
      if (wanted < 0 || wanted > 1)
        step[free[a]] = std::clamp(wanted, 0.0, 1.0) - at[free[a]];
      else
        inside.push_back(free[a]);
    }
    if (inside.size() == free.size()) {
      for (std::size_t a = 0; a < free.size(); ++a) step[free[a]] += move[a];
      break;
    }
    free = std::move(inside);
  }
  CubePoint out(at.size());
  for (std::size_t j = 0; j < at.size(); ++j) out[j] = std::clamp(at[j] + step[j], 0.0, 1.0);
  return out;
}

double LineModel::error_at(const CubePoint& point) const {
  const std::vector<double> r = residuals_after(*this, step_to(point));
  double error = 0;
  for (std::size_t i = 0; i < r.size(); ++i) error += weights[i] * r[i] * r[i];
  return error;
}

}  // namespace shardsim
