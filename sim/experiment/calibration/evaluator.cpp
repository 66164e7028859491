// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/evaluator.hpp"

#include <chrono>

#include "experiment/parallel.hpp"
#include "experiment/replications.hpp"

namespace shardsim {
namespace {

std::string key_of(const std::vector<Json>& values) { return Json(values).dump(); }

}  // namespace

// Evaluations that are made together: the runs of all are taken in order by the threads that are free.
class Evaluator::Batch {
 public:
  Batch(const CalibrationProblem& problem, const CalibrationControl& control, std::vector<Evaluation> wanted)
      : problem_(problem), control_(control) {
    for (Evaluation& e : wanted) {
      Part& part = parts_.emplace_back();
      part.evaluation = std::move(e);
      part.evaluation.verdicts.resize(problem.configurations());
      part.scenarios.resize(problem.configurations());
      part.results.resize(problem.configurations());
      part.left = problem.configurations();
    }
  }

  // Calls `done` for each that is complete, one at a time.
  void run(const std::function<void(const Evaluation&)>& done) {
    const std::size_t each = problem_.configurations();
    const std::size_t runs = parts_.size() * each;
    const unsigned inside = std::max(1U, control_.jobs / static_cast<unsigned>(std::min<std::size_t>(runs, 1024)));
    in_parallel(
        runs, control_.jobs, [this] { return control_.interrupted(); },
        [&](std::size_t i) {
          Part& part = parts_[i / each];
          simulate(part, i % each, inside);
          if (control_.interrupted()) return;
          const std::scoped_lock lock(mutex_);
          if (--part.left > 0) return;
          finish(part);
          done(part.evaluation);
        });
    if (control_.interrupted()) throw CalibrationInterrupted();
  }

 private:
  struct Part {
    Evaluation evaluation;
    std::vector<Scenario> scenarios;
    std::vector<std::optional<RunResult>> results;
    std::size_t left = 0;  // runs that are not done
  };

  void simulate(Part& part, std::size_t c, unsigned jobs) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    RunControl control;
    control.interrupt = control_.interrupt;
    std::optional<RunResult> result;
    Verdict verdict = Verdict::failed;
    part.scenarios[c] = problem_.trial(c, part.evaluation.values);
    try {
      result = run_replications(part.scenarios[c], jobs, control);
      verdict = result->verdict;
    } catch (const InfeasibleError&) {
      verdict = Verdict::infeasible;  // no server is large enough with these values: others may do
    } catch (const ScenarioError& e) {
      throw problem_.located(c, part.evaluation.values, e);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const std::scoped_lock lock(mutex_);
    part.results[c] = std::move(result);
    part.evaluation.verdicts[c] = verdict;
    part.evaluation.seconds += seconds;
  }

  void finish(Part& part) {
    part.evaluation.targets = outcomes_of(problem_, part.scenarios, part.results);
    part.evaluation.error = error_of(problem_, part.evaluation.targets);
    part.results.clear();
    part.scenarios.clear();
  }

  const CalibrationProblem& problem_;
  const CalibrationControl& control_;
  std::vector<Part> parts_;
  std::mutex mutex_;
};

void Evaluator::know(Evaluation evaluation) {
  const std::string key = key_of(evaluation.values);
  known_.emplace(key, std::move(evaluation));
}

void Evaluator::count(const std::string& key) {
  if (!asked_by_.emplace(key, asked_.size()).second) return;
  asked_.push_back(known_.at(key));
}

std::vector<Evaluation> Evaluator::at(const std::vector<CubePoint>& points) {
  if (control_.interrupted()) throw CalibrationInterrupted();
  std::vector<std::string> keys;
  std::vector<Evaluation> missing;
  for (const CubePoint& point : points) {
    Evaluation e;
    e.point = point;
    e.values = problem_.values_at(point);
    const std::string key = key_of(e.values);
    const bool twice = std::find(keys.begin(), keys.end(), key) != keys.end();
    if (!twice && known_.count(key) == 0) missing.push_back(std::move(e));
    keys.push_back(key);
  }
  std::size_t made = 0;
  if (!missing.empty())
    Batch(problem_, control_, std::move(missing)).run([&](const Evaluation& e) {
      if (control_.keep) control_.keep(e);
      know(e);
      const double least = asked_.empty() ? e.error : best().error;
      if (control_.progress) control_.progress(asked_.size() + ++made, least);
    });
  std::vector<Evaluation> out;
  for (const std::string& key : keys) {
    count(key);
    out.push_back(known_.at(key));
  }
  return out;
}

const Evaluation& Evaluator::best() const {
  return *std::min_element(asked_.begin(), asked_.end(),
                           [](const Evaluation& a, const Evaluation& b) { return a.error < b.error; });
}

}  // namespace shardsim
