// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/task.hpp"

#include "experiment/identity.hpp"

namespace shardsim {
namespace {

constexpr double kToleranceOfRates = 0.02;  // as of shardsim capacity
constexpr double kTolerance = 0.01;

// The part of a run of full precision that the shortest sample has: five times twice as long is half of it.
constexpr std::int64_t kShortestPart = 32;
// Beyond a quantile there are ten queries where an estimate has an interval, and a quarter more for chance.
constexpr double kEnoughBeyond = 12.5;

std::int64_t shortest_for(Measure measure) {
  const double share = wanted_share(measure);
  return static_cast<std::int64_t>(std::lround(kEnoughBeyond / (1 - std::max(0.95, share))));
}

std::int64_t fewest_of(const TuneProblem& p, const Scenario& s) {
  const std::int64_t full = s.traffic.queries * s.replications;
  // A capacity is searched for with samples of no less. Faults come at their times: a shorter run would miss them.
  if (p.objective.goal == TuneGoal::capacity || !s.faults.empty()) return full;
  const std::int64_t warmup = 4 * s.traffic.warmup.queries.value_or(0);
  return std::clamp(std::max(full / kShortestPart, shortest_for(p.objective.slo.measure)), std::min(warmup, full),
                    std::max<std::int64_t>(1, full / 2));
}

}  // namespace

TuneTask::TuneTask(const std::filesystem::path& file, const Assignments& assignments, std::optional<std::uint64_t> seed,
                   const TuneQuestion& question)
    : question_(question), sweep_(load_sweep(file, assignments, seed)) {
  problem_.objective = question.objective;
  problem_.error = 1 - question.confidence;
  const bool of_rates = question.objective.goal == TuneGoal::capacity;
  problem_.tolerance = question.tolerance.value_or(of_rates ? kToleranceOfRates : kTolerance);
  read_settings();
  std::vector<Scenario> scenarios;
  for (std::size_t s = 0; s < problem_.size(); ++s) scenarios.push_back(sweep_.scenario(s));
  if (of_rates || question.objective.rate) {
    const Level level = level_at(scenarios.front(), question.rate_path);
    problem_.first_rate = level.value;
    problem_.whole_rates = level.whole;
  }
  check_that_settings_differ(file.string(), scenarios);
  read_lengths(scenarios);
  if (question.objective.has_cost()) read_costs(scenarios);
  id_ = content_id(Json{sweep_.id, to_text(question.objective), question.rate_path, problem_.tolerance,
                        question.confidence, question.max_queries}
                       .dump());
}

void TuneTask::read_settings() {
  for (std::size_t a = 0; a < sweep_.axes.size(); ++a) problem_.axes.push_back({sweep_.axes[a], sweep_.labels[a]});
  for (const SweepPoint& point : sweep_.points) {
    std::vector<std::size_t>& values = problem_.settings.emplace_back();
    for (std::size_t a = 0; a < point.labels.size(); ++a) {
      const std::vector<std::string>& labels = problem_.axes[a].values;
      const auto at = std::find(labels.begin(), labels.end(), point.labels[a]);
      values.push_back(static_cast<std::size_t>(at - labels.begin()));
    }
  }
}

// As they run: an axis of rates changes nothing where the search sets the rate.
void TuneTask::check_that_settings_differ(const std::string& file, const std::vector<Scenario>& scenarios) const {
  ScenarioIds ids;
  std::map<std::string, std::size_t> seen;
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    const bool sets_rate = problem_.first_rate > 0;
    const std::string id = ids.of(sets_rate ? scenario(s, problem_.first_rate) : scenarios[s]);
    const auto [at, fresh] = seen.emplace(id, s);
    if (fresh) continue;
    std::string axes;
    for (std::size_t a = 0; a < problem_.axes.size(); ++a)
      if (problem_.settings[s][a] != problem_.settings[at->second][a])
        axes += fmt::format("{}axis {} changes nothing from {} to {}", axes.empty() ? "" : ", ",
                            in_quotes(problem_.axes[a].name), in_quotes(problem_.label(at->second, a)),
                            in_quotes(problem_.label(s, a)));
    throw InputError(file, "/axes",
                     fmt::format("{}: the settings ({}) and ({}) are the same scenario{}; leave one out, or exclude it",
                                 axes, setting_text(problem_, at->second), setting_text(problem_, s),
                                 sets_rate ? " (the objective sets the rate)" : ""));
  }
}

void TuneTask::read_lengths(const std::vector<Scenario>& scenarios) {
  problem_.first_queries = problem_.full_queries = problem_.most_queries = 1;
  for (const Scenario& s : scenarios) {
    const std::int64_t full = s.traffic.queries * s.replications;
    const bool open_ended = s.precision && s.precision->asks_for_anything();
    problem_.first_queries = std::max(problem_.first_queries, fewest_of(problem_, s));
    problem_.full_queries = std::max(problem_.full_queries, full);
    problem_.most_queries = std::max(problem_.most_queries, open_ended ? s.precision->budget(s.traffic.queries) : full);
  }
  if (problem_.objective.has_limit()) problem_.most_queries = std::max(problem_.full_queries, question_.max_queries);
}

void TuneTask::read_costs(const std::vector<Scenario>& scenarios) {
  std::vector<std::optional<Bill>> bills;
  for (const Scenario& s : scenarios) {
    try {
      bills.emplace_back(bill_of(s));
    } catch (const InfeasibleError&) {
      bills.emplace_back();  // which its samples will say
    }
  }
  const bool priced = std::all_of(bills.begin(), bills.end(),
                                  [](const std::optional<Bill>& b) { return !b || b->price_per_hour.has_value(); });
  problem_.cost_unit = priced ? "an hour" : "cores";
  for (const std::optional<Bill>& b : bills) {
    const double cost = !b ? std::numeric_limits<double>::infinity() : priced ? *b->price_per_hour : b->cores;
    problem_.costs.push_back(cost);
  }
}

std::string TuneTask::rate_text(double rate) const {
  return problem_.whole_rates ? fmt::format("{:.0f}", rate) : fmt::format("{:.6g} /s", rate);
}

Scenario TuneTask::scenario(std::size_t setting, double rate) const {
  Scenario s = sweep_.scenario(setting);
  if (rate <= 0) rate = problem_.objective.rate.value_or(0);
  return rate > 0 ? changed(s, {{question_.rate_path, rate_text(rate)}}) : s;
}

CapacityQuestion TuneTask::capacity_question() const {
  CapacityQuestion q;
  q.slo = problem_.objective.slo;
  q.rate_path = question_.rate_path;
  q.tolerance = problem_.tolerance;
  q.confidence = question_.confidence;
  q.max_queries = problem_.most_queries;
  return q;
}

}  // namespace shardsim
