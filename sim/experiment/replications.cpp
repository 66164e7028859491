// SPDX-License-Identifier: Apache-2.0
#include "experiment/replications.hpp"

#include <mutex>
#include <thread>

#include "experiment/merge.hpp"

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
    std::vector<std::jthread> threads;
    const std::size_t others = std::min<std::size_t>(std::max(1U, jobs), results_.size()) - 1;
    for (std::size_t j = 0; j < others; ++j) threads.emplace_back([this] { work(); });
    work();
    threads.clear();  // waits
    if (failure_) std::rethrow_exception(failure_);
    return std::move(results_);
  }

 private:
  void work() {
    try {
      for (std::size_t i = next_++; i < results_.size() && !failed_; i = next_++) results_[i] = run_one(i);
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      failed_ = true;
      if (!failure_) failure_ = std::current_exception();
    }
  }

  RunResult run_one(std::size_t i) {
    Scenario scenario = scenario_;
    scenario.replication = static_cast<std::uint32_t>(first_ + static_cast<std::int64_t>(i));
    scenario.replications = 1;
    if (scenario.precision) scenario.precision = Precision{.confidence = scenario.precision->confidence};
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
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr failure_;
};

PrecisionEnd precision_end(const Scenario& scenario, const RunResult& result) {
  if (!scenario.precision || !scenario.precision->asks_for_anything()) return PrecisionEnd::not_asked;
  if (excess_width(*scenario.precision, result.figures) <= 1) return PrecisionEnd::met;
  return result.verdict == Verdict::interrupted ? PrecisionEnd::interrupted : PrecisionEnd::budget;
}

}  // namespace

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
  std::optional<RunResult> all;
  std::int64_t done = 0;
  for (std::int64_t wanted = scenario.replications; done < wanted;) {
    for (RunResult& result : Round(scenario, scenario.replication + done, wanted - done, control).run(jobs))
      all ? merge(*all, std::move(result)) : void(all = std::move(result));
    done = wanted;
    note_critical_links(*all);
    all->figures = figures_of(*all, all->confidence);
    all->precision_end = precision_end(scenario, *all);
    if (all->precision_end == PrecisionEnd::budget)
      wanted = next_target(excess_width(*scenario.precision, all->figures), done, most);
  }
  return std::move(*all);
}

}  // namespace shardsim
