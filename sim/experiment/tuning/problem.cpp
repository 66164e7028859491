// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/problem.hpp"

namespace shardsim {
namespace {

constexpr int kRefused = 3;

Score score_by_limit(const TuneSample& s, double when_met) {
  if (s.answer == SloAnswer::meets) return {0, when_met};
  return {s.answer == SloAnswer::fails ? 2 : 1, -s.figure.value};
}

}  // namespace

std::optional<std::size_t> TuneProblem::at(const std::vector<std::size_t>& values) const {
  const auto found = std::find(settings.begin(), settings.end(), values);
  if (found == settings.end()) return std::nullopt;
  return static_cast<std::size_t>(found - settings.begin());
}

std::string setting_text(const TuneProblem& problem, std::size_t setting) {
  std::string out;
  for (std::size_t a = 0; a < problem.axes.size(); ++a)
    out += fmt::format("{}{} {}", a == 0 ? "" : ", ", problem.axes[a].name, problem.label(setting, a));
  return out;
}

Score score_of(const TuneProblem& problem, std::size_t setting, const TuneSample& full) {
  if (!full.refused.empty() || std::isnan(full.figure.value)) return {kRefused, 0};
  switch (problem.objective.goal) {
    case TuneGoal::capacity:
      return full.answer == SloAnswer::meets ? Score{0, -full.figure.value} : Score{2, 0};
    case TuneGoal::cost:
      return score_by_limit(full, problem.cost(setting));
    case TuneGoal::latency:
    case TuneGoal::front:
      break;
  }
  return {full.unstable ? 1 : 0, full.figure.value};
}

Estimate paired_excess(const std::vector<TuneSample>& a, const std::vector<TuneSample>& b, double confidence) {
  double weight = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const Estimate e = relative_difference(a[i].figure, b[i].figure, confidence);
    if (!e.has_interval()) continue;
    const auto w = static_cast<double>(a[i].queries);
    weight += w;
    sum += w * e.value;
    squares += w * e.half_width() * w * e.half_width();  // streams are independent
  }
  Estimate out;
  out.value = weight > 0 ? sum / weight : mean_figure(a) / mean_figure(b) - 1;
  if (!(weight > 0)) return out;
  out.low = out.value - std::sqrt(squares) / weight;
  out.high = out.value + std::sqrt(squares) / weight;
  out.trust = Trust::good;
  return out;
}

double mean_figure(const std::vector<TuneSample>& samples) {
  double weight = 0;
  double sum = 0;
  for (const TuneSample& s : samples) {
    weight += static_cast<double>(s.queries);
    sum += static_cast<double>(s.queries) * s.figure.value;
  }
  return weight > 0 ? sum / weight : Estimate::kNone;
}

}  // namespace shardsim
