// SPDX-License-Identifier: Apache-2.0
#include "config/number_and_unit.hpp"
#include "experiment/tuning/tune.hpp"

namespace shardsim {
namespace {

// The values of one axis, all others as they are.
class AxisSection {
 public:
  AxisSection(TuneRun& run, std::size_t here, std::size_t axis) : run_(run) {
    std::vector<std::size_t> values = run.problem().settings[here];
    for (values[axis] = 0; values[axis] < run.problem().axes[axis].values.size(); ++values[axis])
      if (const std::optional<std::size_t> s = run.problem().at(values)) settings_.push_back(*s);
  }

  // The least, where values fall up to it and rise behind it: by golden section (J. Kiefer, "Sequential minimax search
  // for a maximum", 1953), so that one of two inner points is always known already.
  std::size_t least() {
    std::size_t low = 0;
    std::size_t high = settings_.size() - 1;
    while (high - low > 2) {
      const auto part = static_cast<std::size_t>(std::lround(static_cast<double>(high - low) * kGolden));
      std::size_t left = high - part;
      std::size_t right = low + part;
      if (left >= right) left = right - 1;
      if (score(right) < score(left))
        low = left + 1;
      else
        high = right - 1;
    }
    std::size_t best = low;
    for (std::size_t i = low; i <= high; ++i)
      if (score(i) < score(best)) best = i;
    return settings_[best];
  }

 private:
  static constexpr double kGolden = 0.6180339887498949;  // (sqrt(5) - 1) / 2
  Score score(std::size_t i) { return run_.score(settings_[i]); }

  TuneRun& run_;
  std::vector<std::size_t> settings_;
};

// Labels that are numbers with one unit; empty where they are not, and are taken in the order listed.
std::vector<double> numbers_of(const TuneAxis& axis) {
  std::vector<double> out;
  std::optional<std::string> unit;
  for (const std::string& label : axis.values) {
    const auto number = number_and_unit(Json(label));
    if (!number || (unit && *unit != number->second)) return {};
    unit = number->second;
    out.push_back(number->first);
  }
  return out;
}

void check_order(const TuneAxis& axis) {
  const std::vector<double> numbers = numbers_of(axis);
  if (std::is_sorted(numbers.begin(), numbers.end()) || std::is_sorted(numbers.rbegin(), numbers.rend())) return;
  throw InputError(fmt::format(
      "--method: bisect needs ordered axes, and the values of axis {} neither rise nor fall; order them, or use "
      "another method",
      in_quotes(axis.name)));
}

class BisectMethod final : public TuneMethod {
 public:
  void search(TuneRun& run) const override {
    std::size_t here = 0;
    for (std::size_t axis = 0; axis < run.problem().axes.size(); ++axis) here = AxisSection(run, here, axis).least();
  }
  std::int64_t fewest_queries(const TuneProblem& problem) const override {
    return Ledger(problem, {}).full_cost(std::min<std::size_t>(2, problem.size()));
  }
  void check(const TuneProblem& problem) const override {
    check_one_figure(problem, "bisect");
    for (const TuneAxis& axis : problem.axes) check_order(axis);
  }
};

}  // namespace

template <>
void describe(Describe<BisectMethod>& d) {
  d.object("bisect", "along one ordered axis after the other, by golden section: for a response with one best value");
}

namespace tune_methods {
Alternative<TuneMethod> bisect() { return alternative<BisectMethod, TuneMethod>(); }
}  // namespace tune_methods

}  // namespace shardsim
