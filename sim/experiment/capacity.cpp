// SPDX-License-Identifier: Apache-2.0
#include "experiment/capacity.hpp"

#include <cmath>

#include "experiment/capacity_search.hpp"

namespace shardsim {
namespace {

// Samples systems that differ from the scenario in what is searched over.
class SystemSampler {
 public:
  SystemSampler(const Scenario& base, const CapacityQuestion& question, bool whole)
      : base_(base), question_(question), whole_(whole) {}

  CapacityTrial operator()(double level, std::optional<int> main, std::optional<int> sparse, const Sampling& how) const;

 private:
  std::string text_of(double level) const {
    return whole_ ? fmt::format("{:.0f}", level) : fmt::format("{:.6g} /s", level);
  }
  Scenario system(double level, std::optional<int> main, std::optional<int> sparse, const Sampling& how) const;
  std::int64_t runs_of(std::int64_t queries) const;
  void tell(const CapacityTrial& trial) const;

  const Scenario& base_;
  const CapacityQuestion& question_;
  bool whole_;
};

// A long run rather than many that start empty; some, so that there is work for several cores. Where faults come at
// their times, runs stay as long as they are.
std::int64_t SystemSampler::runs_of(std::int64_t queries) const {
  constexpr std::int64_t kRuns = 4;
  const std::int64_t as_given = std::max<std::int64_t>(1, queries / base_.traffic.queries);
  return base_.faults.empty() ? std::min(kRuns, as_given) : as_given;
}

Scenario SystemSampler::system(double level, std::optional<int> main, std::optional<int> sparse,
                               const Sampling& how) const {
  std::vector<std::pair<std::string, std::string>> settings{{question_.rate_path, text_of(level)}};
  if (main) settings.emplace_back("cluster.main.replicas", std::to_string(*main));
  if (sparse) settings.emplace_back("cluster.sparse.replicas", std::to_string(*sparse));
  Scenario s = changed(base_, settings);
  constexpr std::uint32_t kApart = 1 << 20;  // streams' replications never meet
  s.replication += how.stream * kApart;
  s.traffic.queries = std::max(s.traffic.queries, how.queries / runs_of(how.queries));
  s.traffic.objective = question_.slo.limit;
  s.precision = Precision{};
  s.precision->confidence = Share{1 - 2 * how.error};  // one-sided
  return s;
}

CapacityTrial SystemSampler::operator()(double level, std::optional<int> main, std::optional<int> sparse,
                                        const Sampling& how) const {
  const Scenario s = system(level, main, sparse, how);
  RunControl control;
  control.interrupt = question_.interrupt;
  Study study(s, question_.jobs, control);
  study.add(runs_of(how.queries));
  CapacityTrial trial;
  trial.rate_per_s = level;
  trial.main_replicas = s.cluster.main.replicas;
  trial.sparse_replicas = s.cluster.sparse.replicas;
  trial.queries = how.queries;
  trial.result = std::move(study.result());
  const SloFinding finding = judge(question_.slo, trial.result);
  trial.answer = finding.answer;
  trial.leans_to_meet = finding.leans_to_meet;
  trial.within = finding.within;
  tell(trial);
  return trial;
}

void SystemSampler::tell(const CapacityTrial& trial) const {
  if (!question_.on_step) return;
  const Estimate& e = trial.result.figures[question_.slo.measure];
  question_.on_step(fmt::format("{} with {} main, {} sparse: {} {:.2f} ms, {}", text_of(trial.rate_per_s),
                                trial.main_replicas, trial.sparse_replicas, name_of(question_.slo.measure),
                                e.value / 1000, name_of(trial.answer)));
}

// The smallest number in [low, high] that seems to meet the objective, where larger ones do too.
template <class Try>
HighestRate smallest(int low, int high, Try try_number) {
  HighestRate found;
  int failed = low - 1;
  const auto good = [&](int n) {
    CapacityTrial trial = try_number(n);
    const bool meets =
        trial.answer == SloAnswer::meets || (trial.answer == SloAnswer::undecided && trial.leans_to_meet);
    (meets ? found.meets : found.not_shown) = std::move(trial);
    (meets ? high : failed) = n;
    return meets;
  };
  const auto interrupted = [&] { return found.not_shown && found.not_shown->result.verdict == Verdict::interrupted; };
  // From below, by doubling steps: small systems are quick to simulate.
  for (int step = 1, n = low; !good(n) && n < high && !interrupted(); n = std::min(high, n + step), step *= 2) {
  }
  while (found.meets && high - failed > 1 && !interrupted()) good(failed + (high - failed) / 2);
  if (interrupted()) found.meets.reset();
  return found;
}

// Replicas without which some server of the service is offered more than it can do, where `result` is of one replica at
// one of `parts` parts of the rate.
int fewest_by_demand(const RunResult& result, const std::string& service, int parts) {
  double load = 0;
  for (const HostResult& h : result.hosts)
    if (h.service == service) load = std::max({load, h.offered_load, h.memory_load.value_or(0)});
  return std::max(1, static_cast<int>(std::ceil(load * parts)));
}

}  // namespace

Bill bill_of(const Scenario& scenario) {
  const Model model = served_model(scenario);
  const ShardingPlan plan = make_plan(scenario, model);
  Bill bill;
  bill.shards = plan.shards.size();
  bill.main_servers = scenario.cluster.main.replicas;
  bill.sparse_servers = scenario.cluster.sparse.replicas * static_cast<int>(plan.shards.size());
  const auto add = [&](const Platform& p, int servers) {
    bill.cores += p.cores * servers;
    bill.memory += Bytes{p.memory.count * servers};
  };
  add(scenario.cluster.main.platform, bill.main_servers);
  add(scenario.cluster.sparse.platform, bill.sparse_servers);
  bill.tables = Bytes{(placed_bytes(plan.main, model).count + model.dense_bytes().count) * bill.main_servers};
  for (const PlannedShard& shard : plan.shards)
    bill.tables += Bytes{placed_bytes(shard.tables, model).count * scenario.cluster.sparse.replicas};
  const auto total = [&](std::optional<double> Platform::*each) -> std::optional<double> {
    const std::optional<double>& main = scenario.cluster.main.platform.*each;
    const std::optional<double>& sparse = scenario.cluster.sparse.platform.*each;
    if (!main || (bill.sparse_servers > 0 && !sparse)) return std::nullopt;
    return *main * bill.main_servers + sparse.value_or(0) * bill.sparse_servers;
  };
  bill.price_per_hour = total(&Platform::price_per_hour);
  bill.watts = total(&Platform::watts);
  return bill;
}

HighestRate highest_rate(const Scenario& scenario, const CapacityQuestion& question) {
  const Level first = level_at(scenario, question.rate_path);
  const SystemSampler sampler(scenario, question, first.whole);
  Looks looks([&](double level, const Sampling& how) { return sampler(level, {}, {}, how); }, question,
              scenario.traffic.queries);
  return highest_level(first.value, Levels{question.tolerance, first.whole}, question, looks);
}

HighestRate fewest_replicas(const Scenario& scenario, double rate, const CapacityQuestion& question, int most) {
  level_at(scenario, question.rate_path);  // there is one
  const SystemSampler sampler(scenario, question, false);
  int main = 1;
  int sparse = 1;
  Looks looks([&](double level, const Sampling& how) { return sampler(level, main, sparse, how); }, question,
              scenario.traffic.queries);
  // One replica of each at a small part of the rate shows what each kind has to do.
  constexpr int kPart = 64;
  const CapacityTrial probe = looks.search(rate / kPart);
  const int main_low = std::min(most, fewest_by_demand(probe.result, "main", kPart));
  const int sparse_low = std::min(most, fewest_by_demand(probe.result, "sparse", kPart));
  const int sparse_ample = std::min(most, 2 * sparse_low + 2);
  const auto trial_with = [&](int& which, int n) {
    which = n;
    return looks.search(rate);
  };
  sparse = sparse_ample;
  HighestRate found = smallest(main_low, most, [&](int n) { return trial_with(main, n); });
  if (!found.meets) return found;
  main = found.meets->main_replicas;
  found = smallest(sparse_low, sparse_ample, [&](int n) { return trial_with(sparse, n); });
  if (!found.meets) return found;
  sparse = found.meets->sparse_replicas;
  // What was found is shown with fresh numbers; where it is not, with one more of either kind in turn, and half of what
  // is left of the error.
  constexpr int kMostStarts = 8;
  const std::int64_t shortest = found.meets->queries;
  found.meets.reset();
  double error = (1 - question.confidence) / 2;
  for (int start = 0; start < kMostStarts && !looks.interrupted(); ++start, error /= 2) {
    CapacityTrial trial = looks.confirm(rate, shortest, error);
    if (trial.answer == SloAnswer::meets) {
      found.meets = std::move(trial);
      break;
    }
    found.not_shown = std::move(trial);
    int& more = start % 2 == 0 && main < most ? main : sparse;
    more = std::min(most, more + 1);
  }
  found.tried = looks.tried();
  return found;
}

}  // namespace shardsim
