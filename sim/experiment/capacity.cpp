// SPDX-License-Identifier: Apache-2.0
#include "experiment/capacity.hpp"

#include <cmath>

namespace shardsim {
namespace {

std::string rate_text(double rate) { return fmt::format("{:.6g} /s", rate); }

// Judges systems, and remembers how many it judged.
class Judge {
 public:
  Judge(const Scenario& base, const CapacityQuestion& question) : base_(base), question_(question) {}

  CapacityTrial operator()(double rate, std::optional<int> main = {}, std::optional<int> sparse = {});
  std::size_t tried() const { return tried_; }
  bool interrupted() const { return question_.interrupt != nullptr && question_.interrupt->load(); }

 private:
  Scenario system(double rate, std::optional<int> main, std::optional<int> sparse) const;
  void tell(const CapacityTrial& trial) const;

  const Scenario& base_;
  const CapacityQuestion& question_;
  std::size_t tried_ = 0;
};

Scenario Judge::system(double rate, std::optional<int> main, std::optional<int> sparse) const {
  std::vector<std::pair<std::string, std::string>> settings{{question_.rate_path, rate_text(rate)}};
  if (main) settings.emplace_back("cluster.main.replicas", std::to_string(*main));
  if (sparse) settings.emplace_back("cluster.sparse.replicas", std::to_string(*sparse));
  Scenario s = changed(base_, settings);
  s.precision = Precision{};
  s.precision->confidence = Share{question_.confidence};
  return s;
}

// Replications are added, twice as many each time, until the interval lies on one side of the limit.
CapacityTrial Judge::operator()(double rate, std::optional<int> main, std::optional<int> sparse) {
  const Scenario s = system(rate, main, sparse);
  RunControl control;
  control.interrupt = question_.interrupt;
  Study study(s, question_.jobs, control);
  CapacityTrial trial;
  trial.rate_per_s = rate;
  trial.main_replicas = s.cluster.main.replicas;
  trial.sparse_replicas = s.cluster.sparse.replicas;
  ++tried_;
  const std::int64_t most = std::max<std::int64_t>(1, question_.max_queries / s.traffic.queries);
  while (trial.answer == SloAnswer::undecided && study.replications() < most && !interrupted()) {
    const std::int64_t as_many_again = std::max<std::int64_t>(1, study.replications());
    trial.answer = answer(question_.slo, study.add(std::min(as_many_again, most - study.replications())));
  }
  trial.result = std::move(study.result());
  tell(trial);
  return trial;
}

void Judge::tell(const CapacityTrial& trial) const {
  if (!question_.on_step) return;
  const Estimate& e = trial.result.figures[question_.slo.measure];
  question_.on_step(fmt::format("{} with {} main, {} sparse: {} {:.2f} ms, {}", rate_text(trial.rate_per_s),
                                trial.main_replicas, trial.sparse_replicas, name_of(question_.slo.measure),
                                e.value / 1000, name_of(trial.answer)));
}

// The smallest number in [low, high] that meets the objective, where larger ones do too; empty when high does not.
template <class Try>
std::optional<CapacityTrial> smallest(int low, int high, Try try_number) {
  std::optional<CapacityTrial> best;
  // From below, by doubling steps: small systems are quick to simulate.
  int failed = low - 1;
  for (int step = 1, n = low;; n = std::min(high, n + step), step *= 2) {
    CapacityTrial trial = try_number(n);
    if (trial.answer == SloAnswer::meets) {
      best = std::move(trial);
      high = n;
      break;
    }
    failed = n;
    if (n >= high || trial.result.verdict == Verdict::interrupted) return std::nullopt;
  }
  while (high - failed > 1) {
    const int middle = failed + (high - failed) / 2;
    CapacityTrial trial = try_number(middle);
    if (trial.result.verdict == Verdict::interrupted) return std::nullopt;
    if (trial.answer == SloAnswer::meets) {
      best = std::move(trial);
      high = middle;
    } else {
      failed = middle;
    }
  }
  return best;
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
  // Below this load of its busiest part a system is as good as idle: a lower rate will not help.
  constexpr double kIdle = 1e-3;
  constexpr double kAnyRate = 1e12;  // per second
  const double first_rate = rate_at(scenario, question.rate_path).per_second;
  Judge judge(scenario, question);
  HighestRate found;
  const auto sort_in = [&](CapacityTrial trial) {
    const bool meets = trial.answer == SloAnswer::meets;
    (meets ? found.meets : found.not_shown) = std::move(trial);
    return meets;
  };
  const bool up = sort_in(judge(first_rate));
  double rate = first_rate;
  while (!(found.meets && found.not_shown) && !judge.interrupted()) {
    if (up ? rate > kAnyRate : found.not_shown->result.bottleneck.offered_load < kIdle) break;
    rate = up ? rate * 2 : rate / 2;
    sort_in(judge(rate));
  }
  while (found.meets && found.not_shown && !judge.interrupted()) {
    const double low = found.meets->rate_per_s;
    const double high = found.not_shown->rate_per_s;
    if (high / low <= 1 + question.tolerance) break;
    sort_in(judge(std::sqrt(low * high)));
  }
  found.tried = judge.tried();
  return found;
}

std::optional<CapacityTrial> fewest_replicas(const Scenario& scenario, double rate, const CapacityQuestion& question,
                                             int most) {
  Judge judge(scenario, question);
  // One replica of each at a small part of the rate shows what each kind has to do.
  constexpr int kPart = 64;
  const CapacityTrial probe = judge(rate / kPart, 1, 1);
  const int main_low = fewest_by_demand(probe.result, "main", kPart);
  const int sparse_low = fewest_by_demand(probe.result, "sparse", kPart);
  const int sparse_ample = std::min(most, 2 * sparse_low + 2);
  const auto main = smallest(main_low, most, [&](int n) { return judge(rate, n, sparse_ample); });
  if (!main) return std::nullopt;
  return smallest(sparse_low, sparse_ample, [&](int n) { return judge(rate, main->main_replicas, n); });
}

}  // namespace shardsim
