// SPDX-License-Identifier: Apache-2.0
// Settings whose truth is known: M/M/1 queues by Lindley's recursion, thousands of times as fast as the simulator, with
// the same statistics. Settings see the same customers, but for a part of their work, as in a simulation.
#pragma once

#include <cmath>
#include <set>

#include "engine/random.hpp"
#include "experiment/capacity_search.hpp"
#include "experiment/relaxation.hpp"
#include "experiment/tuning/tune.hpp"

namespace shardsim::testing {

/// A server that works `work` on each customer on average, and a wait of `delay` that each has beside (to fill a
/// batch).
struct Queue {
  double work = 1;
  double delay = 0;
  double rate() const { return 1 / work; }
  /// Times in the system are exponential of rate 1 / work - rate.
  double quantile(double q, double rate) const { return delay - std::log(1 - q) / (1 / work - rate); }
  /// Highest rate at which the quantile is at most `limit`.
  double capacity(double q, double limit) const { return 1 / work + std::log(1 - q) / (limit - delay); }
};

/// Times in the system of the customers of one stream.
class Customers {
 public:
  Customers(const Queue& queue, double rate, std::uint64_t seed, std::uint64_t stream, std::uint64_t setting)
      : queue_(queue),
        rate_(rate),
        common_(split_mix(split_mix(seed, 7), stream)),
        own_(split_mix(common_, setting + 1)) {}

  double next() {
    const double gap = exponential(common_) / rate_;
    now_ += gap;
    wait_ = std::max(0.0, wait_ + service_ - gap);
    const double theirs = exponential(common_);
    const double own = exponential(own_);
    // Of every tenth customer each setting makes work of its own.
    service_ = queue_.work * (uniform_of(split_mix(own_, ++number_)) < 0.1 ? own : theirs);
    waited_ += wait_;
    worked_ += service_;
    ++count_;
    return wait_ + service_ + queue_.delay;
  }
  double now() const { return now_; }
  double load() const { return worked_ / now_; }
  double mean_wait() const { return waited_ / static_cast<double>(count_); }

 private:
  double exponential(std::uint64_t first) { return -std::log(uniform_of(split_mix(first, ++number_))); }
  Queue queue_;
  double rate_;
  std::uint64_t common_;
  std::uint64_t own_;
  std::uint64_t number_ = 0;
  double now_ = 0;
  double wait_ = 0;
  double service_ = 0;
  double waited_ = 0;
  double worked_ = 0;
  std::uint64_t count_ = 0;
};

/// A search among such queues, times in units of the work.
struct TuneBed {
  TuneProblem problem;
  std::vector<Queue> queues;
  double rate = 1;  ///< where the objective has one
  std::uint64_t seed = 1;
  std::int64_t capacity_cost = 0;  ///< above 0: a capacity at full precision is the truth, and takes so many queries
  std::vector<TuneProbe> taken;    ///< in order

  double limit() const { return to_seconds(problem.objective.slo.limit); }

  RunResult run(const TuneProbe& p, double confidence) const {
    RunResult r;
    r.verdict = Verdict::stable;
    r.confidence = confidence;
    Customers customers(queues[p.setting], p.rate > 0 ? p.rate : rate, seed, p.stream, p.setting);
    Histogram times;
    Sections& answered = r.answered.emplace_back(0, false);
    Sections& sections = r.sections.emplace_back();
    const bool limited = problem.objective.has_limit();
    for (std::int64_t i = 0; i < p.queries; ++i) {
      const double time = customers.next();
      const auto number = static_cast<std::uint64_t>(i);
      if (limited) {
        answered.record(number, time <= limit() ? 1 : 0, {});
      } else {
        const auto in_ns = static_cast<std::int64_t>(time * 1e9);
        sections.record(number, in_ns, {});
        times.record(in_ns);
      }
    }
    HostResult host;
    host.mean_wait_us = customers.mean_wait() * 1e6;
    host.offered_load = customers.load();
    r.simulated_s = customers.now();
    r.offered = p.queries;
    r.bottleneck.offered_load = host.offered_load;
    if (host.offered_load >= 1) r.verdict = Verdict::saturated;
    r.hosts.push_back(host);
    if (!limited)
      r.figures[problem.objective.slo.measure] =
          estimate_quantile({times, r.sections, length_of(r)}, wanted_share(problem.objective.slo.measure), confidence);
    return r;
  }

  TuneSample sample(const TuneProbe& p) const {
    const RunResult r = run(p, 1 - 2 * p.error);
    TuneSample s;
    s.queries = r.offered;
    s.unstable = r.verdict != Verdict::stable;
    if (problem.objective.has_limit()) {
      const SloFinding finding = judge(problem.objective.slo, r);
      s.figure = finding.within;
      s.answer = finding.answer;
      s.leans_to_meet = finding.leans_to_meet;
    } else {
      s.figure = r.figures[problem.objective.slo.measure];
    }
    return s;
  }

  /// By the search of `shardsim capacity`.
  TuneSample capacity(std::size_t setting) const {
    CapacityQuestion question;
    question.slo = problem.objective.slo;
    question.tolerance = problem.tolerance;
    question.max_queries = problem.most_queries;
    Looks looks(
        [&](double level, const Sampling& how) {
          const TuneSample s = sample({setting, level, how.queries, 10'000 + how.stream, how.error});
          CapacityTrial trial;
          trial.rate_per_s = level;
          trial.answer = s.answer;
          trial.leans_to_meet = s.leans_to_meet;
          trial.queries = how.queries;
          trial.result.bottleneck.offered_load = level * queues[setting].work;
          return trial;
        },
        question, problem.full_queries);
    const HighestRate found = highest_level(problem.first_rate, {problem.tolerance}, question, looks);
    return of_capacity(found.meets ? found.meets->rate_per_s : 0, looks.queries());
  }

  static TuneSample of_capacity(double rate, std::int64_t queries) {
    TuneSample s;
    s.queries = queries;
    s.answer = rate > 0 ? SloAnswer::meets : SloAnswer::fails;
    s.figure.value = s.figure.low = rate;
    s.figure.high = rate * 1.02;
    return s;
  }

  TuneSample full(TuneProbe p) const {
    if (problem.objective.goal == TuneGoal::capacity) {
      if (capacity_cost == 0) return capacity(p.setting);
      return of_capacity(queues[p.setting].capacity(wanted_share(problem.objective.slo.measure), limit()),
                         capacity_cost);
    }
    p.queries = problem.full_queries;
    return sample(p);
  }

  TuneOutcome search(const std::string& method, std::int64_t budget = Ledger::kNoBudget) {
    taken.clear();
    Ledger ledger(
        problem,
        [&](const std::vector<TuneProbe>& probes, std::int64_t) {
          std::vector<TakenSample> out;
          for (const TuneProbe& p : probes) {
            taken.push_back(p);
            out.push_back({p.full() ? full(p) : sample(p)});
          }
          return out;
        },
        budget);
    return tune(problem, *tune_method_registry().find(method)->make(), ledger);
  }
};

/// A problem of one axis with these many values.
inline TuneProblem problem_of(const std::string& objective, std::vector<std::size_t> values) {
  TuneProblem p;
  p.objective = parse_objective(objective);
  std::size_t total = 1;
  for (const std::size_t n : values) {
    TuneAxis& axis = p.axes.emplace_back();
    axis.name = fmt::format("axis {}", p.axes.size());
    for (std::size_t v = 0; v < n; ++v) axis.values.push_back(std::to_string(1 << v));
    total *= n;
  }
  for (std::size_t i = 0; i < total; ++i) {
    std::vector<std::size_t> at(values.size());
    for (std::size_t a = values.size(), rest = i; a-- > 0; rest /= values[a]) at[a] = rest % values[a];
    p.settings.push_back(at);
  }
  return p;
}

}  // namespace shardsim::testing
