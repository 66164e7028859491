// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

namespace shardsim::drawing {

struct Point {
  double x = 0, y = 0;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(Point a, double factor) { return {a.x * factor, a.y * factor}; }
inline double length(Point a) { return std::hypot(a.x, a.y); }

/// A count in a formula.
inline double real(std::size_t n) { return static_cast<double>(n); }

}  // namespace shardsim::drawing
