// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "experiment/tuning/ledger.hpp"

namespace shardsim {

/// What is known of a setting in the end.
struct TriedSetting {
  std::size_t setting = 0;
  std::optional<TuneSample> full;  ///< where it was run to the full precision
  /// As TuneSample::figure. Where a capacity was not found: no value, and between which rates it seems to lie.
  Estimate figure;
  std::string dropped;  ///< why it was given up before; empty: it was not
  std::int64_t queries = 0;
};

/// What came of a search.
struct TuneOutcome {
  std::optional<std::size_t> best;  ///< empty: nothing does what is asked
  std::vector<std::size_t> front;   ///< by cost, where two figures are asked for
  std::vector<TriedSetting> tried;  ///< in the order they were first tried
  /// Of the first setting: its figure over that of the best, less 1. Without a value: only between which it lies.
  std::optional<Estimate> first_off;
  std::int64_t queries = 0;   ///< simulated in all
  bool budget_spent = false;  ///< which ended the search

  const TriedSetting* find(std::size_t setting) const;
};

/// A search under way: what methods ask, and what they note of the answers.
class TuneRun {
 public:
  TuneRun(const TuneProblem& problem, Ledger& ledger) : problem_(problem), ledger_(ledger) {}

  const TuneProblem& problem() const { return problem_; }
  Ledger& ledger() { return ledger_; }

  /// Runs settings to the full precision.
  std::vector<TuneSample> full(const std::vector<std::size_t>& settings);
  Score score(std::size_t setting) { return score_of(problem_, setting, full({setting}).front()); }
  /// Takes a sample of each, which they have in common.
  std::vector<TuneSample> sample(const std::vector<std::size_t>& settings, TuneProbe how);

  void drop(std::size_t setting, const std::string& why) { of(setting).dropped = why; }
  void note(std::size_t setting, const Estimate& figure) { of(setting).figure = figure; }
  /// The setting that would be the best if the search had to end here.
  void lead(std::size_t setting) { leader_ = setting; }
  void note_first(const Estimate& off) { first_off_ = off; }

  /// Ends the search.
  TuneOutcome outcome(bool budget_spent);

 private:
  TriedSetting& of(std::size_t setting);
  void choose(TuneOutcome& out) const;
  void choose_front(TuneOutcome& out) const;
  void compare_first(TuneOutcome& out) const;

  const TuneProblem& problem_;
  Ledger& ledger_;
  std::vector<TriedSetting> tried_;
  std::optional<std::size_t> leader_;
  std::optional<Estimate> first_off_;
};

/// A way to look for the best setting: the interface of methods/.
class TuneMethod {
 public:
  virtual ~TuneMethod() = default;
  /// What the outcome is made of. Throws TuneBudgetSpent where the budget ends it.
  virtual void search(TuneRun& run) const = 0;
  /// The least budget with which it can answer at all.
  virtual std::int64_t fewest_queries(const TuneProblem& problem) const = 0;
  /// Throws InputError where it cannot search such settings, or for such an objective.
  virtual void check(const TuneProblem& /*problem*/) const {}
};

const Registry<TuneMethod>& tune_method_registry();

/// For methods that know one figure only. Throws InputError where the objective has two.
void check_one_figure(const TuneProblem& problem, const std::string& method);

/// Looks for the best setting.
TuneOutcome tune(const TuneProblem& problem, const TuneMethod& method, Ledger& ledger);

}  // namespace shardsim
