// SPDX-License-Identifier: Apache-2.0
// From one description of a result's figures come its JSON, the sum of replications, and what the documentation says.
#include "experiment/results/figure_list.hpp"

#include <catch2/catch.hpp>

#include "experiment/results/run_result.hpp"

using namespace shardsim;

namespace {

struct Day {
  double rain_mm;
  double warmest;
  std::int64_t visitors;
  double mean_stay_s;
};

struct Park {
  using Source = Day;
  double rain_mm = 0;
  double warmest = 0;
  std::int64_t visitors = 0;
  double stay_s = 0;
  double load = 0;
  double stamps = 0;
  std::string name = "park";
  std::vector<double> more;
  std::int64_t count() const { return visitors; }
};

struct Odd {
  using Source = Day;
  std::string name;
  std::vector<double> more;
};

}  // namespace

template <>
void shardsim::describe(FigureList<Park>& f) {
  f.of("parks[]");
  f.add("name", "", "of the park", &Park::name, Merge::same);
  f.add("visits.number", "", "visitors", &Park::visitors, Merge::sum, [](const Day& d) { return d.visitors; });
  f.add("visits.mean_stay_s", "s", "mean stay", &Park::stay_s, Merge::mean_over_count, &Day::mean_stay_s);
  f.add("warmest", "C", "highest temperature", &Park::warmest, Merge::most, &Day::warmest);
  f.add("load", "fraction", "how full it was", &Park::load, Merge::mean_over_time,
        [](const Day& d) { return static_cast<double>(d.visitors) / 100; });
  f.add("stamps", "", "by queries", &Park::stamps, Merge::mean_over_queries, [](const Day&) { return 1.0; });
  f.hidden(&Park::rain_mm, Merge::sum, &Day::rain_mm);
  f.derived("rain_cm", "cm", "rain", [](const Park& p) { return p.rain_mm / 10; });
  f.add("tickets", "", "sold", Merge::sum, [](const Day& d) { return 2 * d.visitors; });
  f.in_table("tickets_sold");
}

template <>
void shardsim::describe(FigureList<Odd>& f) {
  f.add("name", "", "a text has no mean", &Odd::name, Merge::mean_over_time);
}

namespace {

const FigureList<Park>& parks() { return FigureList<Park>::all(); }

const Day kMonday{12, 20, 30, 60};
const Day kTuesday{3, 25, 10, 100};

}  // namespace

TEST_CASE("figures are written in the order of their description, under the keys it says") {
  CHECK(parks().json(parks().collect(kMonday)).dump() ==
        R"({"name":"park","visits":{"number":30,"mean_stay_s":60.0},"warmest":20.0,"load":0.3,"stamps":1.0,)"
        R"("rain_cm":1.2,"tickets":60})");
}

TEST_CASE("figures of two replications are put together as their description says") {
  Park both = parks().collect(kMonday);
  Park tuesday = parks().collect(kTuesday);
  tuesday.stamps = 5;
  parks().merge(both, {30, 100}, tuesday, {10, 300});  // 30 s and 100 queries, 10 s and 300 queries
  CHECK(both.visitors == 40);
  CHECK(both.stay_s == Approx((30 * 60 + 10 * 100) / 40.0));  // by visitors, each day's own
  CHECK(both.warmest == 25);
  CHECK(both.load == Approx((30 * 0.3 + 10 * 0.1) / 40));
  CHECK(both.stamps == Approx((100 * 1.0 + 300 * 5.0) / 400));
  CHECK(both.rain_mm == 15);
  CHECK(parks().json(both)["tickets"] == 80);
  CHECK(both.name == "park");
}

TEST_CASE("a run that lasted no time weighs nothing") {
  Park both = parks().collect(kMonday);
  parks().merge(both, {0, 0}, parks().collect(kTuesday), {0, 0});
  CHECK(both.load == 0.3);
}

TEST_CASE("a figure says where it stands, and whether it is a column") {
  std::vector<std::string> names;
  for (const FigureText& text : parks().texts()) names.push_back(text.name + (text.column.empty() ? "" : "*"));
  CHECK(names == std::vector<std::string>{"parks[].name", "parks[].visits.number", "parks[].visits.mean_stay_s",
                                          "parks[].warmest", "parks[].load", "parks[].stamps", "parks[].rain_cm",
                                          "parks[].tickets*"});
  CHECK(parks().table_values(parks().collect(kMonday)) == std::vector<double>{60});
}

TEST_CASE("a description that its type cannot follow is found as it is made") {
  CHECK_THROWS_AS(FigureList<Odd>::all(), std::logic_error);
}

TEST_CASE("every figure of result.json has a name of its own and says what it is") {
  std::set<std::string> seen;
  for (const FigureText& text : described_figures()) {
    CAPTURE(text.name);
    CHECK(seen.insert(text.name).second);
    CHECK_FALSE(text.doc.empty());
    CHECK(text.doc.find('|') == std::string::npos);  // it is a cell of a table
  }
  CHECK(seen.contains("queries.failed_share"));
  CHECK(seen.contains("hosts[].mean_wait_us"));
}
