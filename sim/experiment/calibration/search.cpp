// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/search.hpp"

#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <new>

namespace shardsim {
namespace {

// Steps smaller than this share of a range are hardly more than what a value is written with.
constexpr double kLeastStep = 1e-5;

// Carries one search through several algorithms.
class StagedSearch {
 public:
  StagedSearch(std::size_t fields, const std::vector<double>& weights, std::int64_t budget, const SamplesAt& samples_at)
      : weights_(weights), left_(budget), samples_at_(samples_at), best_{CubePoint(fields, 0.5), {HUGE_VAL, {}}} {}

  // An algorithm of NLopt, for at most `most` evaluations. `step`: of the first moves, a share of the range; 0: the
  // algorithm has none.
  void by(nlopt_algorithm algorithm, std::int64_t most, double step) {
    using Optimizer = std::unique_ptr<std::remove_pointer_t<nlopt_opt>, decltype(&nlopt_destroy)>;
    const Optimizer optimizer(nlopt_create(algorithm, static_cast<unsigned>(best_.point.size())), nlopt_destroy);
    if (!optimizer) throw std::bad_alloc();
    optimizer_ = optimizer.get();
    left_of_stage_ = std::min(most, left_);
    if (left_of_stage_ <= 0) return;
    nlopt_set_lower_bounds1(optimizer_, 0);
    nlopt_set_upper_bounds1(optimizer_, 1);
    nlopt_set_maxeval(optimizer_, static_cast<int>(left_of_stage_));
    nlopt_set_min_objective(optimizer_, call, this);
    if (step > 0) {
      nlopt_set_xtol_abs1(optimizer_, kLeastStep);
      nlopt_set_initial_step1(optimizer_, step);
    }
    CubePoint at = best_.point;
    double error = 0;
    nlopt_optimize(optimizer_, at.data(), &error);  // how it ended does not matter: the best was seen below
    if (thrown_) std::rethrow_exception(thrown_);
  }

  // Damped least squares from the best, until nothing gets better.
  void by_lines(std::int64_t most) {
    const std::int64_t stop_at = left_ - std::min(most, left_);
    double damping = 1;
    double step = 0.03;
    LineModel model;
    bool is_carried = false;  // from the place before, its slopes corrected by what was seen on the way
    while (left_ - stop_at >= static_cast<std::int64_t>(best_.point.size()) + 2) {
      if (!is_carried) model = lines_at_best(step);
      const FoundPoint from = best_;
      const std::vector<CubePoint> tried{model.least(damping / 10), model.least(damping * 3)};
      if (distance(from.point, tried[0]) < kLeastStep) break;
      const std::vector<ErrorSample> samples = ask(tried);
      const std::size_t better = samples[0].error <= samples[1].error ? 0 : 1;
      if (samples[better].error < from.sample.error) {
        damping = better == 0 ? std::max(1e-3, damping / 10) : damping * 3;
        model.move_to(tried[better], samples[better]);
        const bool slow = samples[better].error > 0.7 * from.sample.error;
        is_carried = !slow;
        if (slow && from.sample.error - samples[better].error < 1e-3) break;
      } else if (is_carried) {
        is_carried = false;  // the slopes may be to blame: they are taken anew
      } else {
        step /= 4;
        damping *= 30;
        if (step < 1e-3) break;
      }
    }
  }

  std::int64_t left() const { return left_; }
  const FoundPoint& best() const { return best_; }

 private:
  // Along the field that moves furthest.
  static double distance(const CubePoint& a, const CubePoint& b) {
    double out = 0;
    for (std::size_t j = 0; j < a.size(); ++j) out = std::max(out, std::abs(a[j] - b[j]));
    return out;
  }

  LineModel lines_at_best(double step) {
    LineModel model{best_.point, best_.sample, {}, weights_};
    std::vector<CubePoint> around;
    for (std::size_t j = 0; j < model.at.size(); ++j) {
      around.push_back(model.at);
      around.back()[j] += model.at[j] > 0.5 ? -step : step;  // inwards
    }
    const std::vector<ErrorSample> samples = ask(around);
    model.slopes.assign(model.sample.residuals.size(), std::vector<double>(model.at.size(), 0.0));
    for (std::size_t i = 0; i < model.slopes.size(); ++i)
      for (std::size_t j = 0; j < model.at.size(); ++j)
        model.slopes[i][j] = (samples[j].residuals[i] - model.sample.residuals[i]) / (around[j][j] - model.at[j]);
    return model;
  }

  std::vector<ErrorSample> ask(const std::vector<CubePoint>& points) {
    left_ -= static_cast<std::int64_t>(points.size());
    std::vector<ErrorSample> samples = samples_at_(points);
    for (std::size_t i = 0; i < points.size(); ++i)
      if (samples[i].error < best_.sample.error) best_ = {points[i], samples[i]};
    return samples;
  }

  // C code calls it, through which no exception may pass.
  static double call(unsigned n, const double* at, double*, void* self) noexcept {
    return static_cast<StagedSearch*>(self)->error(CubePoint(at, at + n));
  }

  double error(CubePoint point) noexcept {
    if (thrown_ || left_of_stage_-- <= 0) {  // an algorithm may go on for a while after it was told to stop
      nlopt_force_stop(optimizer_);
      return HUGE_VAL;
    }
    try {
      for (double& share : point) share = std::clamp(share, 0.0, 1.0);
      return ask({point}).front().error;
    } catch (...) {
      thrown_ = std::current_exception();
      nlopt_force_stop(optimizer_);
      return HUGE_VAL;
    }
  }

  const std::vector<double>& weights_;
  std::int64_t left_;
  const SamplesAt& samples_at_;
  nlopt_opt optimizer_ = nullptr;
  std::int64_t left_of_stage_ = 0;
  std::exception_ptr thrown_;
  FoundPoint best_;
};

}  // namespace

std::int64_t fewest_evaluations_of_search(std::size_t fields) {
  return 3 * (2 * static_cast<std::int64_t>(fields) + 1);
}

FoundPoint least_error(std::size_t fields, const std::vector<double>& weights, std::int64_t evaluations,
                       const SamplesAt& samples_at) {
  const std::int64_t model = 2 * static_cast<std::int64_t>(fields) + 1;  // evaluations that an algorithm begins with
  StagedSearch search(fields, weights, evaluations, samples_at);
  // The whole cube gets a third: enough to tell valleys apart.
  search.by(NLOPT_GN_DIRECT_L, std::max(model, evaluations / 3), 0);
  search.by_lines(search.left() * 2 / 3);
  // What is left is for the way down that no lines show.
  double step = 0.05;
  while (search.left() > 0 && step > kLeastStep) {
    const std::int64_t before = search.left();
    search.by(NLOPT_LN_BOBYQA, std::max(before * 2 / 3, model), step);
    search.by(NLOPT_LN_SBPLX, search.left(), step);
    if (search.left() == before) break;
    step /= 4;
  }
  return search.best();
}

}  // namespace shardsim
