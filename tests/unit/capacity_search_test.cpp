// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>

#include "experiment/capacity_search.hpp"

using namespace shardsim;

namespace {

struct Taken {
  double level;
  Sampling how;
};

// A system that meets its objective up to `truth`; samples of less than `enough` queries do not tell.
HighestRate found(double truth, double first, const Levels& levels, std::vector<Taken>& taken,
                  std::int64_t enough = 1000, double confidence = 0.95) {
  CapacityQuestion question;
  question.tolerance = levels.tolerance;
  question.confidence = confidence;
  question.max_queries = 64'000;
  Looks looks(
      [&](double level, const Sampling& how) {
        taken.push_back({level, how});
        CapacityTrial trial;
        trial.rate_per_s = level;
        trial.queries = how.queries;
        trial.leans_to_meet = level <= truth;
        trial.result.bottleneck.offered_load = level / truth / 2;
        if (how.queries >= enough) trial.answer = level <= truth ? SloAnswer::meets : SloAnswer::fails;
        return trial;
      },
      question, 1000);
  return highest_level(first, levels, question, looks);
}

}  // namespace

TEST_CASE("a capacity is bracketed within its tolerance, from above, from below and in whole numbers") {
  for (const double first : {1.0, 700.0, 90'000.0})
    for (const bool whole : {false, true}) {
      std::vector<Taken> taken;
      const HighestRate r = found(850.2, first, {0.01, whole}, taken);
      REQUIRE(r.meets);
      REQUIRE(r.not_shown);
      CHECK(r.meets->rate_per_s <= 850.2);
      CHECK(r.not_shown->rate_per_s > 850.2);
      CHECK(r.not_shown->rate_per_s / r.meets->rate_per_s <= 1.0101);
      if (whole) CHECK(r.meets->rate_per_s == std::floor(r.meets->rate_per_s));
    }
  std::vector<Taken> taken;
  const HighestRate few = found(3.5, 1, {0.01, true}, taken);
  CHECK(few.meets->rate_per_s == 3);
  CHECK(few.not_shown->rate_per_s == 4);
}

TEST_CASE("nothing that meets the objective: the nearest miss is told") {
  std::vector<Taken> taken;
  const HighestRate r = found(0.5, 8, {0.01, true}, taken);
  CHECK_FALSE(r.meets);
  REQUIRE(r.not_shown);
  CHECK(r.not_shown->rate_per_s == 1);
}

TEST_CASE("what a capacity rests on are fresh numbers, and its samples share the error") {
  // Undecided below 16,000 queries: the search looks at 1,000, 4,000 and 16,000, and the showing at 16,000 and 64,000.
  std::vector<Taken> taken;
  const HighestRate r = found(850, 800, {0.01}, taken, 16'000);
  REQUIRE(r.meets);
  std::set<std::uint32_t> fresh;
  for (const Taken& t : taken) {
    if (t.how.stream == 0) continue;
    CHECK(fresh.insert(t.how.stream).second);
    CHECK(t.how.error == Approx(0.05 / 2 / 2));
    CHECK(t.how.queries >= 16'000);
  }
  CHECK_FALSE(fresh.empty());
}

TEST_CASE(
    "a capacity that is not shown where the search ended is looked for ever further below, with ever less error") {
  // Leans to meet up to 850, and shows nothing above 700.
  std::vector<Taken> taken;
  CapacityQuestion question;
  question.max_queries = 1000;
  Looks looks(
      [&](double level, const Sampling& how) {
        taken.push_back({level, how});
        CapacityTrial trial;
        trial.rate_per_s = level;
        trial.queries = how.queries;
        trial.leans_to_meet = level <= 850;
        if (level > 850) trial.answer = SloAnswer::fails;
        if (level <= 700) trial.answer = SloAnswer::meets;
        return trial;
      },
      question, 1000);
  const HighestRate r = highest_level(800, {0.02}, question, looks);
  REQUIRE(r.meets);
  CHECK(r.meets->rate_per_s <= 700);
  CHECK(r.not_shown->rate_per_s / r.meets->rate_per_s <= 1.0201);
  double spent = 0;
  double last = 1;
  for (const Taken& t : taken)
    if (t.how.stream > 0 && t.how.error < last) spent += last = t.how.error;  // once a start
  CHECK(spent <= 0.05);
  CHECK(spent > 0.025);
}
