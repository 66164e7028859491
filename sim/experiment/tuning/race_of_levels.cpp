// SPDX-License-Identifier: Apache-2.0
#include "experiment/capacity_search.hpp"
#include "experiment/tuning/races.hpp"

namespace shardsim {
namespace {

constexpr double kAnyRate = 1e12;
// Looks at one rate in all: doubling and halving by a million, and bisecting, take some forty.
constexpr int kMostLooks = 80;
// How much longer than the first the longest sample of the race is. A search for a capacity begins with the first.
constexpr std::int64_t kLongest = 16;

// What is seen at one rate says which capacities are above it and which below, whatever they are exactly.
class LevelRace {
 public:
  explicit LevelRace(TuneRun& run)
      : run_(run), p_(run.problem()), levels_{p_.tolerance, p_.whole_rates}, low_(p_.size()), high_(p_.size()) {
    for (std::size_t s = 0; s < p_.size(); ++s) alive_.push_back(s);
    how_.queries = p_.first_queries;
    how_.stream = 1;
    how_.error = p_.error / static_cast<double>(p_.size());
  }

  void race() {
    bracket();
    settle();
    if (alive_.empty()) return;
    locate_first();
    const std::size_t best = leader_.value_or(alive_.front());
    for (const std::size_t s : alive_)
      if (s != best) run_.drop(s, "not told apart from " + setting_text(p_, best));
    run_.full({best});
  }

 private:
  bool may_go_on() const {
    const auto next = static_cast<std::int64_t>(alive_.size()) * how_.queries;
    return alive_.size() > 1 && looks_ < kMostLooks && run_.ledger().allows(next + run_.ledger().full_cost(1));
  }

  // Goes to where the best seem to stop meeting the limit, with the shortest samples.
  void bracket() {
    double level = p_.first_rate;
    std::optional<double> met;
    std::optional<double> missed;
    while (may_go_on()) {
      (look(level) == SloAnswer::meets ? met : missed) = level;
      if (met && missed) {
        const std::optional<double> middle = levels_.between(*met, *missed);
        if (!middle) break;
        level = *middle;
      } else if (met ? level > kAnyRate : level <= levels_.lowest()) {
        break;
      } else {
        level = met ? level * 2 : levels_.down(level, 2);
      }
    }
    level_ = met.value_or(level);
  }

  // Stays where the best neither clearly meets the limit nor clearly misses it, with ever longer samples.
  void settle() {
    const std::int64_t longest = std::min(p_.most_queries, kLongest * p_.first_queries);
    SloAnswer last = SloAnswer::undecided;
    while (how_.queries <= longest) {
      ++how_.stream;
      if (!may_go_on()) return;
      const SloAnswer top = look(level_, true);
      const bool turned = top != SloAnswer::undecided && last != SloAnswer::undecided && top != last;
      last = top;
      if (top == SloAnswer::undecided || turned) how_.queries *= 2;
      if (top == SloAnswer::meets) level_ = levels_.up(level_);
      if (top == SloAnswer::fails) level_ = levels_.down(level_, 1 + levels_.tolerance);
    }
  }

  // About where the capacity of the first guess is, with the shortest samples: how far off it was is an answer too.
  void locate_first() {
    constexpr double kNear = 0.1;
    constexpr int kFew = 8;
    how_.queries = p_.first_queries;
    how_.stream = 1;
    for (int i = 0; i < kFew && high_[0] && run_.ledger().allows(how_.queries + run_.ledger().full_cost(1)); ++i) {
      const double below = levels_.down(*high_[0], 2);
      const std::optional<double> level =
          low_[0] ? Levels{kNear, p_.whole_rates}.between(*low_[0], *high_[0]) : std::optional<double>(below);
      if (!level || *level <= levels_.lowest()) break;
      how_.rate = *level;
      note(0, run_.sample({0}, how_).front(), *level);
    }
  }

  // What the best at this rate came to; by its estimate, or, `shown`, only where chance does not explain it.
  SloAnswer look(double level, bool shown = false) {
    ++looks_;
    how_.rate = level;
    const std::vector<TuneSample> seen = run_.sample(alive_, how_);
    std::optional<std::size_t> top;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (!seen[i].refused.empty()) run_.drop(alive_[i], seen[i].refused);
      note(alive_[i], seen[i], level);
      if (seen[i].refused.empty() && (!top || better(seen[i], seen[*top]))) top = i;
    }
    if (!top) return alive_.clear(), SloAnswer::fails;
    const TuneSample& best = seen[*top];
    leader_ = alive_[*top];
    run_.lead(*leader_);
    drop_beaten(seen, *top, level);
    if (shown || best.answer != SloAnswer::undecided) return best.answer;
    return best.leans_to_meet ? SloAnswer::meets : SloAnswer::fails;
  }

  static bool better(const TuneSample& a, const TuneSample& b) {
    return std::pair(!a.unstable, a.figure.value) > std::pair(!b.unstable, b.figure.value);
  }

  void note(std::size_t s, const TuneSample& seen, double level) {
    if (!seen.refused.empty()) return;
    const bool good = seen.answer == SloAnswer::meets || (seen.answer == SloAnswer::undecided && seen.leans_to_meet);
    if (good) low_[s] = std::max(low_[s].value_or(level), level);
    if (!good) high_[s] = std::min(high_[s].value_or(level), level);
    Estimate figure;
    figure.value = Estimate::kNone;
    figure.low = low_[s].value_or(0);
    figure.high = high_[s].value_or(Estimate::kNone);
    run_.note(s, figure);
  }

  std::string rate_text(double level) const {
    return p_.whole_rates ? fmt::format("{:.0f}", level) : fmt::format("{:.6g} /s", level);
  }

  void drop_beaten(const std::vector<TuneSample>& seen, std::size_t top, double level) {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (!seen[i].refused.empty()) continue;
      const std::string why = i == top ? "" : why_beaten(seen[i], seen[top]);
      if (why.empty())
        kept.push_back(alive_[i]);
      else
        run_.drop(alive_[i], fmt::format("at {}: {} {}", rate_text(level), why, setting_text(p_, *leader_)));
    }
    alive_ = kept;
  }

  // Where one meets the limit that another misses, its capacity is higher. Where the best is at its capacity, as far as
  // its sample tells, the capacity of those is lower of whose queries fewer are in time than of its own.
  std::string why_beaten(const TuneSample& other, const TuneSample& best) const {
    if (best.answer == SloAnswer::fails || other.leans_to_meet || other.answer == SloAnswer::meets) return {};
    const bool fails = other.answer == SloAnswer::fails;
    if (best.answer == SloAnswer::meets && fails) return "misses the limit, unlike";
    if (best.answer == SloAnswer::meets || !just_holds(best)) return {};
    if (fails && best.leans_to_meet) return "misses the limit, which just holds for";
    // As many comparisons as settings share the error, and each run has its looks.
    const Estimate excess = paired_excess({other}, {best}, 1 - 2 * how_.error);
    if (excess.high < 0) return "fewer queries are in time than of";
    return {};
  }

  bool just_holds(const TuneSample& best) const {
    const double wanted = wanted_share(p_.objective.slo.measure);
    if (wanted <= 0) return best.answer == SloAnswer::undecided;
    return best.figure.low <= wanted && wanted <= best.figure.high;
  }

  TuneRun& run_;
  const TuneProblem& p_;
  Levels levels_;
  TuneProbe how_;
  std::vector<std::size_t> alive_;
  std::vector<std::optional<double>> low_;   // highest rate at which a setting seemed to meet the limit
  std::vector<std::optional<double>> high_;  // lowest at which it did not
  std::optional<std::size_t> leader_;
  double level_ = 0;
  int looks_ = 0;
};

}  // namespace

void race_of_levels(TuneRun& run) { LevelRace(run).race(); }

}  // namespace shardsim
