// SPDX-License-Identifier: Apache-2.0
#include "experiment/capacity.hpp"

#include <cmath>

#include "experiment/capacity_search.hpp"

namespace shardsim {
namespace {

struct Replicas {
  int main = 1;
  int sparse = 1;  // of the shard that has most
};

Replicas replicas_of(const Cluster& cluster) {
  Replicas replicas;
  for (const PoolView& pool : pools_of(cluster)) {
    if (pool.takes_main) replicas.main = pool.spec->replicas;
    if (pool.takes_shards) replicas.sparse = std::max(replicas.sparse, pool.spec->replicas);
  }
  return replicas;
}

// The search changes the two apart.
void check_replicas_are_apart(const Cluster& cluster) {
  for (const PoolView& pool : pools_of(cluster))
    if (pool.takes_main && pool.takes_shards)
      throw ScenarioError("/cluster/" + pool.key + "/services",
                          "the pool of the main shard may hold sparse shards too, so that the fewest replicas of each "
                          "cannot be searched for; give 'main' a pool of its own, or ask for the highest rate");
}

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
  Scenario s = changed(main && sparse ? with_replicas(base_, *main, *sparse) : base_, settings);
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
  const Replicas replicas = replicas_of(s.cluster);
  trial.main_replicas = replicas.main;
  trial.sparse_replicas = replicas.sparse;
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

Scenario with_replicas(const Scenario& scenario, int main, int sparse) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const PoolView& pool : pools_of(scenario.cluster))
    settings.emplace_back(pool.path + ".replicas", std::to_string(pool.takes_main ? main : sparse));
  return changed(scenario, settings);
}

Bill bill_of(const Scenario& scenario) {
  const Model model = served_model(scenario);
  const ShardingPlan plan = make_plan(scenario, model);
  Bill bill;
  bill.shards = plan.shards.size();
  const std::vector<PoolView> pools = pools_of(scenario.cluster);
  const std::vector<std::size_t> pool_of = pool_by_service(scenario.cluster, services_of(plan));
  std::vector<int> servers(pools.size());  // by pool
  for (std::size_t s = 0; s < pool_of.size(); ++s) {
    const int replicas = pools[pool_of[s]].spec->replicas;
    servers[pool_of[s]] += replicas;
    (s == 0 ? bill.main_servers : bill.sparse_servers) += replicas;
    const Bytes held =
        s == 0 ? placed_bytes(plan.main, model) + model.dense_bytes() : placed_bytes(plan.shards[s - 1].tables, model);
    bill.tables += Bytes{held.count * replicas};
  }
  bill.price_per_hour = 0;
  bill.watts = 0;
  const auto add = [](std::optional<double>& total, const std::optional<double>& each, int count) {
    total = total && each ? std::optional(*total + *each * count) : std::nullopt;
  };
  for (std::size_t p = 0; p < pools.size(); ++p) {
    if (servers[p] == 0) continue;
    const Platform& platform = pools[p].spec->platform;
    bill.cores += platform.cores * servers[p];
    bill.memory += Bytes{platform.memory.count * servers[p]};
    add(bill.price_per_hour, platform.price_per_hour, servers[p]);
    add(bill.watts, platform.watts, servers[p]);
  }
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
  check_replicas_are_apart(scenario.cluster);
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
