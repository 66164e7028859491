// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/races.hpp"

namespace shardsim {
namespace {

// Settings take at most as many queries as a run of full precision until the race ends. That run follows for the winner
// alone, whose figure then does not come of the numbers that chose it.
class FigureRace {
 public:
  explicit FigureRace(TuneRun& run) : run_(run), p_(run.problem()), samples_(p_.size()) {
    for (std::size_t s = 0; s < p_.size(); ++s) alive_.push_back(s);
    for (std::int64_t total = p_.first_queries, next = total; total <= p_.full_queries; next = total, total *= 2)
      rounds_.push_back(next);
    if (rounds_.empty()) rounds_.push_back(p_.first_queries);
    // The rounds share the error (union bound). Settings do not: what drops the best is the leader, once a round.
    confidence_ = 1 - 2 * p_.error / static_cast<double>(rounds_.size());
  }

  void race() {
    for (std::size_t r = 0; r < rounds_.size() && !settled(); ++r) {
      const auto next = static_cast<std::int64_t>(alive_.size()) * rounds_[r];
      if (r > 0 && !run_.ledger().allows(next + run_.ledger().full_cost(finalists()))) break;
      look(r);
      drop_all(r);
    }
    compare_first();
    finish();
  }

 private:
  bool has_front() const { return p_.objective.goal == TuneGoal::front; }
  std::size_t finalists() const { return has_front() ? alive_.size() : 1; }

  TuneProbe round(std::size_t r) const {
    TuneProbe how;
    how.queries = rounds_[r];
    how.stream = static_cast<std::uint32_t>(r + 1);
    how.error = p_.error;
    return how;
  }

  // The longest sample's.
  void note(std::size_t s) {
    Estimate figure = samples_[s].back().figure;
    figure.pulls = {};
    run_.note(s, figure);
  }

  void look(std::size_t r) {
    const std::vector<TuneSample> seen = run_.sample(alive_, round(r));
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < alive_.size(); ++i) {
      const std::size_t s = alive_[i];
      if (!seen[i].refused.empty() || std::isnan(seen[i].figure.value)) {
        run_.drop(s, seen[i].refused.empty() ? "no query was answered" : seen[i].refused);
        continue;
      }
      kept.push_back(s);
      samples_[s].push_back(seen[i]);
      note(s);
    }
    alive_ = kept;
  }

  // Of those that cost no more, the one that leads.
  std::size_t rival_of(std::size_t s) const {
    std::size_t best = s;
    for (const std::size_t b : alive_) {
      if (p_.cost(b) > p_.cost(s)) continue;
      if (std::pair(unstable(b), mean_figure(samples_[b])) < std::pair(unstable(best), mean_figure(samples_[best])))
        best = b;
    }
    return best;
  }

  // Nothing is left to be dropped: of a front, each is better than all that cost no more.
  bool settled() const {
    return std::all_of(alive_.begin(), alive_.end(), [&](std::size_t s) {
      return std::all_of(alive_.begin(), alive_.end(), [&](std::size_t b) {
        if (b == s || p_.cost(b) > p_.cost(s)) return true;
        return !samples_[s].empty() && paired_excess(samples_[s], samples_[b], confidence_).high < 0;
      });
    });
  }

  // Twice: one short sample may be offered too much by chance.
  bool unstable(std::size_t s) const {
    const std::vector<TuneSample>& seen = samples_[s];
    return seen.size() > 1 && seen.back().unstable && seen[seen.size() - 2].unstable;
  }

  std::string why_dropped(std::size_t s) const {
    const std::size_t rival = rival_of(s);
    if (rival == s) return {};
    const std::string name = setting_text(p_, rival);
    if (unstable(s) && !unstable(rival)) return fmt::format("saturated or failing twice, and {} is not", name);
    const Estimate excess = paired_excess(samples_[s], samples_[rival], confidence_);
    if (!(excess.low > -p_.tolerance)) return {};
    if (excess.low > 0)
      return fmt::format("{:.1f} % ({:.1f} .. {:.1f}) above {}", 100 * excess.value, 100 * excess.low,
                         100 * excess.high, name);
    return fmt::format("better than {} by at most {:.1f} %", name, -100 * excess.low);
  }

  void drop_all(std::size_t r) {
    std::vector<std::size_t> kept;
    std::vector<std::pair<std::size_t, std::string>> dropped;  // at once, as each is compared with all
    for (const std::size_t s : alive_) {
      const std::string why = why_dropped(s);
      if (why.empty())
        kept.push_back(s);
      else
        dropped.emplace_back(s, why);
    }
    for (const auto& [s, why] : dropped) run_.drop(s, fmt::format("round {}: {}", r + 1, why));
    alive_ = kept;
    if (!alive_.empty()) run_.lead(leader());
  }

  std::size_t leader() const {
    return *std::min_element(alive_.begin(), alive_.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(unstable(a), mean_figure(samples_[a])) < std::pair(unstable(b), mean_figure(samples_[b]));
    });
  }

  // The first guess gets some samples more where it was dropped early: how far off it was is an answer too, and short
  // runs of loaded systems, which start empty, understate it.
  void compare_first() {
    constexpr std::int64_t kPart = 4;
    if (has_front() || alive_.empty() || samples_[0].empty()) return;
    std::vector<TuneSample>& first = samples_[0];
    std::int64_t total = 0;
    for (std::size_t r = 0; r < samples_[leader()].size(); ++r) {
      total += rounds_[r];
      if (r < first.size()) continue;
      if (total > p_.full_queries / kPart || !run_.ledger().allows(rounds_[r] + run_.ledger().full_cost(1))) break;
      first.push_back(run_.sample({0}, round(r)).front());
      note(0);
    }
    run_.note_first(paired_excess(samples_[0], samples_[leader()], 1 - p_.error));
  }

  void finish() {
    if (alive_.empty()) return;
    if (has_front()) {
      run_.full(alive_);
      return;
    }
    const std::size_t best = leader();
    for (const std::size_t s : alive_) {
      if (s == best) continue;
      const Estimate excess = paired_excess(samples_[s], samples_[best], 1 - p_.error);
      std::string by = fmt::format("{:+.1f} %", 100 * excess.value);
      if (excess.has_interval()) by += fmt::format(" ({:+.1f} .. {:+.1f})", 100 * excess.low, 100 * excess.high);
      run_.drop(s, fmt::format("not told apart from {}: {}", setting_text(p_, best), by));
    }
    run_.full({best});
  }

  TuneRun& run_;
  const TuneProblem& p_;
  std::vector<std::vector<TuneSample>> samples_;  // by setting and round
  std::vector<std::size_t> alive_;
  std::vector<std::int64_t> rounds_;  // queries of each
  double confidence_ = 0.95;
};

}  // namespace

void race_of_figures(TuneRun& run) { FigureRace(run).race(); }

}  // namespace shardsim
