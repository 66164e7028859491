// SPDX-License-Identifier: Apache-2.0
#include "experiment/replications.hpp"

#include <mutex>

#include "experiment/parallel.hpp"
#include "experiment/results/merge.hpp"

namespace shardsim {
namespace {

// Replications [first, first + count) of a scenario, on several threads.
class Round {
 public:
  Round(const Scenario& scenario, std::int64_t first, std::int64_t count, const RunControl& control)
      : scenario_(scenario),
        first_(first),
        control_(control),
        results_(static_cast<std::size_t>(count)),
        shares_(static_cast<std::size_t>(count)) {}

  std::vector<RunResult> run(unsigned jobs) {
    in_parallel(results_.size(), jobs, {}, [this](std::size_t i) { results_[i] = run_one(i); });
    return std::move(results_);
  }

 private:
  RunResult run_one(std::size_t i) {
    Scenario scenario = scenario_;
    scenario.replication = static_cast<std::uint32_t>(first_ + static_cast<std::int64_t>(i));
    scenario.replications = 1;
    if (scenario.precision) {  // keeps its confidence; it is for all replications together to meet
      const Share confidence = scenario.precision->confidence;
      scenario.precision = Precision{};
      scenario.precision->confidence = confidence;
    }
    RunControl control;
    control.interrupt = control_.interrupt;
    control.progress = [this, i](double share) { report(i, share); };
    return shardsim::run(scenario, control);
  }

  void report(std::size_t i, double share) {
    if (!control_.progress) return;
    const std::scoped_lock lock(mutex_);
    total_ += share - shares_[i];
    shares_[i] = share;
    control_.progress(total_ / static_cast<double>(shares_.size()));
  }

  const Scenario& scenario_;
  std::int64_t first_;
  const RunControl& control_;
  std::vector<RunResult> results_;
  std::vector<double> shares_;
  double total_ = 0;
  std::mutex mutex_;
};

PrecisionEnd precision_end(const Scenario& scenario, const RunResult& result) {
  if (!scenario.precision || !scenario.precision->asks_for_anything()) return PrecisionEnd::not_asked;
  if (excess_width(*scenario.precision, result.figures) <= 1) return PrecisionEnd::met;
  return result.verdict == Verdict::interrupted ? PrecisionEnd::interrupted : PrecisionEnd::budget;
}

}  // namespace

const RunResult& Study::add(std::int64_t count) {
  for (RunResult& result : Round(scenario_, scenario_.replication + done_, count, control_).run(jobs_)) {
    if (all_)
      merge(*all_, std::move(result));
    else
      all_ = std::move(result);
  }
  done_ += count;
  attribute(*all_);
  estimate(*all_);
  return *all_;
}

RunResult run_replications(const Scenario& scenario, unsigned jobs, const RunControl& control) {
  if (scenario.replications == 1) {
    RunControl single;
    single.progress = control.progress;
    single.interrupt = control.interrupt;
    return run(scenario, single);
  }
  const std::int64_t queries = scenario.traffic.queries;
  const std::int64_t most =
      scenario.precision ? std::max<std::int64_t>(scenario.replications, scenario.precision->budget(queries) / queries)
                         : scenario.replications;
  Study study(scenario, jobs, control);
  for (std::int64_t wanted = scenario.replications; study.replications() < wanted;) {
    study.add(wanted - study.replications());
    study.result().precision_end = precision_end(scenario, study.result());
    if (study.result().precision_end == PrecisionEnd::budget)
      wanted = next_target(excess_width(*scenario.precision, study.result().figures), study.replications(), most);
  }
  return std::move(study.result());
}

}  // namespace shardsim
