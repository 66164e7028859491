// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/races.hpp"

namespace shardsim {
namespace {

// Settings that may be the cheapest to meet the limit, the cheapest first, then as they were listed.
class CostRace {
 public:
  explicit CostRace(TuneRun& run) : run_(run), p_(run.problem()) {
    for (std::size_t s = 0; s < p_.size(); ++s) alive_.push_back(s);
    std::stable_sort(alive_.begin(), alive_.end(),
                     [&](std::size_t a, std::size_t b) { return p_.cost(a) < p_.cost(b); });
    for (std::int64_t queries = p_.first_queries; queries <= p_.full_queries / 2; queries *= 2)
      rounds_.push_back(queries);
    if (rounds_.empty()) rounds_.push_back(p_.first_queries);
  }

  void race() {
    for (std::size_t round = 0; round < rounds_.size() && alive_.size() > 1; ++round) {
      const auto next = static_cast<std::int64_t>(alive_.size()) * rounds_[round];
      if (round > 0 && !run_.ledger().allows(next + run_.ledger().full_cost(1))) break;
      look(rounds_[round], static_cast<std::uint32_t>(round + 1));
    }
    // What the race says is proved at the full precision, from the cheapest on.
    bool proved = false;
    for (const std::size_t s : alive_) {
      if (proved)
        run_.drop(s, "no cheaper than the best");
      else
        proved = run_.score(s).rank == 0;
    }
  }

 private:
  void look(std::int64_t queries, std::uint32_t stream) {
    TuneProbe how;
    how.queries = queries;
    how.stream = stream;
    how.error = p_.error / static_cast<double>(rounds_.size() * p_.size());
    const std::vector<TuneSample> seen = run_.sample(alive_, how);
    std::vector<std::size_t> kept;
    std::optional<std::size_t> meets;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const std::size_t s = alive_[i];
      Estimate figure = seen[i].figure;
      figure.pulls = {};
      run_.note(s, figure);
      if (!seen[i].refused.empty())
        run_.drop(s, seen[i].refused);
      else if (meets)
        run_.drop(s, fmt::format("no cheaper than {}, which meets the limit", setting_text(p_, *meets)));
      else if (seen[i].answer == SloAnswer::fails)
        run_.drop(s, fmt::format("misses the limit: {:.2f} % within it", 100 * seen[i].figure.value));
      else
        kept.push_back(s);
      if (!meets && seen[i].answer == SloAnswer::meets) meets = s;
    }
    alive_ = kept;
    if (!alive_.empty()) run_.lead(alive_.front());
  }

  TuneRun& run_;
  const TuneProblem& p_;
  std::vector<std::size_t> alive_;
  std::vector<std::int64_t> rounds_;  // queries of each
};

}  // namespace

void race_of_costs(TuneRun& run) { CostRace(run).race(); }

}  // namespace shardsim
