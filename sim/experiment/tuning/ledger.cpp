// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/ledger.hpp"

namespace shardsim {

std::int64_t Ledger::full_cost(std::size_t settings) const {
  // A search for a capacity takes no less than two samples that bracket it, and one that shows it.
  constexpr std::int64_t kFewestLooks = 3;
  const auto n = static_cast<std::int64_t>(settings);
  if (problem_.objective.goal == TuneGoal::capacity) return n * kFewestLooks * problem_.full_queries;
  return n * (problem_.objective.has_limit() ? problem_.full_queries : problem_.most_queries);
}

// What is left when the shorter samples are taken, in equal parts.
std::int64_t Ledger::allowance(const std::vector<TuneProbe>& probes) const {
  std::size_t full = 0;
  std::int64_t planned = 0;
  for (const TuneProbe& p : probes) {
    full += p.full() ? 1 : 0;
    planned += p.queries;
  }
  if (!allows(planned + full_cost(full))) throw TuneBudgetSpent();
  return full > 0 ? (budget_ - spent_ - planned) / static_cast<std::int64_t>(full) : 0;
}

std::vector<TuneSample> Ledger::ask(const std::vector<TuneProbe>& probes) {
  std::vector<TuneProbe> missing;
  std::map<Key, std::size_t> asked;
  for (const TuneProbe& p : probes)
    if (known_.count(key_of(p)) == 0 && asked.emplace(key_of(p), missing.size()).second) missing.push_back(p);
  bool cut_short = false;
  if (!missing.empty()) {
    const std::vector<TakenSample> taken = take_(missing, allowance(missing));
    for (std::size_t i = 0; i < missing.size(); ++i) {
      spent_ += taken[i].sample.queries;
      by_setting_[missing[i].setting] += taken[i].sample.queries;
      cut_short = cut_short || taken[i].cut_short;
      if (!taken[i].cut_short) known_.emplace(key_of(missing[i]), taken[i].sample);
    }
  }
  if (cut_short) throw TuneBudgetSpent();
  std::vector<TuneSample> out;
  for (const TuneProbe& p : probes) out.push_back(known_.at(key_of(p)));
  return out;
}

}  // namespace shardsim
