// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

// A distribution function given by points, straight between them. Message-size distributions are published this way.
class Cdf final : public ByInversion {
 public:
  std::vector<std::vector<double>> points;  // value, percent

  double quantile(double p) const override {
    const double percent = 100 * p;
    const auto above = std::upper_bound(points.begin(), points.end(), percent,
                                        [](double x, const std::vector<double>& point) { return x < point[1]; });
    if (above == points.begin()) return points.front()[0];
    if (above == points.end()) return points.back()[0];
    const std::vector<double>& below = *std::prev(above);
    return below[0] + ((*above)[0] - below[0]) * (percent - below[1]) / ((*above)[1] - below[1]);
  }
  double mean() const override {
    double sum = points.front()[0] * points.front()[1];
    for (std::size_t i = 1; i < points.size(); ++i)
      sum += (points[i - 1][0] + points[i][0]) / 2 * (points[i][1] - points[i - 1][1]);
    return sum / 100;
  }
};

}  // namespace

template <>
void describe(Describe<Cdf>& d) {
  d.object("cdf", "a distribution function given by points, straight between them");
  d.required("points", &Cdf::points, "[[value, percent at or below it], ...], rising, up to 100");
  d.check([](const Cdf& c) -> std::optional<Complaint> {
    if (c.points.empty()) return Complaint{"points", "found an empty list; expected at least one point"};
    for (std::size_t i = 0; i < c.points.size(); ++i) {
      const std::string key = fmt::format("points/{}", i);
      if (c.points[i].size() != 2) return Complaint{key, "expected [value, percent]"};
      if (c.points[i][0] < 0 || c.points[i][1] < 0) return Complaint{key, "expected numbers of at least 0"};
      if (i > 0 && (c.points[i][0] < c.points[i - 1][0] || c.points[i][1] < c.points[i - 1][1]))
        return Complaint{key, "falls behind the point before it; expected rising values and percents"};
    }
    if (c.points.back()[1] != 100)
      return Complaint{"points", fmt::format("end at {} percent; expected 100", c.points.back()[1])};
    return std::nullopt;
  });
}

namespace distributions {
Alternative<Distribution> cdf() { return alternative<Cdf, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
