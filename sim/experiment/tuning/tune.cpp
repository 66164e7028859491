// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/tune.hpp"

namespace shardsim {
namespace {

Estimate quotient(const Estimate& a, const Estimate& b) {
  Estimate out;
  out.value = a.value / b.value - 1;
  out.low = a.low / (std::isnan(b.high) ? b.low : b.high) - 1;
  out.high = a.high / b.low - 1;
  return out;
}

}  // namespace

const TriedSetting* TuneOutcome::find(std::size_t setting) const {
  const auto at = std::find_if(tried.begin(), tried.end(), [&](const TriedSetting& t) { return t.setting == setting; });
  return at == tried.end() ? nullptr : &*at;
}

TriedSetting& TuneRun::of(std::size_t setting) {
  for (TriedSetting& t : tried_)
    if (t.setting == setting) return t;
  TriedSetting& t = tried_.emplace_back();
  t.setting = setting;
  t.figure.value = Estimate::kNone;
  return t;
}

std::vector<TuneSample> TuneRun::full(const std::vector<std::size_t>& settings) {
  std::vector<TuneProbe> probes;
  for (const std::size_t s : settings) {
    probes.emplace_back().setting = s;
    of(s);
  }
  std::vector<TuneSample> samples = ledger_.ask(probes);
  for (std::size_t i = 0; i < settings.size(); ++i) {
    TriedSetting& t = of(settings[i]);
    t.full = samples[i];
    t.figure = samples[i].figure;
    if (!samples[i].refused.empty()) t.dropped = samples[i].refused;
  }
  return samples;
}

std::vector<TuneSample> TuneRun::sample(const std::vector<std::size_t>& settings, TuneProbe how) {
  std::vector<TuneProbe> probes;
  for (const std::size_t s : settings) {
    how.setting = s;
    probes.push_back(how);
    of(s);
  }
  return ledger_.ask(probes);
}

void TuneRun::choose(TuneOutcome& out) const {
  Score best{std::numeric_limits<int>::max(), 0};
  for (const TriedSetting& t : out.tried) {
    if (!t.full) continue;
    const Score score = score_of(problem_, t.setting, *t.full);
    // Where a limit is not met, and where nothing ran, there is no answer.
    if (score.rank > (problem_.objective.has_limit() ? 0 : 1)) continue;
    const bool first_listed = score == best && t.setting < out.best.value_or(t.setting);
    if (score < best || first_listed) best = score, out.best = t.setting;
  }
  if (!out.best && out.budget_spent) out.best = leader_;
}

// Those that no other beats in one figure without losing in the other.
void TuneRun::choose_front(TuneOutcome& out) const {
  std::vector<const TriedSetting*> full;
  for (const TriedSetting& t : out.tried)
    if (t.full && score_of(problem_, t.setting, *t.full).rank == 0) full.push_back(&t);
  std::sort(full.begin(), full.end(), [&](const TriedSetting* a, const TriedSetting* b) {
    const auto key = [&](const TriedSetting* t) {
      return std::tuple(problem_.cost(t->setting), t->full->figure.value, t->setting);
    };
    return key(a) < key(b);
  });
  double least = std::numeric_limits<double>::infinity();
  for (const TriedSetting* t : full) {
    if (!(t->full->figure.value < least)) continue;
    least = t->full->figure.value;
    out.front.push_back(t->setting);
  }
}

void TuneRun::compare_first(TuneOutcome& out) const {
  out.first_off = first_off_;
  const TriedSetting* first = out.find(0);
  if (!out.best || first == nullptr) return;
  const TriedSetting* best = out.find(*out.best);
  if (best->full && first->full && !problem_.objective.has_limit())
    out.first_off = paired_excess({*first->full}, {*best->full}, 1 - problem_.error);
  else if (problem_.objective.goal == TuneGoal::cost)
    out.first_off.emplace().value = problem_.cost(0) / problem_.cost(*out.best) - 1;
  else if (problem_.objective.goal == TuneGoal::capacity)
    out.first_off = quotient(first->figure, best->figure);
  // What a race dropped is not better, however wide the interval of the best.
  if (out.first_off && problem_.objective.goal == TuneGoal::capacity && !first->full)
    out.first_off->high = std::min(out.first_off->high, 0.0);
}

TuneOutcome TuneRun::outcome(bool budget_spent) {
  TuneOutcome out;
  out.budget_spent = budget_spent;
  for (TriedSetting& t : tried_) t.queries = ledger_.spent_on(t.setting);
  out.tried = tried_;
  out.queries = ledger_.spent();
  choose(out);
  if (problem_.objective.goal == TuneGoal::front) choose_front(out);
  compare_first(out);
  return out;
}

void check_one_figure(const TuneProblem& problem, const std::string& method) {
  if (problem.objective.goal != TuneGoal::front) return;
  throw InputError(
      fmt::format("--method: {} looks for one figure, and the objective has two; expected grid or halving", method));
}

TuneOutcome tune(const TuneProblem& problem, const TuneMethod& method, Ledger& ledger) {
  TuneRun run(problem, ledger);
  try {
    method.search(run);
  } catch (const TuneBudgetSpent&) {
    return run.outcome(true);
  }
  return run.outcome(false);
}

}  // namespace shardsim
