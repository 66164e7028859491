// SPDX-License-Identifier: Apache-2.0
#include "experiment/explain.hpp"

#include <catch2/catch.hpp>

#include "scenarios.hpp"

using namespace shardsim;
using shardsim::testing::queue;
using shardsim::testing::scenario;

namespace {

// Of an M/M/1 queue at load 0.7, P99 = ln(100) / 0.3 in times of service. Two such servers by turns are E2/M/1 queues
// at 0.35: P99 = ln(100) / (1 - s), s = (0.7 / (1.7 - s))^2 = 0.226, which is 61 % less. 800 queries are too few for
// any interval of P99.
Explanation explained(std::int64_t max_queries) {
  return explain(scenario(queue(1, 0.7, R"({"type": "exponential", "mean": 1})", 800)), 1, max_queries, {});
}

}  // namespace

TEST_CASE("changes are tried with more queries until the best is told from chance") {
  const Explanation e = explained(64 * 800);
  REQUIRE(e.tried.front().comparison);
  CHECK(e.tried.front().what_if.name == "one more replica of main (2)");
  CHECK(e.tried.front().decided());
  CHECK((*e.tried.front().comparison)[Measure::p99].value == Approx(-0.61).margin(0.12));
  CHECK(explanation_text(e).find("Most effective: one more replica of main (2)") != std::string::npos);
}

TEST_CASE("more shards are a whole group of them where a strategy has groups") {
  const Scenario s = scenario(shardsim::testing::kTwoNets,
                              {{"sharding", R"({"strategy": "table-row-wise", "shards": 4, "group": 2})"}});
  const WhatIf more = what_ifs(s).front();
  CHECK(more.name == "one more group of sparse shards (6)");
  CHECK(make_plan(changed(s, more.settings), s.model).shards.size() == 6);
}

TEST_CASE("where the budget ends first, the sentence says of the table's first line that it is undecided") {
  const Explanation e = explained(800);
  REQUIRE(e.tried.front().comparison);
  CHECK_FALSE(e.tried.front().decided());
  const std::string text = explanation_text(e);
  CHECK(text.find("Undecided: " + e.tried.front().what_if.name) != std::string::npos);
  CHECK(text.find("None of these") == std::string::npos);
}
