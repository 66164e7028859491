// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/profile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shardsim {
namespace {

constexpr int kRounds = 3;         // of looks along a field: its end, then twice nearer to where the range ends
constexpr int kRefitRounds = 5;    // the same, with the others re-fitted, which may take a look or two more
constexpr double kNowhere = 1e-6;  // of a range: a way shorter than this is none
// The least that a look moves on by, of what is left. While the others make up for it the error hardly rises, and then
// steeply.
constexpr double kLeastMove = 0.001;
constexpr double kLeastRefitMove = 0.25;
constexpr double kDamping = 0.01;  // of a re-fit: a tenth of a spread for a step over a whole range

// Where along a way the error has risen. It grows as the square of the distance: its root is nearly a straight line.
class Bracket {
 public:
  // `least`: share of the bracket that a look moves on by.
  Bracket(double length, double least) : far_(length), length_(length), least_(least) {}

  bool done() const { return length_ <= kNowhere || open_; }
  double next() const {
    // Where the error has hardly risen on the near side, a straight line would creep up to where it begins to.
    constexpr double kHardly = 0.7;
    const bool creeps = near_ > 0 && near_root_ < kHardly;
    return first_ ? length_ : guess(creeps ? 0.5 : least_, 0.9);
  }
  double end() const { return done() ? length_ : guess(0, 1); }

  // `root`: of how often the error has risen by kErrorRise.
  void take(double t, double root) {
    if (first_ && root <= 1) open_ = true;
    first_ = false;
    (root <= 1 ? near_ : far_) = t;
    (root <= 1 ? near_root_ : far_root_) = root;
  }

 private:
  double guess(double least, double most) const {
    const double share = far_root_ > near_root_ ? (1 - near_root_) / (far_root_ - near_root_) : 0.5;
    return near_ + (far_ - near_) * std::clamp(share, least, most);
  }

  bool first_ = true;
  bool open_ = false;  // not risen at the end of the way
  double near_ = 0, near_root_ = 0;
  double far_, far_root_ = 1;
  double length_;
  double least_;
};

double root_of_rise(double error, double least_error) {
  return std::sqrt(std::max(0.0, error - least_error) / kErrorRise);
}

// From the best place towards an end of one field's range, the others as they are.
class StraightWalk {
 public:
  StraightWalk(const FoundPoint& best, std::size_t field, double sign)
      : best_(best),
        field_(field),
        sign_(sign),
        bracket_(sign < 0 ? best.point[field] : 1 - best.point[field], kLeastMove) {}

  bool done() const { return bracket_.done(); }
  CubePoint next() const {
    CubePoint out = best_.point;
    out[field_] = std::clamp(out[field_] + sign_ * bracket_.next(), 0.0, 1.0);
    return out;
  }
  void take(const CubePoint& point, const ErrorSample& sample) {
    const double root = root_of_rise(sample.error, best_.sample.error);
    const double t = bracket_.next();
    if (seen_.empty() || std::abs(root - 1) < std::abs(nearest_ - 1)) {
      nearest_ = root;
      seen_at_ = point[field_];
      seen_ = sample.residuals;
    }
    bracket_.take(t, root);
  }
  double end() const { return bracket_.end(); }

  // Of the places looked at, that whose error has risen most nearly to the end of the range: its value of the field and
  // its residuals.
  double seen_at() const { return seen_.empty() ? best_.point[field_] : seen_at_; }
  const std::vector<double>& seen() const { return seen_.empty() ? best_.sample.residuals : seen_; }

 private:
  const FoundPoint& best_;
  std::size_t field_;
  double sign_;
  Bracket bracket_;
  double nearest_ = 0;
  double seen_at_ = 0;
  std::vector<double> seen_;
};

// The same with the others re-fitted. Where a look falls far from what lines said, and lines say that another one there
// would be better, it is taken.
class RefitWalk {
 public:
  RefitWalk(const FoundPoint& best, const LineModel& lines, std::size_t field, double sign)
      : best_(best),
        field_(field),
        sign_(sign),
        bracket_(sign < 0 ? best.point[field] : 1 - best.point[field], kLeastRefitMove),
        near_lines_(lines),
        lines_(lines) {}

  bool done() const { return bracket_.done(); }
  CubePoint next() const { return lines_.least(kDamping, held()); }
  void take(const CubePoint& point, const ErrorSample& sample) {
    lines_.move_to(point, sample);
    const double root = root_of_rise(sample.error, best_.sample.error);
    const double refitted = root_of_rise(lines_.error_at(next()), best_.sample.error);
    constexpr int kMostAgain = 2;
    if (root > 1 && refitted <= 1 && again_++ < kMostAgain) return;
    again_ = 0;
    bracket_.take(bracket_.next(), root);
    if (root <= 1)
      near_lines_ = lines_;
    else
      lines_ = near_lines_;
  }
  double end() const { return bracket_.end(); }

 private:
  LineModel::Held held() const { return {field_, std::clamp(best_.point[field_] + sign_ * bracket_.next(), 0.0, 1.0)}; }

  const FoundPoint& best_;
  std::size_t field_;
  double sign_;
  Bracket bracket_;
  LineModel near_lines_;  // where the error had not risen
  LineModel lines_;
  int again_ = 0;
};

// A look at each that is not done, all at a time, again and again.
template <class Walk>
void walk_all(std::vector<Walk>& walks, int rounds, const SamplesAt& samples_at) {
  for (int round = 0; round < rounds; ++round) {
    std::vector<Walk*> going;
    std::vector<CubePoint> points;
    for (Walk& w : walks) {
      if (w.done()) continue;
      going.push_back(&w);
      points.push_back(w.next());
    }
    if (points.empty()) break;
    const std::vector<ErrorSample> samples = samples_at(points);
    for (std::size_t k = 0; k < going.size(); ++k) going[k]->take(points[k], samples[k]);
  }
}

// Two walks a field, downwards and upwards.
template <class Walk>
std::vector<FieldRange> ranges_of(const CubePoint& best, const std::vector<Walk>& walks) {
  std::vector<FieldRange> out;
  for (std::size_t j = 0; j < best.size(); ++j)
    out.push_back({best[j] - walks[2 * j].end(), best[j] + walks[2 * j + 1].end()});
  return out;
}

// From end to end of the ranges: what is smaller does not count, and steps of the residuals level out.
Slopes slopes_of(const std::vector<StraightWalk>& walks, std::size_t targets) {
  const std::size_t fields = walks.size() / 2;
  Slopes out(targets, std::vector<double>(fields, 0.0));
  for (std::size_t j = 0; j < fields; ++j) {
    const StraightWalk& below = walks[2 * j];
    const StraightWalk& above = walks[2 * j + 1];
    const double apart = above.seen_at() - below.seen_at();
    for (std::size_t i = 0; i < targets; ++i) out[i][j] = apart > 0 ? (above.seen()[i] - below.seen()[i]) / apart : 0;
  }
  return out;
}

}  // namespace

std::int64_t evaluations_of_profile(std::size_t fields) {
  const int rounds = fields > 1 ? kRounds + kRefitRounds : kRounds;
  return std::int64_t{2} * rounds * static_cast<std::int64_t>(fields);
}

ErrorProfile profile_of(const FoundPoint& best, const std::vector<double>& weights, const SamplesAt& samples_at) {
  const std::size_t fields = best.point.size();
  std::vector<StraightWalk> straight;
  for (std::size_t j = 0; j < fields; ++j)
    for (const double sign : {-1.0, 1.0}) straight.emplace_back(best, j, sign);
  walk_all(straight, kRounds, samples_at);
  ErrorProfile out;
  out.alone = out.together = ranges_of(best.point, straight);
  out.slopes = slopes_of(straight, best.sample.residuals.size());
  if (fields == 1) return out;  // no others to be re-fitted
  const LineModel lines{best.point, best.sample, out.slopes, weights};
  std::vector<RefitWalk> refitted;
  for (std::size_t j = 0; j < fields; ++j)
    for (const double sign : {-1.0, 1.0}) refitted.emplace_back(best, lines, j, sign);
  walk_all(refitted, kRefitRounds, samples_at);
  const std::vector<FieldRange> further = ranges_of(best.point, refitted);
  for (std::size_t j = 0; j < fields; ++j)
    for (const double end : {further[j].low, further[j].high}) out.together[j].include(end);
  return out;
}

std::vector<TargetConflict> conflicts_of(const CubePoint& best, const std::vector<double>& residuals,
                                         const Slopes& slopes) {
  const double most = -std::sqrt(0.5);    // 135 degrees
  std::vector<std::vector<double>> ways;  // in which each residual gets smaller, of length 1; empty: in none
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
