// SPDX-License-Identifier: Apache-2.0
// How `shardsim validate` judges and runs cases; the cases themselves are the test "validate".
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "validation/validation_report.hpp"

using namespace shardsim;
using Catch::Contains;

namespace {

const std::filesystem::path kFolder = std::filesystem::path(SHARDSIM_SOURCE_FOLDER) / "workloads" / "validation";

Expectation figure(double value) { return {"figure", "us", value, false}; }
Expectation law(double value) { return {"law", "", value, true}; }

// A small M/M/1 queue whose mean is said to be `mean_us`; 100 / (1 - 0.5) = 200 is right.
ValidationPlan small_queue(double mean_us) {
  ValidationPlan plan;
  plan.entries.push_back({"mm1", steady_state("small", "queue.json", {{"traffic.arrivals.rate", "5000 /s"}}, 100'000,
                                              {mean_latency(mean_us), utilisation("main0", 0.5)})});
  plan.folder = kFolder;
  return plan;
}

}  // namespace

TEST_CASE("a figure passes if it is expected within the 99.9 % interval of Student's t, and that is narrow") {
  // Mean 100, standard error 1: t with 3 degrees of freedom is 12.92 at 99.9 %, two-sided (any table).
  const double step = std::sqrt(12.0 / 4);
  const std::vector<double> values{100 - step, 100 + step, 100 - step, 100 + step};
  CHECK(judge(figure(112.8), values, 0.2).judgement == Judgement::pass);
  CHECK(judge(figure(113.1), values, 0.2).judgement == Judgement::fail);
  CHECK(judge(figure(87.2), values, 0.2).judgement == Judgement::pass);
  CHECK(judge(figure(86.9), values, 0.2).judgement == Judgement::fail);
  CHECK(judge(figure(100), values, 0.02).judgement == Judgement::too_wide);
  CHECK(judge(figure(200), values, 0.02).judgement == Judgement::fail);
  const Finding f = judge(figure(100), values, 0.2);
  CHECK(f.standard_error == Approx(1));
  CHECK(f.half_width == Approx(12.924).epsilon(1e-4));
  CHECK(judge(figure(100), {100, 100, std::nan("")}, 0.2).judgement == Judgement::fail);
}

TEST_CASE("a law passes if no run breaks it") {
  CHECK(judge(law(1), {1, 1, 1 + 1e-12}, 0.02).judgement == Judgement::pass);
  CHECK(judge(law(1), {1, 1, 1 + 1e-6}, 0.02).judgement == Judgement::fail);
  CHECK(judge(law(0), {0, 0}, 0.02).judgement == Judgement::pass);
  const Finding f = judge(law(0), {0, 3, 1}, 0.02);
  CHECK(f.judgement == Judgement::fail);
  CHECK(f.measured == 3);
  CHECK(judge(law(1), {1, std::nan(""), 1}, 0.02).judgement == Judgement::fail);
}

TEST_CASE("a right expectation passes, and one that is 3 % off fails") {
  const std::vector<Finding> right = validate(small_queue(200), {});
  REQUIRE(right.size() == 2);
  CHECK(right[0].judgement == Judgement::pass);
  CHECK(right[1].judgement == Judgement::pass);
  const std::vector<Finding> wrong = validate(small_queue(206), {});
  CHECK(wrong[0].judgement == Judgement::fail);
  CHECK(wrong[0].measured == right[0].measured);
}

TEST_CASE("findings do not depend on the number of threads, and do on the seed") {
  const auto csv = [](unsigned jobs, std::uint64_t seed) {
    ValidationPlan plan = small_queue(200);
    plan.seed = seed;
    plan.quick = true;
    ValidationControl control;
    control.jobs = jobs;
    return validation_csv(validate(plan, control));
  };
  const std::string one = csv(1, 1);
  CHECK(csv(5, 1) == one);
  CHECK(csv(1, 2) != one);
}

TEST_CASE("an interruption leaves out what is not finished") {
  const Interrupt stop(true);
  ValidationControl control;
  control.interrupt = &stop;
  CHECK(validate(small_queue(200), control).empty());
}

TEST_CASE("cases: each has a name of its own that begins with its family's, and measures what it expects") {
  std::set<std::string> names;
  for (const auto& [family, c] : select_cases("")) {
    CAPTURE(c.name);
    CHECK(names.insert(c.name).second);
    CHECK(c.name.starts_with(family));
    CHECK(std::filesystem::exists(kFolder / c.file));
    CHECK(!c.expected.empty());
    for (const Expectation& e : c.expected) CHECK((e.exact || (c.runs >= 10 && e.value > 0)));
  }
  CHECK(names.size() >= 30);
}

TEST_CASE("cases are chosen by name, family or pattern") {
  CHECK(select_cases("mm1").size() == 3);
  CHECK(select_cases("mm1-0.5").size() == 1);
  CHECK(select_cases("mm*").size() == 6);
  CHECK_THROWS_WITH(select_cases("mm2"), Contains("did you mean 'mm1'") && Contains("'mm2'"));
  CHECK_THROWS_WITH(select_cases("litle-port"), Contains("did you mean 'little-port'"));
}
