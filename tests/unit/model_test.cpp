// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/compression.hpp"
#include "model/cost.hpp"

using namespace shardsim;

namespace {

Table table(std::int64_t rows, int dim, ElementType dtype = ElementType::fp32) {
  Table t;
  t.name = "t";
  t.rows = rows;
  t.dim = dim;
  t.dtype = dtype;
  return t;
}

Net net(const std::string& name, std::vector<std::string> after) {
  Net n;
  n.name = name;
  n.depends_on = std::move(after);
  return n;
}

}  // namespace

TEST_CASE("a row's bytes follow its element type; quantised rows carry scale and bias") {
  CHECK(table(1, 33, ElementType::fp32).row_bytes().count == 132);
  CHECK(table(1, 33, ElementType::fp16).row_bytes().count == 66);
  CHECK(table(1, 33, ElementType::bf16).row_bytes().count == 66);
  CHECK(table(1, 33, ElementType::int8).row_bytes().count == 33 + 8);
  CHECK(table(1, 33, ElementType::int4).row_bytes().count == 17 + 4);
  CHECK(lookup_traffic(table(1, 8)).count == 64);  // a cache line at least
  CHECK(lookup_traffic(table(1, 32)).count == 128);
}

TEST_CASE("dense time: FLOP over peak times efficiency, linear in rows") {
  Net n = net("n", {});
  n.bottom_mlp = Layers{{10, 20, 4}, {}, {}};  // 2 * (200 + 80) = 560 FLOP a row
  n.interaction = Interaction{InteractionKind::dot, 3, 512, {}, {}};
  n.top_mlp = Layers{{100, 1}, from_seconds(1e-6), from_seconds(1e-9)};  // 200 FLOP a row, 1 us and 1 ns a row
  n.tables = {table(1, 4), table(1, 4)};                                 // 3 vectors of 4: 3 pairs x 8 = 24 FLOP a row
  const CoreFigures core{{1e9}, 0.5, 8};                                 // 2 ns a FLOP; 8 rows' worth of overhead
  const DenseTimes times = dense_times(n, core);
  CHECK(to_microseconds(times.before(4)) == Approx((4 + 8) * 560 * 2e-3));
  CHECK(to_microseconds(times.after(4)) == Approx((4 + 8) * (24 + 200) * 2e-3 + 1 + 4e-3));
  n.interaction = Interaction{InteractionKind::low_rank_cross, 2, 5, {}, {}};  // 4 * 2 * 5 * 3 * 4 = 480 FLOP a row
  CHECK(to_microseconds(dense_times(n, core).after(4)) == Approx((4 + 8) * (480 + 200) * 2e-3 + 1 + 4e-3));
  // Unlike vectors: 4 + 12 + 4 = 20 wide, 4 * 2 * 5 * 20 = 800 FLOP a row. Weights: of 560 / 2 and 100, 2 * 2 * 5 * 20.
  n.tables[1].dim = 12;
  CHECK(to_microseconds(dense_times(n, core).after(4)) == Approx((4 + 8) * (800 + 200) * 2e-3 + 1 + 4e-3));
  Model m;
  m.nets = {n};
  CHECK(m.dense_bytes().count == 4 * (280 + 100 + 400));
  // Three times 10-20: 3 * 400 FLOP a row.
  n.repeated = {{{10, 20}, 3}};
  CHECK(to_microseconds(dense_times(n, core).after(4)) == Approx((4 + 8) * (800 + 1200 + 200) * 2e-3 + 1 + 4e-3));
}

TEST_CASE("the width of a top MLP's input follows from tables, bottom MLP and interaction") {
  // DeepRecSys' multi-task Wide & Deep: 43 tables of 32 beside 512 dense features make 1,888.
  Net n = net("n", {});
  n.bottom_mlp = Layers{{512}, {}, {}};
  for (int i = 0; i < 43; ++i) n.tables.push_back(table(10, 32));
  n.top_mlp = Layers{{}, {}, {}, {1024, 512}};
  CHECK(top_input(n)->width == 1888);
  CHECK(top_input(n)->sum == "43 tables x 32 + 512 of the bottom MLP");
  CHECK(top_widths(n) == std::vector<int>{1888, 1024, 512});
  const CoreFigures core{{1e9}, 1, 0};
  CHECK(to_microseconds(dense_times(n, core).after(1)) == Approx(2e-3 * (1888 * 1024 + 1024 * 512)));

  // DLRM's dot: pairs of the 43 tables' vectors and the bottom MLP's, and that once more.
  n.bottom_mlp = Layers{{13, 32}, {}, {}};
  n.interaction = Interaction{};
  n.interaction->kind = InteractionKind::dot;
  CHECK(top_input(n)->width == 44 * 43 / 2 + 32);
  n.interaction->output = 100;
  CHECK(top_input(n)->width == 100);

  n.interaction.reset();
  n.bottom_mlp = Layers{{}, from_seconds(1e-6), {}};  // an operator of measured time: nobody knows what it gives
  CHECK_FALSE(top_input(n));
}

TEST_CASE("a lookup costs its fixed time and a time for each byte of the row") {
  CHECK(lookup_ps(table(1, 32), {Duration(20'000), Duration(270)}) == 20'000 + 270 * 128);
}

TEST_CASE("nets are evaluated after those they depend on; a circle is refused") {
  Model m;
  m.nets = {net("last", {"left", "right"}), net("left", {"first"}), net("right", {"first"}), net("first", {})};
  CHECK(evaluation_order(m) == std::vector<std::size_t>{3, 1, 2, 0});
  m.nets[3].depends_on = {"last"};
  CHECK_THROWS_WITH(evaluation_order(m), Catch::Matchers::Contains("circle"));
}

TEST_CASE("compression changes element types and removes rows, never all of them") {
  Model m;
  m.nets = {net("n", {})};
  m.nets[0].tables = {table(1000, 32), table(1, 32)};
  const Model small = compressed(m, {ElementType::int8, 0.4});
  CHECK(small.nets[0].tables[0].bytes().count == 600 * 40);
  CHECK(small.nets[0].tables[1].rows == 1);
  CHECK(compressed(m, {}).table_bytes() == m.table_bytes());
}
