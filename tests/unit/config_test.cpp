// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "experiment/scenario.hpp"

using namespace shardsim;
using Catch::Matchers::Contains;

namespace {

template <class Q>
void round_trip() {
  std::mt19937_64 random(1);
  for (const Unit& unit : QuantityTraits<Q>::units()) {
    if (!std::isfinite(unit.size)) continue;
    for (int i = 0; i < 200; ++i) {
      const double number =
          i < 100 ? static_cast<double>(random() % 1000) : std::ldexp(static_cast<double>(random() % 100000), -7);
      const auto first = QuantityTraits<Q>::make(
          parse_quantity(fmt::format("{} {}", number, unit.name), QuantityTraits<Q>::units()).base);
      if (!first) continue;
      const std::string text = to_text(*first);
      CAPTURE(text);
      const ParsedQuantity again = parse_quantity(text, QuantityTraits<Q>::units());
      REQUIRE(again.error.empty());
      REQUIRE(*QuantityTraits<Q>::make(again.base) == *first);
    }
  }
}

Json small_scenario() {
  std::ifstream in(std::string(SHARDSIM_SOURCE_FOLDER) + "/tests/invalid/base/scenario.json");
  return Json::parse(in);
}
const std::filesystem::path kBase = std::filesystem::path(SHARDSIM_SOURCE_FOLDER) / "tests/invalid/base";

}  // namespace

TEST_CASE("every quantity prints as text that reads back to the same value") {
  round_trip<Duration>();
  round_trip<Bytes>();
  round_trip<Bandwidth>();
  round_trip<Rate>();
  round_trip<ComputeRate>();
  CHECK(to_text(Bandwidth{25e9 / 8}) == "25 Gbps");
  CHECK(to_text(Duration(10'000'000)) == "10 us");
  CHECK(to_text(Bandwidth::unlimited()) == "unlimited");
}

TEST_CASE("a quantity needs a number and a known unit, and is not negative") {
  const auto error = [](const char* text) { return parse_quantity(text, QuantityTraits<Bandwidth>::units()).error; };
  CHECK(error("25 Gbps").empty());
  CHECK(error("2.5e1Gbps").empty());
  CHECK_THAT(error("25"), Contains("no unit"));
  CHECK_THAT(error("25 Gbp"), Contains("did you mean 'Gbps'"));
  CHECK_THAT(error("Gbps"), Contains("does not begin with a number"));
  CHECK_THAT(error("-1 Gbps"), Contains("negative"));
  CHECK_THAT(error("1e308 Gbps"), Contains("too large"));  // and not unlimited
  CHECK(QuantityTraits<Bandwidth>::make(1e18));
  CHECK(!QuantityTraits<Bandwidth>::make(1.1e18));
  CHECK(QuantityTraits<Bandwidth>::make(HUGE_VAL)->is_unlimited());
  CHECK(!QuantityTraits<Rate>::make(1.1e18));
  CHECK_THAT(error("nan Gbps"), Contains("number"));
  CHECK_THAT(error("inf Gbps"), Contains("number"));
}

TEST_CASE("a scenario that is read and written reads and writes the same") {
  Document first = Document::wrap(small_scenario(), "s.json", kBase);
  const auto scenario = read_document<Scenario>(first);
  const Json written = value_type<Scenario>().write(&scenario, {});
  Document second = Document::wrap(written, "written", kBase);
  const auto again = read_document<Scenario>(second);
  CHECK(value_type<Scenario>().write(&again, {}) == written);
  CHECK(written["traffic"]["queries"] == 100);
  CHECK(written["model"]["name"] == "tiny");
}

TEST_CASE("an error in an included file names that file and the pointer within it") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "shardsim-config-test";
  std::filesystem::create_directories(folder / "sub");
  std::ofstream(folder / "sub/model.json") << R"({"name": "m", "nets": [{"name": "n", "per": "itm"}]})";
  Json s = small_scenario();
  s["model"] = "sub/model.json";
  s["topology"] = (kBase / "topology.json").string();
  for (const char* service : {"main", "sparse"}) s["cluster"][service]["platform"] = (kBase / "platform.json").string();
  Document d = Document::wrap(s, (folder / "s.json").string(), folder);
  CHECK_THROWS_WITH(read_document<Scenario>(d),
                    Contains("sub/model.json: /nets/0/per: found 'itm'; did you mean 'item'"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("settings by path change fields, elements by index and by name, and make what is missing") {
  Document d = Document::wrap(small_scenario(), "s.json", kBase);
  value_type<Scenario>().include_files(d.root, "", d);
  d.set("traffic.queries", "12");
  d.set("model.nets.1.tables.i.rows", "34");
  d.set("serving.jitter.dense", R"({"type": "exponential", "mean": 1})");
  const auto s = read_document<Scenario>(d);
  CHECK(s.traffic.queries == 12);
  CHECK(s.model.nets[1].tables[0].rows == 34);
  CHECK(s.serving.jitter.dense.has_value());
  CHECK_THROWS_WITH(d.set("model.nets.none.per", "item"), Contains("2 elements"));
  d.set("traffic.queris", "1");
  CHECK_THROWS_WITH(read_document<Scenario>(d), Contains("--set traffic.queris") && Contains("did you mean 'queries'"));
}

TEST_CASE("the schema of a scenario describes every field with its documentation") {
  const Json schema = schema_document(value_type<Scenario>(), "scenario");
  const Json& traffic = schema["$defs"]["traffic"]["anyOf"][0];
  for (const char* field : {"arrivals", "items", "queries", "warmup", "message"}) {
    CHECK(traffic["properties"].contains(field));
    CHECK_FALSE(traffic["properties"][field]["description"].get<std::string>().empty());
  }
  CHECK(traffic["required"] == Json::array({"arrivals", "queries"}));
  CHECK(traffic["additionalProperties"] == false);
  CHECK(schema["$defs"]["sharding"]["anyOf"].size() == strategy_registry().all().size() + 1);
}

TEST_CASE("an error is one line, whatever the names in it") {
  const std::string what = InputError("scenario.json", "/a\nb", "found '\x1b[31m\t\x7f\u00e9'").what();
  CHECK(what == "scenario.json: /a\\nb: found '\\x1b[31m\\t\\x7f\u00e9'");
}

TEST_CASE("a file without a size beforehand is read up to the limit") {
  CHECK_THROWS_WITH(read_text_file("/dev/zero", 1 << 20), Contains("more than the 1048576 bytes"));
  CHECK(read_text_file("/dev/null", 1 << 20).empty());
}

TEST_CASE("what no JSON file could hold cannot be set") {
  Document document = Document::wrap(small_scenario(), "s", kBase);
  CHECK_THROWS_WITH(document.set("description", "caf\xe9"), Contains("UTF-8"));
  CHECK_THROWS_WITH(document.set("caf\xe9", "1"), Contains("UTF-8"));
  document.set("description", "caf\u00e9");
  CHECK(document.root["description"] == "caf\u00e9");
}

TEST_CASE("what is empty on purpose is written, so that it is read back empty") {
  const Json plan =
      Json::parse(R"({"shards": [{"name": "a", "tables": [{"table": "t"}]}, {"name": "b", "tables": []}]})");
  Document document = Document::wrap(plan, "plan", {});
  const auto read = read_document<ShardingPlan>(document);
  CHECK(value_type<ShardingPlan>().write(&read, {})["shards"][1] == plan["shards"][1]);  // a required list
  Document choice = Document::wrap({{"on", ""}}, "placement", {});
  const auto nowhere = read_document<HostChoice>(choice);
  CHECK(value_type<HostChoice>().write(&nowhere, {})["on"] == "");  // a text that is "*" unless it is given
}

TEST_CASE("every share is written as it is read, such as 95 %") {
  const std::vector<Unit>& units = QuantityTraits<Share>::units();
  CHECK(parse_quantity("95 %", units).base == 0.95);
  CHECK(format_quantity(0.95, units) == "95 %");
  for (int i = 1; i < 10'000; ++i) {
    const double share = parse_quantity(fmt::format("{} %", i * 0.00917), units).base;
    const std::string text = format_quantity(share, units);
    REQUIRE(parse_quantity(text, units).base == share);
  }
}
