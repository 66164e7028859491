// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "sharding/packing.hpp"

using namespace shardsim;

namespace {

Choice<Distribution> distribution(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<Choice<Distribution>>(d);
}

Choice<Strategy> strategy(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<Choice<Strategy>>(d);
}

// Two nets with tables of random sizes, one of them huge.
Model random_model(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Model m;
  m.nets.resize(2);
  for (std::size_t n = 0; n < 2; ++n) {
    m.nets[n].name = fmt::format("net{}", n);
    for (int i = 0; i < 20; ++i) {
      Table t;
      t.name = fmt::format("t{}_{}", n, i);
      t.rows = static_cast<std::int64_t>(1 + random() % 100'000);
      t.dim = 16;
      t.pooling = distribution(fmt::format(R"({{"type": "fixed", "value": {}}})", 1 + random() % 20));
      m.nets[n].tables.push_back(t);
    }
  }
  m.nets[1].tables[3].rows = 1'000'000;
  return m;
}

std::vector<Bytes> sizes(const ShardingPlan& plan, const Model& m) {
  std::vector<Bytes> out;
  for (const PlannedShard& s : plan.shards) out.push_back(placed_bytes(s.tables, m));
  return out;
}

// A net of tables of 1,000 bytes times these, each looked up once an item.
Net net_of(const std::string& name, const std::vector<int>& kilobytes) {
  Net net;
  net.name = name;
  for (const int kb : kilobytes) {
    Table t;
    t.name = fmt::format("{}{}", name, kb);
    t.rows = kb * 250;
    t.dim = 1;
    t.pooling = distribution(R"({"type": "fixed", "value": 1})");
    net.tables.push_back(t);
  }
  return net;
}

// The tables that hybrid keeps on main, of a model for two shards. An RPC costs as much as a million bytes.
std::vector<std::string> kept(const Model& m, const std::string& main_memory, const std::string& more = "",
                              RpcPrice price = {1'000'000, 1}) {
  PlanningInput input{m, Bytes{1'000'000'000}, 10, 1, nullptr, Bytes{1'000'000'000}};
  input.price = price;
  const ShardingPlan plan =
      strategy(R"({"strategy": "hybrid", "shards": 2, "main_memory": ")" + main_memory + "\"" + more + "}")
          ->plan(input);
  std::vector<std::string> names;
  for (const Placement& p : plan.main) names.push_back(p.table);
  return names;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("every strategy places every table exactly once") {
  const std::string sharding =
      GENERATE(as<std::string>(), R"({"strategy": "singular"})", R"({"strategy": "one-shard"})",
               R"({"strategy": "capacity-balanced", "shards": 5})", R"({"strategy": "load-balanced", "shards": 5})",
               R"({"strategy": "nsbp", "shards": 5})", R"({"strategy": "row-wise", "shards": 5})",
               R"({"strategy": "capacity-balanced", "shards": 5, "split_above": "5 MB"})",
               R"({"strategy": "load-balanced", "shards": 3, "split_above": "1 MB"})",
               R"({"strategy": "nsbp", "shards": 7, "split_above": "20 MB"})",
               R"({"strategy": "column-wise", "shards": 3, "parts": 4})",
               R"({"strategy": "table-row-wise", "shards": 6, "group": 3})", R"({"strategy": "hybrid", "shards": 5})",
               R"({"strategy": "hybrid", "shards": 7, "rest": "nsbp", "split_above": "20 MB", "main_share": 0.1})",
               R"({"strategy": "hybrid", "shards": 3, "rest": "capacity-balanced", "main_memory": "9 MB"})");
  CAPTURE(sharding);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Model m = random_model(seed);
    const ShardingPlan plan = strategy(sharding)->plan({m, Bytes{1'000'000'000}, 10, 1, nullptr, Bytes{30'000'000}});
    const auto complaint = check_plan(plan, m);
    INFO((complaint ? complaint->key + ": " + complaint->message : ""));
    REQUIRE_FALSE(complaint);
    Bytes total = placed_bytes(plan.main, m);
    for (const Bytes b : sizes(plan, m)) total += b;
    REQUIRE(total == m.table_bytes());
    if (plan.strategy == "hybrid") REQUIRE(placed_bytes(plan.main, m).count <= 30'000'000);
  }
}

TEST_CASE("capacity-balanced: no shard is above the mean by more than the largest piece") {
  const Model m = random_model(7);
  const ShardingPlan plan = strategy(R"({"strategy": "capacity-balanced", "shards": 4, "split_above": "8 MB"})")
                                ->plan({m, Bytes{1'000'000'000}, 10, 1});
  const std::vector<Bytes> s = sizes(plan, m);
  const Bytes most = *std::max_element(s.begin(), s.end());
  CHECK(most.count <= m.table_bytes().count / 4 + 8'000'000);
}

TEST_CASE("load-balanced evens out lookups, not bytes, and knows only what it sampled") {
  Model m = random_model(3);
  const ShardingPlan plan =
      strategy(R"({"strategy": "load-balanced", "shards": 4})")->plan({m, Bytes{1'000'000'000}, 10, 1});
  const std::vector<double> lookups = estimated_lookups({m, {}, 10, 1}, 100);
  std::map<std::string, double> of;
  const auto tables = tables_of(m);
  for (std::size_t t = 0; t < tables.size(); ++t) of[tables[t].table->name] = lookups[t];
  std::vector<double> load;
  for (const PlannedShard& s : plan.shards) {
    load.push_back(0);
    for (const Placement& p : s.tables) load.back() += of[p.table];
  }
  const double mean = std::accumulate(load.begin(), load.end(), 0.0) / 4;
  CHECK(*std::max_element(load.begin(), load.end()) < 1.05 * mean);

  // A feature that is nearly always absent: ten samples do not see it, whatever its true mean.
  m.nets[0].tables[0].pooling = distribution(R"({"type": "fixed", "value": 100000})");
  m.nets[0].tables[0].coverage = 0.0001;
  CHECK(estimated_lookups({m, {}, 10, 1}, 10)[0] == 0);
  // Estimates converge to items x pooling x presence.
  m.nets[0].tables[0].coverage = 0.75;
  m.nets[0].tables[0].pooling = distribution(R"({"type": "lognormal", "mean": 8, "cv": 1})");
  CHECK(estimated_lookups({m, {}, 10, 1}, 100'000)[0] == Approx(60).epsilon(0.02));
}

TEST_CASE("nsbp: a shard serves one net, and parts of a split table share a shard with nothing else") {
  const Model m = random_model(5);
  const ShardingPlan plan =
      strategy(R"({"strategy": "nsbp", "shards": 8, "split_above": "20 MB"})")->plan({m, Bytes{1'000'000'000}, 10, 1});
  std::map<std::string, std::size_t> net_of;
  for (const PlacedTable& t : tables_of(m)) net_of[t.table->name] = t.net;
  int split_shards = 0;
  for (const PlannedShard& s : plan.shards) {
    std::set<std::size_t> nets;
    std::set<std::string> split;
    for (const Placement& p : s.tables) {
      nets.insert(net_of[p.table]);
      if (p.parts > 1) split.insert(p.table);
    }
    CHECK(nets.size() <= 1);
    if (!split.empty()) {
      ++split_shards;
      CHECK(split.size() == 1);
      for (const Placement& p : s.tables) CHECK(p.table == *split.begin());
    }
  }
  CHECK(split_shards > 0);
  CHECK_THROWS_AS(strategy(R"({"strategy": "nsbp", "shards": 1})")->plan({m, Bytes{1'000'000'000}, 10, 1}),
                  InfeasibleError);
}

TEST_CASE("the parts of a table add up to it, and differ by at most a row") {
  Table t;
  t.rows = 1003;
  t.dim = 4;
  for (const int parts : {1, 2, 7, 1003}) {
    std::int64_t sum = 0;
    for (int p = 0; p < parts; ++p) {
      sum += part_bytes(t, p, parts).count;
      CHECK(part_bytes(t, 0, parts).count - part_bytes(t, p, parts).count <= 16);
    }
    CHECK(sum == t.bytes().count);
  }
}

TEST_CASE("a table larger than a shard's memory is split under every strategy that spreads tables") {
  const Model m = random_model(1);  // its largest table has 64 MB
  for (const char* name : {"capacity-balanced", "load-balanced", "nsbp"}) {
    const ShardingPlan plan =
        strategy(fmt::format(R"({{"strategy": "{}", "shards": 8}})", name))->plan({m, Bytes{30'000'000}, 10, 1});
    int parts = 0;
    for (const PlannedShard& s : plan.shards)
      for (const Placement& p : s.tables)
        if (p.table == "t1_3") parts = p.parts;
    CHECK(parts == 3);
  }
}

TEST_CASE("hybrid keeps the tables that save most of the cost of RPCs for their bytes") {
  Model m;
  m.nets = {net_of("a", {30, 10, 20}), net_of("b", {5, 100, 200})};
  // On two shards, three tables are asked for by two RPCs. The two least of a net save one, all of them save two: a's
  // for 30 kB, and for 30 kB more; b's for 105 kB, and for 200 kB more.
  CHECK(kept(m, "30 kB") == Names{"a10", "a20"});
  CHECK(kept(m, "60 kB") == Names{"a30", "a10", "a20"});
  CHECK(kept(m, "165 kB") == Names{"a30", "a10", "a20", "b5", "b100"});
  CHECK(kept(m, "365 kB") == Names{"a30", "a10", "a20", "b5", "b100", "b200"});
  // Where no RPC can be saved, room goes to what fills messages most for its bytes: all alike, the smallest.
  CHECK(kept(m, "29 kB") == Names{"a10", "b5"});
  CHECK(kept(m, "64 kB") == Names{"a30", "a10", "a20"});
  CHECK(kept(m, "65 kB") == Names{"a30", "a10", "a20", "b5"});
  m.nets[1].tables[1].pooling = distribution(R"({"type": "fixed", "value": 1000})");
  CHECK(kept(m, "164 kB") == Names{"a30", "a10", "a20", "b100"});
  // A table of 1,000 lookups an item fills 80,080 bytes a query: 10,000 row numbers of 8, ten bags of 4 and as many
  // vectors of 4. That is less than an RPC of a million, and more than one of a thousand.
  m.nets[0].tables[0].pooling = m.nets[1].tables[1].pooling;
  CHECK(kept(m, "30 kB") == Names{"a10", "a20"});
  CHECK(kept(m, "30 kB", "", {1'000, 1}) == Names{"a30"});
  CHECK(kept(m, "30 kB", R"(, "save": "rpcs")", {1'000, 1}) == Names{"a10", "a20"});
  // Unless the net says how long its messages are.
  m.nets[0].rpc = RpcSizes{Bytes{1}, Bytes{1}};
  CHECK(kept(m, "30 kB", "", {1'000, 1}) == Names{"a10", "a20"});

  // Where nets share out the shards (nsbp), one more RPC is saved only with all tables but one on main; where each net
  // is on both, with one table of each.
  m = {};
  m.nets = {net_of("a", {10, 20}), net_of("b", {5, 100})};
  m.nets[0].tables[1].pooling = distribution(R"({"type": "fixed", "value": 1000})");
  const std::string nsbp = R"(, "rest": "nsbp")";
  CHECK(kept(m, "20 kB", nsbp) == Names{"a20"});
  CHECK(kept(m, "20 kB") == Names{"a10", "b5"});
  CHECK(kept(m, "35 kB", nsbp) == Names{"a10", "a20", "b5"});
  // What is never looked up costs no RPC.
  m.nets[0].tables[1].pooling = distribution(R"({"type": "fixed", "value": 0})");
  CHECK(kept(m, "35 kB", nsbp) == Names{"a10", "b5"});
}

TEST_CASE("hybrid knows that a split table is asked for on no more shards than it has lookups") {
  Model m;
  m.nets = {net_of("h", {1000, 30}), net_of("b", {40, 50, 25})};
  Table& split = m.nets[0].tables[0];
  split.per = Per::query;
  m.nets[1].tables[2].pooling = distribution(R"({"type": "fixed", "value": 100})");
  const std::string halves = R"(, "split_above": "500 kB")";
  // One lookup a query in the split table asks one of its two shards, so the other table of its net is worth an RPC.
  CHECK(kept(m, "30 kB", halves) == Names{"h30"});
  // Many ask both, whatever main has.
  split.pooling = distribution(R"({"type": "fixed", "value": 100})");
  CHECK(kept(m, "30 kB", halves) == Names{"b25"});
}

TEST_CASE("hybrid without room on main is its base rule, and with room for all it is singular") {
  const Model m = random_model(2);
  for (const std::string rule : {"load-balanced", "capacity-balanced", "nsbp"}) {
    const PlanningInput input{m, Bytes{30'000'000}, 10, 1, nullptr, Bytes{1'000'000'000}};
    const ShardingPlan base = strategy(fmt::format(R"({{"strategy": "{}", "shards": 6}})", rule))->plan(input);
    const auto hybrid = [&](double share) {
      return strategy(
                 fmt::format(R"({{"strategy": "hybrid", "shards": 6, "rest": "{}", "main_share": {}}})", rule, share))
          ->plan(input);
    };
    const ShardingPlan none = hybrid(0);
    CHECK(none.main.empty());
    REQUIRE(none.shards.size() == base.shards.size());
    for (std::size_t s = 0; s < base.shards.size(); ++s) {
      REQUIRE(none.shards[s].tables.size() == base.shards[s].tables.size());
      for (std::size_t i = 0; i < base.shards[s].tables.size(); ++i) {
        CHECK(none.shards[s].tables[i].table == base.shards[s].tables[i].table);
        CHECK(none.shards[s].tables[i].part == base.shards[s].tables[i].part);
      }
    }
    const ShardingPlan all = hybrid(1);
    CHECK(all.main.size() == tables_of(m).size());
    for (const PlannedShard& s : all.shards) CHECK(s.tables.empty());
  }
}

namespace {

std::string complaint_of(const std::string& plan, const Model& m) {
  Document d = Document::wrap(Json::parse(plan), "test", {});
  const auto complaint = check_plan(read_document<ShardingPlan>(d), m);
  return complaint ? complaint->key + ": " + complaint->message : "";
}

}  // namespace

TEST_CASE("a table is cut in equal columns or not at all, and all its parts are cut the same way") {
  Model m;
  m.nets = {net_of("a", {10})};
  Table& t = m.nets[0].tables[0];
  t.dim = 65;
  const auto halves = [](const std::string& one, const std::string& other) {
    return fmt::format(R"({{"shards": [{{"name": "s", "tables": [
      {{"table": "a10", "part": 0, "parts": 2{}}}, {{"table": "a10", "part": 1, "parts": 2{}}}]}}]}})",
                       one, other);
  };
  const std::string columns = R"(, "split": "columns")";
  CHECK(complaint_of(halves(columns, columns), m) ==
        "shards/0/tables/0/parts: table 'a10': dim 65 cannot be cut in 2 equal columns");
  CHECK(complaint_of(halves("", ""), m) == "");
  t.dim = 64;
  CHECK(complaint_of(halves(columns, columns), m) == "");
  CHECK(complaint_of(halves(columns, ""), m) ==
        "shards/0/tables/1/split: table 'a10' is split by rows here and by columns at /shards/0/tables/0");
}

TEST_CASE("a slice of columns has all rows, and a scale and a bias of its own where elements are quantised") {
  Table t;
  t.name = "t";
  t.rows = 1000;
  t.dim = 64;
  Placement part{"t", 1, 4};
  part.split = Split::columns;
  CHECK(bytes_of(t, part).count == 1000 * 16 * 4);
  t.dtype = ElementType::int8;
  CHECK(bytes_of(t, part).count == 1000 * (16 + 8));
  part.parts = 1;
  CHECK(bytes_of(t, part) == t.bytes());
}

TEST_CASE("column-wise: a table's parts are on different shards, which get equally many lookups") {
  const Model m = random_model(4);  // dim 16
  const PlanningInput input{m, Bytes{1'000'000'000}, 10, 1};
  const ShardingPlan plan = strategy(R"({"strategy": "column-wise", "shards": 5, "parts": 2})")->plan(input);
  REQUIRE_FALSE(check_plan(plan, m));
  Bytes total;
  std::vector<double> loads;
  for (const PlannedShard& s : plan.shards) {
    std::set<std::string> tables;
    for (const Placement& p : s.tables) {
      CHECK(tables.insert(p.table).second);
      CHECK(p.split == Split::columns);
      CHECK(p.parts == 2);
    }
    total += placed_bytes(s.tables, m);
    const std::vector<double> each = estimated_loads(s.tables, input, 100);
    loads.push_back(std::accumulate(each.begin(), each.end(), 0.0));
  }
  CHECK(total == m.table_bytes());
  // Each of the two parts is asked for all lookups of its table.
  const std::vector<double> lookups = estimated_lookups(input, 100);
  const double all = 2 * std::accumulate(lookups.begin(), lookups.end(), 0.0);
  CHECK(std::accumulate(loads.begin(), loads.end(), 0.0) == Approx(all));
  CHECK(*std::max_element(loads.begin(), loads.end()) < 1.05 * all / 5);

  // By width: 16 columns in slices of 4; tables that are no wider stay whole.
  const ShardingPlan narrow = strategy(R"({"strategy": "column-wise", "shards": 5, "width": 4})")->plan(input);
  for (const PlannedShard& s : narrow.shards)
    for (const Placement& p : s.tables) CHECK(p.parts == 4);
  const ShardingPlan wide = strategy(R"({"strategy": "column-wise", "shards": 5, "width": 24})")->plan(input);
  for (const PlannedShard& s : wide.shards)
    for (const Placement& p : s.tables) CHECK((p.parts == 1 && p.split == Split::rows));
  // More parts than shards: as few on each as may be.
  const ShardingPlan many = strategy(R"({"strategy": "column-wise", "shards": 3, "parts": 4})")->plan(input);
  for (const PlannedShard& s : many.shards)
    CHECK(std::count_if(s.tables.begin(), s.tables.end(), [](const Placement& p) { return p.table == "t0_0"; }) <= 2);
  CHECK_THROWS_WITH(strategy(R"({"strategy": "column-wise", "shards": 5})")->plan(input),
                    Catch::Contains("dim 16 cannot be cut in 5 equal columns"));
  CHECK_THROWS_WITH(strategy(R"({"strategy": "column-wise", "shards": 5, "width": 5})")->plan(input),
                    Catch::Contains("dim 16 cannot be cut in columns of 5"));
}

TEST_CASE("table-row-wise: a table is on one group of shards, and its rows on all of the group") {
  Model m = random_model(6);
  m.nets[0].tables[0].rows = 2;  // fewer than the shards of a group
  m.nets[0].tables[1].rows = 1;
  const std::string balance = GENERATE(as<std::string>(), "lookups", "bytes");
  const PlanningInput input{m, Bytes{1'000'000'000}, 10, 1};
  const ShardingPlan plan =
      strategy(R"({"strategy": "table-row-wise", "shards": 6, "group": 3, "balance": ")" + balance + "\"}")
          ->plan(input);
  REQUIRE_FALSE(check_plan(plan, m));
  std::map<std::string, std::set<std::size_t>> shards_of;
  std::vector<double> of_group(2);
  for (std::size_t s = 0; s < 6; ++s) {
    for (const Placement& p : plan.shards[s].tables) shards_of[p.table].insert(s);
    const std::vector<double> loads = estimated_loads(plan.shards[s].tables, input, 1000);
    of_group[s / 3] += balance == "bytes" ? static_cast<double>(placed_bytes(plan.shards[s].tables, m).count)
                                          : std::accumulate(loads.begin(), loads.end(), 0.0);
  }
  for (const auto& [table, shards] : shards_of) {
    CAPTURE(table);
    CHECK(*shards.begin() / 3 == *shards.rbegin() / 3);
    CHECK(shards.size() == (table == "t0_0" || table == "t0_1" ? 1 : 3));
  }
  // Greedy, largest first: the two differ by no more than the largest table, here far less.
  const double larger = std::max(of_group[0], of_group[1]);
  if (balance == "lookups") CHECK(larger < 1.02 * (of_group[0] + of_group[1]) / 2);
  if (balance == "bytes") CHECK(larger - std::min(of_group[0], of_group[1]) <= 64'000'000);  // its largest table
}
