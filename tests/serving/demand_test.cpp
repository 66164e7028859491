// SPDX-License-Identifier: Apache-2.0
// What a batch asks of each server, against sums by hand. A lookup takes 116 ns (100 ns, and 1 ns for each of 16
// bytes), of which 16 ns remain for a row that was just read; it moves a cache line of 64 bytes. A pooled vector is 16
// bytes.
#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <set>

#include "scenarios.hpp"
#include "serving/demand.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

constexpr double kLookupPs = 116'000;
constexpr double kAgainPs = 16'000;

// Tables a (per item), b (per query) in the first net, c (per item, 30 ms a batch, as measured) in the second.
const std::string kThreeTables = R"({
  "model": {"name": "three", "nets": [
    {"name": "first", "bottom_mlp": {"layers": [13, 8]}, "tables": [
      {"name": "a", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 3}},
      {"name": "b", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 3}, "per": "query"}]},
    {"name": "second", "tables": [
      {"name": "c", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 3}, "time": "30 ms"}]}]},
  "sharding": {"strategy": "one-shard"},
  "cluster": {"main": {"platform": PLATFORM}, "sparse": {"platform": PLATFORM}},
  "topology": {"type": "star", "up_latency": "0 us", "down_latency": "0 us", "frontend": {"host": "main0"}},
  "traffic": {"arrivals": {"type": "serial"}, "items": {"type": "fixed", "value": 4}, "queries": 1}
})";
enum TableNumber : std::size_t { a, b, c };
enum NetNumber : std::size_t { first_net, second_net };

std::string three_tables() {
  std::string platform = kFreePlatform;
  const auto replace = [](std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
      text.replace(at, what.size(), by);
  };
  replace(platform, R"("lookup": {"time": "0 ns", "time_per_byte": "0 ns"})",
          R"("lookup": {"time": "100 ns", "time_per_byte": "1 ns"})");
  std::string text = kThreeTables;
  replace(text, "PLATFORM", platform);
  return text;
}

// The one place that knows how demands are made: of a plan ({"main": [...], "shards": [[...], ...]}, by table).
class Demands {
 public:
  using Changes = std::vector<std::pair<std::string, std::string>>;
  explicit Demands(const std::string& plan, bool deduplicate = false, Changes changes = {})
      : scenario_(scenario(three_tables(), with(std::move(changes), plan))),
        model_(served_model(scenario_)),
        plan_(make_plan(scenario_, model_)),
        deployment_(deploy(scenario_.cluster, services_of(plan_), *scenario_.topology)),
        demands_(model_, plan_, deployment_.services, none_tiered_, with(deduplicate), 1, 0) {}

  DemandModel& operator*() { return demands_; }
  DemandModel* operator->() { return &demands_; }
  const Model& model() const { return model_; }

 private:
  static Changes with(Changes changes, const std::string& plan) {
    changes.emplace_back("sharding", plan);
    return changes;
  }
  const ServingSpec& with(bool deduplicate) {
    scenario_.serving.dedup = deduplicate ? Dedup::batch : Dedup::none;
    return scenario_.serving;
  }
  Scenario scenario_;
  Model model_;
  ShardingPlan plan_;
  Deployment deployment_;
  std::vector<std::vector<TieredTable>> none_tiered_{plan_.shards.size() + 1};
  DemandModel demands_;
};

// a and c on the first shard, b on the second.
const std::string kWhole = R"({"plan": {"shards": [
  {"name": "s0", "tables": [{"table": "a"}, {"table": "c"}]}, {"name": "s1", "tables": [{"table": "b"}]}]}})";
// c on the main shard; of a and b, one half on each shard: even rows on the first, odd on the second.
const std::string kSplit = R"({"plan": {"main": [{"table": "c"}], "shards": [
  {"name": "s0", "tables": [{"table": "a", "part": 0, "parts": 2}, {"table": "b", "part": 0, "parts": 2}]},
  {"name": "s1", "tables": [{"table": "a", "part": 1, "parts": 2}, {"table": "b", "part": 1, "parts": 2}]}]}})";
enum Target : std::size_t { on_main, on_s0, on_s1 };

// 4 items: 8 lookups in a, 3 in b, 12 in c.
Query query_of_four(std::uint64_t id = 0) {
  Query q;
  q.id = id;
  q.items = 4;
  q.lookups = {8, 3, 12};
  return q;
}

// The same, which says which rows of a and b.
Query query_with_rows() {
  Query q = query_of_four();
  q.rows = {0, 2, 2, 2, 1, 3, 5, 4, /* b */ 7, 7, 8};
  q.first_row = {0, 8, 11, 11};
  return q;
}

// A row number is 8 bytes, the offset of a bag 4.
void check(Demand d, std::int64_t lookups, std::int64_t distinct, std::int64_t bags, double gather_ps) {
  CHECK(d.lookups == lookups);
  CHECK(d.bags == bags);
  CHECK(d.gather_ps == Approx(gather_ps));
  CHECK(d.request.count == 8 * distinct + 4 * bags);
  CHECK(d.response.count == 16 * bags);
}
// Beside the distinct rows, where in the list of them each lookup finds its own: 4 bytes.
void check_without_duplicates(Demand d, std::int64_t lookups, std::int64_t distinct, std::int64_t bags,
                              double gather_ps) {
  d.request.count -= 4 * lookups;
  check(d, lookups, distinct, bags, gather_ps);
}
bool asks_nothing(const Demand& d) {
  return d.lookups == 0 && d.bags == 0 && d.gather_ps == 0 && d.traffic.count == 0 && d.request.count == 0 &&
         d.response.count == 0 && d.partial.count == 0;
}

}  // namespace

TEST_CASE("a batch asks of each server what its items look up there") {
  Demands demands(kWhole);
  CHECK(demands->targets() == 3);
  CHECK(demands->remote_targets(first_net) == std::vector<std::size_t>{on_s0, on_s1});
  CHECK(demands->remote_targets(second_net) == std::vector<std::size_t>{on_s0});

  // Items 0 and 1 of four: half of what is looked up for items, and all of what is looked up for the query.
  const std::vector<Demand> first = demands->of_batch(query_of_four(), first_net, 0, 0, 2);
  CHECK(asks_nothing(first[on_main]));
  check(first[on_s0], 4, 4, 2, 4 * kLookupPs);
  check(first[on_s1], 3, 3, 1, 3 * kLookupPs);
  CHECK(first[on_s0].traffic.count == 4 * 64);
  CHECK(first[on_s0].partial.count == 0);

  // A measured time is the batch's, whatever its lookups; how much memory it moved is not known.
  const std::vector<Demand> second = demands->of_batch(query_of_four(), second_net, 0, 0, 1);
  check(second[on_s0], 3, 3, 1, 30e9);
  CHECK(second[on_s0].traffic.count == 0);
  CHECK(asks_nothing(second[on_s1]));
}

TEST_CASE("lookups that items do not share evenly are all in one batch or another") {
  Query q = query_of_four();
  q.items = 3;  // 8 lookups: 2, 3 and 3
  Demands demands(kWhole);
  std::vector<std::int64_t> of_item;
  for (int i = 0; i < 3; ++i)
    of_item.push_back(demands->of_batch(q, first_net, static_cast<std::uint32_t>(i), i, i + 1)[on_s0].lookups);
  CHECK(of_item == std::vector<std::int64_t>{2, 3, 3});
}

TEST_CASE("what is looked up for a query is asked by each of its batches, whoever asked before") {
  Demands demands(kWhole, false, {{"model.nets.1.tables.0.per", R"("query")"}});
  const Query one = query_of_four(1);
  Query other = query_of_four(2);
  other.lookups[c] = 5;
  for (const Query& q : {one, other, one})
    for (int item = 0; item < 4; ++item) {
      const auto batch = static_cast<std::uint32_t>(item);
      check(demands->of_batch(q, second_net, batch, item, item + 1)[on_s0], q.lookups[c], q.lookups[c], 1, 30e9);
      CHECK(demands->of_batch(q, first_net, batch, item, item + 1)[on_s0].lookups == 2);
    }
}

TEST_CASE("an absent feature is not asked for") {
  Query q = query_of_four();
  q.lookups[b] = 0;
  Demands demands(kWhole);
  const std::vector<Demand> d = demands->of_batch(q, first_net, 0, 0, 4);
  check(d[on_s0], 8, 8, 4, 8 * kLookupPs);
  CHECK(asks_nothing(d[on_s1]));
}

TEST_CASE("the message that carries a query has all its lookups and dense features") {
  Demands demands(kWhole);
  // 23 lookups; bags of 4 items in a and c, and one in b; 13 dense features of 4 bytes an item.
  CHECK(demands->query_bytes(query_of_four()).count == 23 * 8 + 9 * 4 + 13 * 4 * 4);
  Query q = query_of_four();
  q.lookups[a] = 0;
  CHECK(demands->query_bytes(q).count == 15 * 8 + 5 * 4 + 13 * 4 * 4);
}

TEST_CASE("without duplicates each row is asked for once a batch, and read once") {
  Demands demands(kWhole, true);
  const std::vector<Demand> d = demands->of_batch(query_with_rows(), first_net, 0, 0, 2);
  // Of a the rows 0, 2, 2, 2; of b 7, 7, 8.
  check_without_duplicates(d[on_s0], 4, 2, 2, 2 * kLookupPs + 2 * kAgainPs);
  check_without_duplicates(d[on_s1], 3, 2, 1, 2 * kLookupPs + 1 * kAgainPs);
  CHECK(d[on_s0].traffic.count == 2 * 64);
  // With duplicates, the same rows are asked for again and again.
  Demands plain(kWhole);
  check(plain->of_batch(query_with_rows(), first_net, 0, 0, 2)[on_s0], 4, 4, 2, 4 * kLookupPs);
}

TEST_CASE("a split table is asked for where its rows are") {
  const bool deduplicate = GENERATE(false, true);
  CAPTURE(deduplicate);
  Demands demands(kSplit, deduplicate);
  const std::vector<Demand> d = demands->of_batch(query_with_rows(), first_net, 0, 0, 4);
  // a: items have (0, 2), (2, 2), (1, 3), (5, 4). Even rows 0, 2, 2, 2, 4 are in three bags; odd 1, 3, 5 in two.
  // b: 8 is even, 7 and 7 are odd; either shard has some of the one bag.
  const auto gather = [&](int distinct, int again) {
    return deduplicate ? distinct * kLookupPs + again * kAgainPs : (distinct + again) * kLookupPs;
  };
  const auto check_either = deduplicate ? check_without_duplicates : check;
  check_either(d[on_s0], 5 + 1, deduplicate ? 3 + 1 : 6, 3 + 1, gather(4, 2));
  check_either(d[on_s1], 3 + 2, deduplicate ? 3 + 1 : 5, 2 + 1, gather(4, 1));
  // What comes back are partial sums, to be added up.
  for (const Target t : {on_s0, on_s1}) CHECK(d[t].partial == d[t].response);
  CHECK(asks_nothing(d[on_main]));
}

namespace {

// a in two slices of two columns, on both shards; b whole on the second; c on the main shard.
const std::string kColumns = R"({"plan": {"main": [{"table": "c"}], "shards": [
  {"name": "s0", "tables": [{"table": "a", "part": 0, "parts": 2, "split": "columns"}]},
  {"name": "s1", "tables": [{"table": "a", "part": 1, "parts": 2, "split": "columns"}, {"table": "b"}]}]}})";
constexpr double kSlicePs = 108'000;  // of 8 bytes a row
constexpr double kSliceAgainPs = 8'000;

}  // namespace

TEST_CASE("each part of a table's columns is asked for every row, and answers with its slice of every bag") {
  Demands demands(kColumns);
  CHECK(demands->remote_targets(first_net) == std::vector<std::size_t>{on_s0, on_s1});
  // Items 0 and 1: 4 lookups in a, 2 bags; and 3 in b, a bag. A slice's vector is 8 bytes, a row number 8, an offset 4.
  const std::vector<Demand> d = demands->of_batch(query_of_four(), first_net, 0, 0, 2);
  CHECK(asks_nothing(d[on_main]));
  CHECK(d[on_s0].lookups == 4);
  CHECK(d[on_s0].bags == 2);
  CHECK(d[on_s0].gather_ps == Approx(4 * kSlicePs));
  CHECK(d[on_s0].traffic.count == 4 * 64);
  CHECK(d[on_s0].request.count == 4 * 8 + 2 * 4);
  CHECK(d[on_s0].response.count == 2 * 8);
  CHECK(d[on_s1].lookups == 4 + 3);
  CHECK(d[on_s1].bags == 2 + 1);
  CHECK(d[on_s1].gather_ps == Approx(4 * kSlicePs + 3 * kLookupPs));
  CHECK(d[on_s1].request.count == (4 + 3) * 8 + (2 + 1) * 4);
  CHECK(d[on_s1].response.count == 2 * 8 + 16);
  for (const Demand& of : d) CHECK(of.partial.count == 0);  // side by side, nothing to add up

  // What comes back is as much as of the whole tables.
  Demands whole(kWhole);
  const std::vector<Demand> w = whole->of_batch(query_of_four(), first_net, 0, 0, 2);
  CHECK(d[on_s0].response + d[on_s1].response == w[on_s0].response + w[on_s1].response);
}

TEST_CASE("without duplicates each slice of columns is asked for each row once, and reads it once") {
  Demands demands(kColumns, true);
  const std::vector<Demand> d = demands->of_batch(query_with_rows(), first_net, 0, 0, 2);
  // Of a the rows 0, 2, 2, 2 in both slices; of b 7, 7, 8. A position in the list of rows is 4 bytes.
  CHECK(d[on_s0].gather_ps == Approx(2 * kSlicePs + 2 * kSliceAgainPs));
  CHECK(d[on_s0].traffic.count == 2 * 64);
  CHECK(d[on_s0].request.count == 2 * 8 + 2 * 4 + 4 * 4);
  CHECK(d[on_s1].gather_ps == Approx(2 * kSlicePs + 2 * kSliceAgainPs + 2 * kLookupPs + kAgainPs));
  CHECK(d[on_s1].request.count == (2 + 2) * 8 + 3 * 4 + (4 + 3) * 4);
}

TEST_CASE("a table in one part of all columns is the table, and two slices on a shard are two tables there") {
  const auto plan = [](const std::string& a) {
    return R"({"plan": {"shards": [{"name": "s0", "tables": [)" + a +
           R"(, {"table": "c"}]}, {"name": "s1", "tables": [{"table": "b"}]}]}})";
  };
  Demands whole(kWhole);
  Demands one(plan(R"({"table": "a", "split": "columns"})"));
  Demands two(plan(R"({"table": "a", "part": 0, "parts": 2, "split": "columns"},
                      {"table": "a", "part": 1, "parts": 2, "split": "columns"})"));
  const std::vector<Demand> w = whole->of_batch(query_of_four(), first_net, 0, 0, 3);
  const std::vector<Demand> o = one->of_batch(query_of_four(), first_net, 0, 0, 3);
  for (std::size_t t = 0; t < w.size(); ++t) {
    CHECK(o[t].lookups == w[t].lookups);
    CHECK(o[t].bags == w[t].bags);
    CHECK(o[t].gather_ps == w[t].gather_ps);
    CHECK(o[t].traffic == w[t].traffic);
    CHECK(o[t].request == w[t].request);
    CHECK(o[t].response == w[t].response);
  }
  const Demand d = two->of_batch(query_of_four(), first_net, 0, 0, 3)[on_s0];
  CHECK(d.lookups == 2 * w[on_s0].lookups);
  CHECK(d.request.count == 2 * w[on_s0].request.count);
  CHECK(d.response == w[on_s0].response);
}

TEST_CASE("slices of columns divide a measured time, and do not care which rows are looked up") {
  const std::string c = R"({"plan": {"main": [{"table": "a"}, {"table": "b"},
    {"table": "c", "part": 0, "parts": 2, "split": "columns"}],
    "shards": [{"name": "s", "tables": [{"table": "c", "part": 1, "parts": 2, "split": "columns"}]}]}})";
  Demands demands(c);
  const std::vector<Demand> d = demands->of_batch(query_of_four(), second_net, 0, 0, 1);
  CHECK(d[0].gather_ps == Approx(15e9));
  CHECK(d[1].gather_ps == Approx(15e9));
  CHECK(d[1].lookups == 3);
  CHECK(Demands(kColumns)->rows_matter() == std::vector<bool>{false, false, false});
}

TEST_CASE("without rows, lookups of a split table fall on its parts at random, as its rows do") {
  Demands demands(kSplit);
  std::int64_t on_first = 0;
  constexpr int kQueries = 2000;
  for (int id = 0; id < kQueries; ++id) {
    const Query q = query_of_four(static_cast<std::uint64_t>(id));
    const std::vector<Demand> d = demands->of_batch(q, first_net, 0, 0, 4);
    REQUIRE(d[on_s0].lookups + d[on_s1].lookups == 8 + 3);
    for (const Target t : {on_s0, on_s1}) {
      REQUIRE(d[t].bags <= d[t].lookups);
      REQUIRE(d[t].bags <= 4 + 1);
      REQUIRE((d[t].bags > 0) == (d[t].lookups > 0));
      REQUIRE(d[t].partial == d[t].response);
    }
    on_first += d[on_s0].lookups;
  }
  // Binomial(22,000, 1/2): four standard deviations are 297.
  CHECK(std::abs(on_first - kQueries * 11 / 2) < 297);
}

TEST_CASE("how lookups fall on parts belongs to the query: asked again, it is the same") {
  Demands demands(kSplit);
  Demands others(kSplit);
  bool differs_by_batch = false;
  for (std::uint64_t id = 0; id < 50; ++id) {
    const Query q = query_of_four(id);
    const std::vector<Demand> once = demands->of_batch(q, first_net, 0, 0, 4);
    others->of_batch(query_of_four(id + 1), first_net, 3, 0, 4);
    REQUIRE(once[on_s0].lookups == others->of_batch(q, first_net, 0, 0, 4)[on_s0].lookups);
    differs_by_batch =
        differs_by_batch || once[on_s0].lookups != demands->of_batch(q, first_net, 1, 0, 4)[on_s0].lookups;

    // The query's own bag, in b, is one and the same in each of its batches.
    Query of_b = q;
    of_b.lookups[a] = 0;
    REQUIRE(demands->of_batch(of_b, first_net, 0, 0, 2)[on_s0].lookups ==
            demands->of_batch(of_b, first_net, 1, 2, 4)[on_s0].lookups);
  }
  CHECK(differs_by_batch);
}

TEST_CASE("a measured time is divided among the holders of a split table by their lookups") {
  Demands demands(R"({"plan": {"main": [{"table": "a"}, {"table": "b"}, {"table": "c", "part": 0, "parts": 2}],
    "shards": [{"name": "s", "tables": [{"table": "c", "part": 1, "parts": 2}]}]}})");
  const std::vector<Demand> d = demands->of_batch(query_of_four(), second_net, 0, 0, 4);
  CHECK(d[0].gather_ps + d[1].gather_ps == Approx(30e9));
  CHECK(d[0].gather_ps == Approx(30e9 * static_cast<double>(d[0].lookups) / 12));
}

TEST_CASE("which rows are looked up matters where a table is split or duplicates are removed") {
  CHECK(Demands(kWhole)->rows_matter() == std::vector<bool>{false, false, false});
  CHECK(Demands(kSplit)->rows_matter() == std::vector<bool>{true, true, false});
  CHECK(Demands(kWhole, true)->rows_matter() == std::vector<bool>{true, true, true});
}

TEST_CASE("a net that says how large its RPCs are has them that large") {
  Demands demands(kSplit, false, {{"model.nets.0.rpc", R"({"request": "1 kB", "response": "2 kB"})"}});
  Query q = query_of_four();
  q.lookups[b] = 0;
  q.lookups[a] = 1;
  const std::vector<Demand> d = demands->of_batch(q, first_net, 0, 0, 4);
  const Target asked = d[on_s0].lookups > 0 ? on_s0 : on_s1;
  CHECK(d[asked].request.count == 1000);
  CHECK(d[asked].response.count == 2000);
  // What is summed up on the main shard is vectors all the same.
  CHECK(d[asked].partial.count == 16);
  CHECK(asks_nothing(d[asked == on_s0 ? on_s1 : on_s0]));
}

namespace {

// A model of three nets, its plan, and a query, all at random: tables of few kinds on few servers, so that many are
// alike; some are split.
class RandomCase {
 public:
  explicit RandomCase(unsigned seed) : random_(seed) {
    for (int n = 0; n < 3; ++n) {
      Json net = {{"name", fmt::format("n{}", n)}};
      if (n == 1) net["rpc"] = {{"request", "1 kB"}, {"response", "2 kB"}};
      for (int tables = below(12), t = 0; t < tables; ++t) net["tables"].push_back(add_table(n, t));
      nets_.push_back(net);
    }
  }
  // A bag takes 20 ns.
  std::vector<std::pair<std::string, std::string>> changes() const {
    return {{"model.nets", nets_.dump()},
            {"cluster.main.platform.lookup.bag_time", "20 ns"},
            {"cluster.sparse.platform.lookup.bag_time", "20 ns"}};
  }
  std::string plan() const {
    Json shards = Json::array();
    for (std::size_t s = 1; s < placed_.size(); ++s)
      shards.push_back({{"name", fmt::format("s{}", s - 1)}, {"tables", placed_[s]}});
    return Json{{"plan", {{"main", placed_[0]}, {"shards", shards}}}}.dump();
  }
  const std::vector<std::vector<std::size_t>>& holders() const { return holders_; }  // by table and part
  bool by_columns(std::size_t table) const { return by_columns_[table]; }

  // With rows of all tables, or of the split ones alone, which must have them.
  Query query(const Model& model, bool all_rows) {
    Query q;
    q.items = 1 + below(below(2) == 0 ? 5 : 60);
    const std::vector<PlacedTable> tables = tables_of(model);
    for (std::size_t t = 0; t < tables.size(); ++t) {
      q.lookups.push_back(below(4) == 0 ? 0 : below(below(2) == 0 ? 10 : 300));
      q.first_row.push_back(q.rows.size());
      if (all_rows || holders_[t].size() > 1)
        for (int i = 0; i < q.lookups[t]; ++i) q.rows.push_back(below(static_cast<int>(tables[t].table->rows)));
    }
    q.first_row.push_back(q.rows.size());
    return q;
  }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  Json add_table(int n, int t) {
    const std::string name = fmt::format("n{}t{}", n, t);
    Json table = {{"name", name},
                  {"rows", 8 + below(50)},
                  {"dim", below(2) == 0 ? 4 : 32},
                  {"pooling", {{"type", "fixed"}, {"value", 1}}},
                  {"per", below(3) == 0 ? "query" : "item"}};
    if (below(6) == 0) table["time"] = "7 us";
    const int parts = below(4) == 0 ? 2 + below(3) : 1;
    by_columns_.push_back(parts % 2 == 0 && below(2) == 0);  // all widths are even
    std::vector<std::size_t>& holders = holders_.emplace_back();
    for (int p = 0; p < parts; ++p) {
      holders.push_back(static_cast<std::size_t>(below(static_cast<int>(placed_.size()))));
      placed_[holders.back()].push_back(
          {{"table", name}, {"part", p}, {"parts", parts}, {"split", by_columns_.back() ? "columns" : "rows"}});
    }
    return table;
  }
  std::mt19937 random_;
  Json nets_ = Json::array();
  std::vector<std::vector<std::size_t>> holders_;
  std::vector<bool> by_columns_;
  std::vector<Json> placed_ = std::vector<Json>(4, Json::array());
};

// What a batch asks of a target, counted lookup by lookup.
Demand counted(const Model& model, const RandomCase& c, const Query& q, bool deduplicate, std::size_t net, int first,
               int last, std::size_t target) {
  Demand d;
  std::int64_t vectors = 0;
  std::int64_t asked_rows = 0;
  const std::vector<PlacedTable> tables = tables_of(model);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const Table& table = *tables[t].table;
    const std::vector<std::size_t>& holders = c.holders()[t];
    const std::set<std::size_t> different(holders.begin(), holders.end());
    if (tables[t].net != net || !different.contains(target)) continue;
    const bool columns = c.by_columns(t);
    const bool summed = !columns && different.size() > 1;
    const std::int64_t slices = columns ? std::count(holders.begin(), holders.end(), target) : 1;
    const int dim = columns ? table.dim / static_cast<int>(holders.size()) : table.dim;
    const bool by_row = q.first_row[t] < q.first_row[t + 1];
    std::int64_t all = 0;
    std::int64_t here = 0;
    std::set<std::int64_t> rows;
    std::set<int> bags;
    for (std::int64_t i = 0, item = 0; i < q.lookups[t]; ++i) {
      while (i >= std::int64_t{q.lookups[t]} * (item + 1) / q.items) ++item;
      if (table.per == Per::item && (item < first || item >= last)) continue;
      ++all;
      const std::int64_t row = by_row ? q.rows[q.first_row[t] + static_cast<std::size_t>(i)] : 0;
      const int parts = static_cast<int>(holders.size());
      const auto part = static_cast<std::size_t>(part_of_row(row, table.rows, parts, SplitBy::modulus));
      if (!columns && holders[part] != target) continue;
      ++here;
      rows.insert(row);
      bags.insert(table.per == Per::item ? static_cast<int>(item) : 0);
    }
    if (here == 0) continue;
    const auto distinct = deduplicate ? static_cast<std::int64_t>(rows.size()) : here;
    // Of a whole table, all bags come back, those without a lookup too.
    const std::int64_t of_batch = table.per == Per::item ? last - first : 1;
    const auto answered = summed ? static_cast<std::int64_t>(bags.size()) : of_batch;
    d.lookups += slices * here;
    d.bags += slices * answered;
    asked_rows += slices * distinct;
    vectors += slices * answered * dim * 4;
    if (summed) d.partial.count += answered * dim * 4;
    const double byte_ps = 1000.0 * 4 * dim;  // 1 ns a byte; 100 ns more for the first time
    const double ps = table.time ? 7e6 * static_cast<double>(here) / static_cast<double>(all) * dim / table.dim
                                 : static_cast<double>(here) * byte_ps + static_cast<double>(distinct) * 100e3 +
                                       static_cast<double>(answered) * 20e3;
    d.gather_ps += static_cast<double>(slices) * ps;
    if (!table.time) d.traffic.count += slices * distinct * std::max(64, 4 * dim);
  }
  d.request.count = 8 * asked_rows + 4 * d.bags + (deduplicate ? 4 * d.lookups : 0);
  d.response.count = vectors;
  if (model.nets[net].rpc && d.lookups > 0) d.request.count = 1000, d.response.count = 2000;
  return d;
}

}  // namespace

TEST_CASE("demands of models, plans and queries at random are what is counted lookup by lookup") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const bool deduplicate = seed % 3 == 0;
    RandomCase c(seed);
    Demands demands(c.plan(), deduplicate, c.changes());
    const Query q = c.query(demands.model(), deduplicate);
    const int batch_items = 1 + c.below(q.items + 3);
    for (std::size_t net = 0; net < 3; ++net)
      for (int first = 0; first < q.items; first += batch_items) {
        const int last = std::min(first + batch_items, q.items);
        const std::vector<Demand>& found = demands->of_batch(q, net, 0, first, last);
        for (std::size_t target = 0; target < demands->targets(); ++target) {
          CAPTURE(seed, net, first, last, q.items, target);
          const Demand expected = counted(demands.model(), c, q, deduplicate, net, first, last, target);
          REQUIRE(found[target].lookups == expected.lookups);
          REQUIRE(found[target].bags == expected.bags);
          REQUIRE(found[target].gather_ps == Approx(expected.gather_ps).epsilon(1e-12));
          REQUIRE(found[target].traffic == expected.traffic);
          REQUIRE(found[target].request == expected.request);
          REQUIRE(found[target].response == expected.response);
          REQUIRE(found[target].partial == expected.partial);
        }
      }
  }
}
