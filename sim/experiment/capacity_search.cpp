// SPDX-License-Identifier: Apache-2.0
#include "experiment/capacity_search.hpp"

#include <cmath>

namespace shardsim {
namespace {

constexpr std::int64_t kLonger = 4;  // each look, than the one before
constexpr double kSearchError = 0.05;
// Below this load of its busiest part a system is as good as idle: a lower rate will not help.
constexpr double kIdle = 1e-3;
constexpr double kAnyLevel = 1e12;
// Where the search ended is uncertain by about this: so far below it the showing starts.
constexpr double kUncertain = 0.02;
constexpr int kMostStarts = 7;

bool looks_good(const CapacityTrial& trial) {
  return trial.answer == SloAnswer::meets || (trial.answer == SloAnswer::undecided && trial.leans_to_meet);
}

// Brackets a level with any numbers.
HighestRate bracket(double first, const Levels& levels, Looks& looks) {
  HighestRate found;
  const auto sort_in = [&](double level) {
    CapacityTrial trial = looks.search(level);
    const bool good = looks_good(trial);
    (good ? found.meets : found.not_shown) = std::move(trial);
    return good;
  };
  const bool up = sort_in(first);
  double level = first;
  while (!(found.meets && found.not_shown) && !looks.interrupted()) {
    if (up ? level > kAnyLevel : level <= levels.lowest()) break;
    if (!up && found.not_shown->result.bottleneck.offered_load < kIdle) break;
    level = up ? level * 2 : levels.down(level, 2);
    sort_in(level);
  }
  while (found.meets && found.not_shown && !looks.interrupted()) {
    const std::optional<double> middle = levels.between(found.meets->rate_per_s, found.not_shown->rate_per_s);
    if (!middle) break;
    sort_in(*middle);
  }
  return found;
}

}  // namespace

double Levels::up(double level) const {
  const double next = level * (1 + tolerance);
  return whole ? std::max(level + 1, std::floor(next)) : next;
}

double Levels::down(double level, double factor) const {
  const double next = level / factor;
  return whole ? std::max(1.0, std::min(level - 1, std::floor(next))) : next;
}

std::optional<double> Levels::between(double low, double high) const {
  if (high / low <= 1 + tolerance || (whole && high - low <= 1)) return std::nullopt;
  const double middle = std::sqrt(low * high);
  return whole ? std::clamp(std::round(middle), low + 1, high - 1) : middle;
}

Looks::Looks(Sampler sampler, const CapacityQuestion& question, std::int64_t shortest)
    : sampler_(std::move(sampler)), question_(question), shortest_(std::min(shortest, question.max_queries)) {}

CapacityTrial Looks::take(double level, const Sampling& how) {
  if (how.queries > question_.budget - queries_) throw CapacityBudgetSpent{queries_};
  CapacityTrial trial = sampler_(level, how);
  queries_ += how.queries;
  return trial;
}

CapacityTrial Looks::search(double level) {
  ++tried_;
  for (std::int64_t queries = shortest_;; queries = std::min(kLonger * queries, question_.max_queries)) {
    CapacityTrial trial = take(level, {queries, 0, kSearchError});
    if (trial.answer != SloAnswer::undecided || queries >= question_.max_queries || interrupted()) return trial;
  }
}

CapacityTrial Looks::confirm(double level, std::int64_t shortest, double error) {
  ++tried_;
  std::vector<std::int64_t> lengths{std::clamp(shortest, shortest_, question_.max_queries)};
  while (lengths.back() < question_.max_queries)
    lengths.push_back(std::min(kLonger * lengths.back(), question_.max_queries));
  CapacityTrial trial;
  for (const std::int64_t queries : lengths) {
    trial = take(level, {queries, ++stream_, error / static_cast<double>(lengths.size())});
    if (trial.answer != SloAnswer::undecided || interrupted()) break;
  }
  return trial;
}

// From below where the search ended, upwards until one level is not shown. Whatever passes above the truth, the first
// level above it was passed too, and that errs as seldom as one test. Where not even the start is shown, another one
// starts lower, with half of what is left of the error.
HighestRate highest_level(double first, const Levels& levels, const CapacityQuestion& question, Looks& looks) {
  const HighestRate where = bracket(first, levels, looks);
  HighestRate shown;
  shown.not_shown = where.not_shown;
  double error = (1 - question.confidence) / 2;
  double factor = 1 + std::max(levels.tolerance, kUncertain);
  for (int start = 0; where.meets && !shown.meets && start < kMostStarts && !looks.interrupted(); ++start) {
    double level = levels.down(where.meets->rate_per_s, factor);
    const std::optional<double> failed =
        start > 0 ? std::optional<double>(shown.not_shown->rate_per_s) : std::optional<double>();
    while (level <= kAnyLevel && !(failed && level >= *failed)) {
      CapacityTrial trial = looks.confirm(level, where.meets->queries, error);
      const bool meets = trial.answer == SloAnswer::meets;
      (meets ? shown.meets : shown.not_shown) = std::move(trial);
      if (!meets || looks.interrupted()) break;
      level = levels.up(level);
    }
    if (level <= levels.lowest()) break;
    error /= 2;
    factor *= factor;
  }
  shown.tried = looks.tried();
  shown.queries = looks.queries();
  return shown;
}

}  // namespace shardsim
