// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <tuple>

#include "experiment/tuning/problem.hpp"

namespace shardsim {

/// Thrown where the next probes would exceed the budget of queries.
struct TuneBudgetSpent {};

/// A sample, or that the allowance of a probe of full precision ended before it had an answer; `sample.queries` were
/// simulated.
struct TakenSample {
  TuneSample sample;
  bool cut_short = false;
};

/// Takes samples, in the order of the probes. `allowance`: queries that each of full precision may take.
using TakeProbes =
    std::function<std::vector<TakenSample>(const std::vector<TuneProbe>& probes, std::int64_t allowance)>;

/// Samples that were asked for, and the queries that they took. The same questions get the same answers, so that what a
/// method does depends on them alone.
class Ledger {
 public:
  static constexpr std::int64_t kNoBudget = std::numeric_limits<std::int64_t>::max();

  Ledger(const TuneProblem& problem, TakeProbes take, std::int64_t budget = kNoBudget)
      : problem_(problem), take_(std::move(take)), budget_(budget), by_setting_(problem.size()) {}

  /// Takes samples side by side; one that was taken before costs nothing. Throws TuneBudgetSpent, and what taking them
  /// throws.
  std::vector<TuneSample> ask(const std::vector<TuneProbe>& probes);

  std::int64_t spent() const { return spent_; }
  std::int64_t spent_on(std::size_t setting) const { return by_setting_[setting]; }
  /// Whether the budget has room for so many queries more.
  bool allows(std::int64_t queries) const { return queries <= budget_ - spent_; }
  /// The most that probes of full precision of so many settings may take; of a capacity, the least they need.
  std::int64_t full_cost(std::size_t settings) const;

 private:
  using Key = std::tuple<std::size_t, double, std::int64_t, std::uint32_t, double>;
  static Key key_of(const TuneProbe& p) { return {p.setting, p.rate, p.queries, p.stream, p.error}; }
  std::int64_t allowance(const std::vector<TuneProbe>& probes) const;

  const TuneProblem& problem_;
  TakeProbes take_;
  std::int64_t budget_;
  std::int64_t spent_ = 0;
  std::vector<std::int64_t> by_setting_;
  std::map<Key, TuneSample> known_;
};

}  // namespace shardsim
