// SPDX-License-Identifier: Apache-2.0
// Operators over sequences, and what is expected of nets that a query walks several times, or with few of its items:
// against sums by hand.
#include <catch2/catch.hpp>

#include "model/cost.hpp"
#include "model/walks.hpp"
#include "sharding/packing.hpp"

using namespace shardsim;

namespace {

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<T>(d);
}

Net net(const std::string& more) { return parsed<Net>(R"({"name": "n")" + more + "}"); }

}  // namespace

TEST_CASE("attention: 8 L d^2 for projections, 4 L^2 d for scores and their sum, 4 L d f behind them") {
  // 8 * 10 * 16^2 = 20,480; 4 * 10^2 * 16 = 6,400; 4 * 10 * 16 * 32 = 20,480
  CHECK(flop_of(Attention{10, 16, 4, 0, 1}) == 20'480 + 6'400);
  CHECK(flop_of(Attention{10, 16, 1, 32, 1}) == 20'480 + 6'400 + 20'480);
  CHECK(flop_of(Attention{10, 16, 4, 32, 3}) == 3 * (20'480 + 6'400 + 20'480));
  CHECK(weights_of(Attention{10, 16, 4, 32, 3}) == 3 * (4 * 256 + 2 * 16 * 32));
}

TEST_CASE("recurrent layers: two products for each gate and step") {
  // 8 * 16 + 16 * 16 = 384 weights a gate
  CHECK(weights_of(Recurrent{RecurrentKind::simple, 8, 16, 5}) == 384);
  CHECK(weights_of(Recurrent{RecurrentKind::gru, 8, 16, 5}) == 3 * 384);
  CHECK(weights_of(Recurrent{RecurrentKind::lstm, 8, 16, 5}) == 4 * 384);
  CHECK(flop_of(Recurrent{RecurrentKind::gru, 8, 16, 5}) == 5 * 2 * 3 * 384);
}

TEST_CASE("each row of a net goes through attention and recurrent layers; their weights are dense bytes") {
  const Net n = net(R"(, "top_mlp": {"layers": [10, 5]}, "attention": [{"length": 10, "dim": 16, "feed_forward": 32}],
                      "recurrent": [{"kind": "lstm", "input": 8, "hidden": 16, "steps": 5}])");
  const CoreFigures core{{1e9}, 0.5, 8};  // 2 ns a FLOP; 8 rows' worth of overhead
  const double flop = 100 + 47'360 + 5 * 2 * 4 * 384;
  CHECK(to_microseconds(dense_times(n, core).after(4)) == Approx((4 + 8) * flop * 2e-3));
  CHECK(dense_times(n, core).before(4) == Duration::zero());
  Model m;
  m.nets = {n};
  CHECK(m.dense_bytes().count == 4 * (50 + 4 * 256 + 2 * 16 * 32 + 4 * 384));
}

TEST_CASE("of a query's items a net keeps a share, rounded, or so many; at least one") {
  const KeptItems tenth{0.1, std::nullopt};
  CHECK(tenth.of(100) == 10);
  CHECK(tenth.of(15) == 2);
  CHECK(tenth.of(14) == 1);
  CHECK(tenth.of(1) == 1);
  const KeptItems hundred{std::nullopt, 100};
  CHECK(hundred.of(1000) == 100);
  CHECK(hundred.of(50) == 50);
}

TEST_CASE("how often a net is expected to be walked") {
  CHECK(walked_once(net("")));
  CHECK(expected_times(net("")) == 1);
  CHECK(expected_times(net(R"(, "repeat": {"type": "fixed", "value": 3})")) == 3);
  CHECK(expected_times(net(R"(, "repeat": {"type": "fixed", "value": 3}, "probability": 0.25)")) == 0.75);
  // Rounded: 1 with 3/8, 2 and 3 with a quarter each, 4 with 1/8 (0.5 and less is 1 too).
  CHECK(mean_times(net(R"(, "repeat": {"type": "uniform", "low": 0, "high": 4})")) ==
        Approx((3 * 1 + 2 * 2 + 2 * 3 + 1 * 4) / 8.0).epsilon(0.002));
  // Never more than 256 times.
  CHECK(mean_times(net(R"(, "repeat": {"type": "uniform", "low": 0, "high": 512})")) ==
        Approx(0.5 * 256 + 0.5 * 128).epsilon(0.005));
  CHECK(expected_items(net(R"(, "items": {"share": 0.1})"), 40) == Approx(4));
  CHECK(expected_items(net(R"(, "items": {"share": 0.1})"), 5) == 1);
  CHECK(expected_items(net(R"(, "items": {"at_most": 8})"), 40) == 8);
}

TEST_CASE("a plan counts lookups as often as a net is expected to be walked, for the items that it keeps") {
  const Model model = parsed<Model>(R"({"name": "m", "nets": [
    {"name": "first", "probability": 0.5, "items": {"share": 0.25}, "tables": [
      {"name": "i", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 3}},
      {"name": "q", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 7}, "per": "query"}]},
    {"name": "second", "repeat": {"type": "fixed", "value": 5}, "tables": [
      {"name": "r", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 2}}]}]})");
  const std::vector<double> lookups = estimated_lookups({model, {}, 40, 1}, 10);
  CHECK(lookups[0] == Approx(3 * 10 * 0.5));
  CHECK(lookups[1] == Approx(7 * 0.5));
  CHECK(lookups[2] == Approx(2 * 40 * 5));
}
