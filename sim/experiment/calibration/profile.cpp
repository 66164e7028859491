// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/profile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace shardsim {
namespace {

using Samples = std::function<std::vector<ErrorSample>(const std::vector<CubePoint>&)>;
using Matrix = std::vector<std::vector<double>>;

constexpr int kRounds = 3;         // of looks along a ray: its end, then twice nearer to where the range ends
constexpr double kNowhere = 1e-6;  // of a range: a ray shorter than this is none

// A way from the best place to the end of one field's range.
struct Ray {
  CubePoint way;  // where a unit of length leads
  double length = 0;

  CubePoint at(const CubePoint& best, double t) const {
    CubePoint out(best.size());
    for (std::size_t i = 0; i < best.size(); ++i) out[i] = std::clamp(best[i] + t * way[i], 0.0, 1.0);
    return out;
  }
};

// Where along a ray the error has risen.
struct RayEnd {
  double t = 0;
  // Of the places looked at, that whose error has risen most nearly so.
  double seen_t = 0;
  std::vector<double> seen;
};

// The error grows as the square of the distance: its root is nearly a straight line.
class RayWalk {
 public:
  RayWalk(const Ray& ray, double least_error) : ray_(ray), least_(least_error), far_(ray.length) {}

  bool done() const { return ray_.length <= kNowhere || open_; }
  double next() const { return first_ ? ray_.length : guess(0.001, 0.9); }

  void take(double t, const ErrorSample& sample) {
    const double root = std::sqrt(std::max(0.0, sample.error - least_) / kErrorRise);
    if (first_ && root <= 1) open_ = true;
    first_ = false;
    (root <= 1 ? near_ : far_) = t;
    (root <= 1 ? near_root_ : far_root_) = root;
    if (end_.seen.empty() || std::abs(root - 1) < std::abs(nearest_ - 1)) {
      nearest_ = root;
      end_.seen_t = t;
      end_.seen = sample.residuals;
    }
  }

  RayEnd end() const {
    RayEnd out = end_;
    out.t = open_ || ray_.length <= kNowhere ? ray_.length : guess(0, 1);
    return out;
  }

 private:
  double guess(double least, double most) const {
    const double share = far_root_ > near_root_ ? (1 - near_root_) / (far_root_ - near_root_) : 0.5;
    return near_ + (far_ - near_) * std::clamp(share, least, most);
  }

  const Ray& ray_;
  double least_;
  bool first_ = true;
  bool open_ = false;  // not risen at the end of the ray
  double near_ = 0, near_root_ = 0;
  double far_, far_root_ = 1;
  double nearest_ = 0;
  RayEnd end_;
};

std::vector<RayEnd> walk(const CubePoint& best, double least_error, const std::vector<Ray>& rays,
                         const Samples& samples_at) {
  std::vector<RayWalk> walks;
  for (const Ray& ray : rays) walks.emplace_back(ray, least_error);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::size_t> which;
    std::vector<CubePoint> points;
    for (std::size_t i = 0; i < rays.size(); ++i) {
      if (walks[i].done()) continue;
      which.push_back(i);
      points.push_back(rays[i].at(best, walks[i].next()));
    }
    if (points.empty()) break;
    const std::vector<ErrorSample> samples = samples_at(points);
    for (std::size_t k = 0; k < which.size(); ++k) walks[which[k]].take(walks[which[k]].next(), samples[k]);
  }
  std::vector<RayEnd> out;
  for (const RayWalk& w : walks) out.push_back(w.end());
  return out;
}

// Two rays a field, downwards and upwards, each along ways[field] up to the end of the field's range.
std::vector<Ray> rays_along(const CubePoint& best, const Matrix& ways) {
  std::vector<Ray> rays;
  for (std::size_t j = 0; j < best.size(); ++j)
    for (const double sign : {-1.0, 1.0}) {
      Ray ray{ways[j], sign < 0 ? best[j] : 1 - best[j]};
      for (double& part : ray.way) part *= sign;
      rays.push_back(std::move(ray));
    }
  return rays;
}

std::vector<FieldRange> ranges_of(const CubePoint& best, const std::vector<RayEnd>& ends) {
  std::vector<FieldRange> out;
  for (std::size_t j = 0; j < best.size(); ++j) out.push_back({best[j] - ends[2 * j].t, best[j] + ends[2 * j + 1].t});
  return out;
}

Matrix unit_ways(std::size_t n) {
  Matrix out(n, std::vector<double>(n, 0.0));
  for (std::size_t j = 0; j < n; ++j) out[j][j] = 1;
  return out;
}

Matrix slopes_of(const ErrorSample& at_best, const std::vector<RayEnd>& ends) {
  const std::size_t fields = ends.size() / 2;
  Matrix out(at_best.residuals.size(), std::vector<double>(fields, 0.0));
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t j = 0; j < fields; ++j) {
      const RayEnd& below = ends[2 * j];
      const RayEnd& above = ends[2 * j + 1];
      const double low = below.seen.empty() ? at_best.residuals[i] : below.seen[i];
      const double high = above.seen.empty() ? at_best.residuals[i] : above.seen[i];
      const double apart = below.seen_t + above.seen_t;
      out[i][j] = apart > 0 ? (high - low) / apart : 0;
    }
  return out;
}

// By Gauss and Jordan. Precondition: symmetric and positive definite.
Matrix inverse(Matrix a) {
  const std::size_t n = a.size();
  Matrix out = unit_ways(n);
  for (std::size_t p = 0; p < n; ++p) {
    const double pivot = a[p][p];
    for (std::size_t k = 0; k < n; ++k) a[p][k] /= pivot, out[p][k] /= pivot;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == p) continue;
      const double factor = a[i][p];
      for (std::size_t k = 0; k < n; ++k) a[i][k] -= factor * a[p][k], out[i][k] -= factor * out[p][k];
    }
  }
  return out;
}

// For each field, how the others move with it while the sum of squares changes least: a column of the inverse of the
// matrix of second derivatives, which for residuals that are straight lines is made of their slopes.
Matrix least_change_ways(const Matrix& slopes, const std::vector<double>& weights, std::size_t fields) {
  // What a field that no target depends on has on the diagonal: as if it were known as badly as ten times its range.
  constexpr double kLeast = 0.01;
  Matrix curvature(fields, std::vector<double>(fields, 0.0));
  for (std::size_t j = 0; j < fields; ++j) {
    curvature[j][j] = kLeast;
    for (std::size_t k = 0; k < fields; ++k)
      for (std::size_t i = 0; i < slopes.size(); ++i) curvature[j][k] += weights[i] * slopes[i][j] * slopes[i][k];
  }
  const Matrix spread = inverse(curvature);
  Matrix ways = unit_ways(fields);
  for (std::size_t j = 0; j < fields; ++j)
    for (std::size_t k = 0; k < fields; ++k) ways[j][k] = spread[k][j] / spread[j][j];
  return ways;
}

}  // namespace

std::int64_t evaluations_of_profile(std::size_t fields) {
  const std::int64_t each = std::int64_t{2} * kRounds * static_cast<std::int64_t>(fields);
  return fields > 1 ? 2 * each : each;
}

ErrorProfile profile_of(const CubePoint& best, const ErrorSample& at_best, const std::vector<double>& weights,
                        const Samples& samples_at) {
  ErrorProfile out;
  const std::vector<Ray> alone = rays_along(best, unit_ways(best.size()));
  const std::vector<RayEnd> ends = walk(best, at_best.error, alone, samples_at);
  out.alone = out.together = ranges_of(best, ends);
  out.slopes = slopes_of(at_best, ends);
  if (best.size() == 1) return out;
  const std::vector<Ray> along = rays_along(best, least_change_ways(out.slopes, weights, best.size()));
  const std::vector<FieldRange> further = ranges_of(best, walk(best, at_best.error, along, samples_at));
  for (std::size_t j = 0; j < best.size(); ++j) {
    out.together[j].low = std::min(out.alone[j].low, further[j].low);
    out.together[j].high = std::max(out.alone[j].high, further[j].high);
  }
  return out;
}

std::vector<TargetConflict> conflicts_of(const CubePoint& best, const std::vector<double>& residuals,
                                         const Matrix& slopes) {
  constexpr double kAtEnd = 1e-3;
  const double most = -std::sqrt(0.5);  // 135 degrees
  Matrix ways;                          // in which each residual gets smaller, of length 1; empty: in none
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    std::vector<double> way = slopes[i];
    for (std::size_t j = 0; j < way.size(); ++j) {
      way[j] *= residuals[i] > 0 ? -1 : 1;
      if ((best[j] < kAtEnd && way[j] < 0) || (best[j] > 1 - kAtEnd && way[j] > 0)) way[j] = 0;
    }
    const double length = std::sqrt(std::inner_product(way.begin(), way.end(), way.begin(), 0.0));
    for (double& part : way) part /= length > 0 ? length : 1;
    if (!(length > 0) || std::abs(residuals[i]) <= 1) way.clear();
    ways.push_back(std::move(way));
  }
  std::vector<TargetConflict> out;
  for (std::size_t i = 0; i < ways.size(); ++i)
    for (std::size_t j = i + 1; j < ways.size(); ++j) {
      if (ways[i].empty() || ways[j].empty()) continue;
      const double cosine = std::inner_product(ways[i].begin(), ways[i].end(), ways[j].begin(), 0.0);
      if (cosine < most) out.push_back({i, j, cosine});
    }
  return out;
}

}  // namespace shardsim
