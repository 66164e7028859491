// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/search.hpp"

#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <stdexcept>

namespace shardsim {
namespace {

using Optimizer = std::unique_ptr<std::remove_pointer_t<nlopt_opt>, decltype(&nlopt_destroy)>;

// Carries one search through several algorithms.
class StagedSearch {
 public:
  StagedSearch(std::size_t dimensions, const std::function<double(const CubePoint&)>& error_at)
      : error_at_(error_at), best_{CubePoint(dimensions, 0.5), HUGE_VAL} {}

  // `step`: of the first moves, a share of the range; 0: the algorithm has none.
  void stage(nlopt_algorithm algorithm, std::int64_t most, double step) {
    // Steps smaller than this share of a range are below what a value is written with.
    constexpr double kLeastStep = 1e-5;
    const auto n = static_cast<unsigned>(best_.point.size());
    const Optimizer optimizer(nlopt_create(algorithm, n), nlopt_destroy);
    if (!optimizer) throw std::bad_alloc();
    optimizer_ = optimizer.get();
    left_ = most;
    nlopt_set_lower_bounds1(optimizer_, 0);
    nlopt_set_upper_bounds1(optimizer_, 1);
    nlopt_set_maxeval(optimizer_, static_cast<int>(most));
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

  std::int64_t calls() const { return calls_; }
  const FoundPoint& best() const { return best_; }

 private:
  // C code calls it, through which no exception may pass.
  static double call(unsigned n, const double* at, double*, void* self) noexcept {
    return static_cast<StagedSearch*>(self)->error(CubePoint(at, at + n));
  }

  double error(CubePoint point) noexcept {
    if (thrown_ || left_-- <= 0) {  // an algorithm may go on for a while after it was told to stop
      nlopt_force_stop(optimizer_);
      return HUGE_VAL;
    }
    try {
      for (double& share : point) share = std::clamp(share, 0.0, 1.0);
      const double error = error_at_(point);
      ++calls_;
      if (error < best_.error) best_ = {std::move(point), error};
      return error;
    } catch (...) {
      thrown_ = std::current_exception();
      nlopt_force_stop(optimizer_);
      return HUGE_VAL;
    }
  }

  const std::function<double(const CubePoint&)>& error_at_;
  nlopt_opt optimizer_ = nullptr;
  std::int64_t left_ = 0;
  std::int64_t calls_ = 0;
  std::exception_ptr thrown_;
  FoundPoint best_;
};

}  // namespace

std::int64_t fewest_evaluations_of_search(std::size_t dimensions) {
  return 3 * (2 * static_cast<std::int64_t>(dimensions) + 1);
}

FoundPoint least_error(std::size_t dimensions, std::int64_t evaluations,
                       const std::function<double(const CubePoint&)>& error_at) {
  // The whole cube gets two fifths: enough to tell valleys apart, while the way down in one takes most.
  const std::int64_t over_all =
      std::max<std::int64_t>(2 * static_cast<std::int64_t>(dimensions) + 1, evaluations * 2 / 5);
  StagedSearch search(dimensions, error_at);
  search.stage(NLOPT_GN_DIRECT_L, over_all, 0);
  // DIRECT's boxes are thirds of thirds: the best one's is about so large by now.
  double step = 0.15;
  while (search.calls() < evaluations) {
    const std::int64_t before = search.calls();
    const double error = search.best().error;
    const std::int64_t left = evaluations - before;
    search.stage(NLOPT_LN_BOBYQA,
                 std::max<std::int64_t>(left * 2 / 3, std::min<std::int64_t>(left, 2 * dimensions + 1)), step);
    if (search.calls() < evaluations) search.stage(NLOPT_LN_SBPLX, evaluations - search.calls(), step / 3);
    step /= 3;
    const bool stuck = search.best().error >= error;
    if (search.calls() == before || (stuck && step < 1e-4)) break;
  }
  return search.best();
}

}  // namespace shardsim
