// SPDX-License-Identifier: Apache-2.0
// Copies of tables: what a plan may say of them, and which tables get them.
#include <catch2/catch.hpp>

#include "sharding/packing.hpp"
#include "sharding/replicate.hpp"

using namespace shardsim;

namespace {

template <class T>
T read(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<T>(d);
}

// Tables of 1,000 bytes times these, named after them: t4 has 4 kB.
Model model_of(const std::vector<int>& kilobytes) {
  Model m;
  m.nets.resize(1);
  m.nets[0].name = "n";
  for (const int kb : kilobytes) {
    Table t;
    t.name = fmt::format("t{}", kb);
    t.rows = kb * 250;
    t.dim = 1;
    t.pooling = read<Choice<Distribution>>(R"({"type": "fixed", "value": 12})");
    m.nets[0].tables.push_back(t);
  }
  return m;
}

std::string complaint_of(const std::string& plan, const Model& m) {
  const auto complaint = check_plan(read<ShardingPlan>(plan), m);
  return complaint ? complaint->key + ": " + complaint->message : "";
}

std::string shards(const std::vector<std::string>& tables) {
  std::string out;
  for (std::size_t s = 0; s < tables.size(); ++s)
    out += fmt::format(R"({}{{"name": "s{}", "tables": [{}]}})", s == 0 ? "" : ", ", s, tables[s]);
  return fmt::format(R"({{"shards": [{}]}})", out);
}

// What each shard holds: "t4 x 2" is a table in two copies.
using Held = std::vector<std::vector<std::string>>;
Held held(const ShardingPlan& plan) {
  Held out;
  for (const PlannedShard& shard : plan.shards) {
    out.emplace_back();
    for (const Placement& p : shard.tables)
      out.back().push_back(p.copies > 1 ? fmt::format("{} x {}", p.table, p.copies) : p.table);
  }
  return out;
}

constexpr Bytes kRoomy{1'000'000};

// Four tables on three shards: 90 lookups a query on the first, 40 on the second, 10 on the third; t8 has most, t2 has
// most for its bytes.
struct ThreeShards {
  Model model = model_of({8, 2, 4, 1});
  ShardingPlan plan{"", {}, {{"s0", {{"t8"}, {"t2"}}}, {"s1", {{"t4"}}}, {"s2", {{"t1"}}}}};
  ShardsAtHand at_hand{{{60, 30}, {40}, {10}}, {kRoomy, kRoomy, kRoomy}, {}};

  Held with(const std::string& replicate) const {
    const ShardingPlan out = read<Replicate>(replicate).apply(plan, at_hand, model);
    CHECK_FALSE(check_plan(out, model));
    return held(out);
  }
};

}  // namespace

TEST_CASE("a plan says of each copy how many there are, and they are on as many sparse shards") {
  const Model m = model_of({4, 1});
  const std::string two = R"({"table": "t4", "copies": 2})";
  const std::string other = R"({"table": "t1"})";
  CHECK(complaint_of(shards({two, two + "," + other}), m) == "");
  // A second placement by mistake is one.
  CHECK(complaint_of(shards({R"({"table": "t4"})", R"({"table": "t4"},)" + other}), m) ==
        "shards/1/tables/0: table 't4' is also at /shards/0/tables/0; each table (or part) belongs on one shard, and "
        "each of its copies, if all have 'copies', on one of its own");
  CHECK(complaint_of(shards({two, R"({"table": "t4"},)" + other}), m) ==
        "shards/1/tables/0: table 't4' is in one copy here and in 2 copies at /shards/0/tables/0");
  CHECK(complaint_of(shards({two, R"({"table": "t4", "copies": 3},)" + other}), m) ==
        "shards/1/tables/0: table 't4' is in 3 copies here and in 2 copies at /shards/0/tables/0");
  CHECK(complaint_of(shards({two + "," + two, other}), m).starts_with("shards/0/tables/1: table 't4' is also at"));
  CHECK(complaint_of(shards({two, other}), m) == ": table 't4' is to be in 2 copies and only 1 of them are placed");
  CHECK(complaint_of(shards({two, two, two + "," + other}), m) ==
        "shards/2/tables/0: table 't4' is in 2 copies, and all of them are on shards before this one");
  CHECK(complaint_of(R"({"main": [)" + two + R"(], "shards": [{"name": "s", "tables": [)" + two + "," + other + "]}]}",
                     m) ==
        "main/0/copies: table 't4' is on the main shard, which would ask no other for it; copies belong on sparse "
        "shards");
}

TEST_CASE("each copy of a table takes its bytes, and is expected to get an equal share of its lookups") {
  const Model m = model_of({4, 1});
  const auto plan = read<ShardingPlan>(
      shards({R"({"table": "t4", "copies": 2})", R"({"table": "t4", "copies": 2}, {"table": "t1"})"}));
  CHECK(placed_bytes(plan.shards[0].tables, m).count == 4000);
  CHECK(placed_bytes(plan.shards[1].tables, m).count == 5000);
  CHECK(estimated_loads(plan.shards[1].tables, {m, {}, 10, 1}, 10) == std::vector<double>{60, 120});
  // What is written is read as the same.
  const Json written = value_type<ShardingPlan>().write(&plan, {});
  CHECK(written["shards"][0]["tables"][0]["copies"] == 2);
  CHECK(held(read<ShardingPlan>(written.dump())) == held(plan));
}

TEST_CASE("tables with most lookups get copies, on shards that have fewest by then") {
  const ThreeShards three;
  // t8's copy on s2 leaves 60, 40 and 40 lookups; with copies everywhere 50, 60 and 30.
  CHECK(three.with(R"({"tables": 1, "copies": 2})") == Held{{"t8 x 2", "t2"}, {"t4"}, {"t1", "t8 x 2"}});
  CHECK(three.with(R"({"tables": 1})") == Held{{"t8 x 3", "t2"}, {"t4", "t8 x 3"}, {"t1", "t8 x 3"}});
  // Then t4 has most: s2 has 40 lookups and s0 60.
  CHECK(three.with(R"({"tables": 2, "copies": 2})") == Held{{"t8 x 2", "t2"}, {"t4 x 2"}, {"t1", "t8 x 2", "t4 x 2"}});
}

TEST_CASE("with a share of the bytes, tables with most lookups a byte get copies while it lasts") {
  const ThreeShards three;
  // 15 kB in all. t2 has 15 lookups a kB, then t4 and t1 have 10, and t8 has 7.5.
  CHECK(three.with(R"({"share": "13 %", "copies": 2})") == Held{{"t8", "t2"}, {"t4", "t1 x 2"}, {"t1 x 2"}});
  // 3 kB: one copy of t2 and one of t1; t4 does not fit between them. t2 leaves 75, 40 and 25.
  CHECK(three.with(R"({"share": "20 %", "copies": 2})") ==
        Held{{"t8", "t2 x 2"}, {"t4", "t1 x 2"}, {"t1 x 2", "t2 x 2"}});
  CHECK(three.with(R"({"share": "20 %", "tables": 1, "copies": 2})") ==
        Held{{"t8", "t2 x 2"}, {"t4"}, {"t1", "t2 x 2"}});
}

TEST_CASE("a copy goes where there is room for it, with what a row takes beside its bytes") {
  ThreeShards three;
  three.at_hand.room = {kRoomy, {8000}, {7999}};
  CHECK(three.with(R"({"tables": 1, "copies": 2})") == Held{{"t8 x 2", "t2"}, {"t4", "t8 x 2"}, {"t1"}});
  CHECK(three.with(R"({"tables": 1})") == Held{{"t8 x 2", "t2"}, {"t4", "t8 x 2"}, {"t1"}});
  // Three copies of t8 are not possible; of t4 they are.
  CHECK(three.with(R"({"tables": 1, "copies": 3})") == Held{{"t8", "t2", "t4 x 3"}, {"t4 x 3"}, {"t1", "t4 x 3"}});
  three.at_hand.row_overhead = Bytes{1};  // 10,000 bytes for t8, 5,000 for t4
  CHECK(three.with(R"({"tables": 1, "copies": 2})") == Held{{"t8", "t2"}, {"t4 x 2"}, {"t1", "t4 x 2"}});
}

TEST_CASE("what is split, in copies already, on the main shard or never looked up gets no copies") {
  const Model m = model_of({8, 2, 4, 1});
  const ShardingPlan plan{"", {{"t1"}}, {{"s0", {{"t8", 0, 2}, {"t2"}}}, {"s1", {{"t8", 1, 2}, {"t4"}}}, {"s2", {}}}};
  const ShardsAtHand at_hand{{{30, 0}, {30, 40}, {}}, {kRoomy, kRoomy, kRoomy}, {}};
  const ShardingPlan out = read<Replicate>(R"({"tables": 9})").apply(plan, at_hand, m);
  CHECK_FALSE(check_plan(out, m));
  CHECK(held(out) == Held{{"t8", "t2", "t4 x 3"}, {"t8", "t4 x 3"}, {"t4 x 3"}});
  const ShardingPlan again =
      read<Replicate>(R"({"tables": 9})").apply(out, {{{30, 0, 13}, {30, 13}, {13}}, at_hand.room, {}}, m);
  CHECK(held(again) == held(out));
}
