// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "config/library.hpp"
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
  include_files(d);
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

TEST_CASE("a whole number may be written with an exponent, and anything else is refused") {
  Document document = Document::wrap(Json::object(), "s.json", kBase);
  const At at(document);
  const auto read = [&](const char* text) { return read_integer(Json::parse(text), at, 0, INT64_MAX); };
  CHECK(read("4e7") == 40'000'000);
  CHECK(read("40000000.0") == 40'000'000);
  CHECK(read("1e18") == 1'000'000'000'000'000'000);
  CHECK_THROWS_WITH(read("4.5e0"), Contains("found 4.5; expected a whole number"));
  CHECK_THROWS_WITH(read("-1e0"), Contains("from 0 to"));
  CHECK_THROWS_WITH(read("1e19"), Contains("from 0 to 9223372036854775807"));
  CHECK_THROWS_WITH(read("9223372036854775808e0"), Contains("from 0 to"));  // 2^63: one too many
  CHECK_THROWS_WITH(read_integer(Json(1.0), at, 2, 3), Contains("from 2 to 3"));
}

TEST_CASE("the usual spellings of a unit mean what they say") {
  const auto bytes = [](const char* text) {
    const ParsedQuantity parsed = parse_quantity(text, QuantityTraits<Bandwidth>::units());
    CAPTURE(text, parsed.error);
    REQUIRE(parsed.error.empty());
    return parsed.base;
  };
  // 400 Gb/s are 400 * 10^9 / 8 bytes a second.
  for (const char* text : {"400 Gbps", "400 Gb/s", "400 Gbit/s", "400 gbps", "400 gbit/s"}) CHECK(bytes(text) == 50e9);
  for (const char* text : {"400 GB/s", "400 GBps"}) CHECK(bytes(text) == 400e9);
  CHECK(bytes("8 Kbit/s") == 1000);
  CHECK(bytes("2 TB/s") == 2e12);
  const auto picoseconds = [](const char* text) {
    return parse_quantity(text, QuantityTraits<Duration>::units()).base;
  };
  CHECK(picoseconds("3 \u00b5s") == 3e6);
  CHECK(picoseconds("3 \u03bcs") == 3e6);
  CHECK(picoseconds("3 sec") == 3e12);
  CHECK(parse_quantity("2 GFLOPS", QuantityTraits<ComputeRate>::units()).base == 2e9);
}

TEST_CASE("a hint never changes the size of a unit") {
  const auto error = [](const std::string& unit, const std::vector<Unit>& units) {
    return parse_quantity("400 " + unit, units).error;
  };
  const std::vector<Unit>& bandwidths = QuantityTraits<Bandwidth>::units();
  const std::vector<Unit>& sizes = QuantityTraits<Bytes>::units();
  CHECK_THAT(error("Gbp", bandwidths), Contains("did you mean 'Gbps'"));
  CHECK_THAT(error("Gpbs", bandwidths), Contains("did you mean 'Gbps'"));
  CHECK_THAT(error("GB/sec", bandwidths), Contains("did you mean 'GB/s'"));
  // Bits or bytes, thousands or 1024s, minutes or milliseconds: what is meant is not known, so nothing is guessed.
  for (const char* unit : {"gb/s", "GBit/s", "mb/s", "KB/s", "G", "gb"}) {
    CAPTURE(unit);
    CHECK_THAT(error(unit, bandwidths), Contains("allowed: bps") && !Contains("did you mean"));
  }
  for (const char* unit : {"Gb", "GBit", "KB", "gb", "Mib"}) {
    CAPTURE(unit);
    CHECK_THAT(error(unit, sizes), Contains("allowed: B,") && !Contains("did you mean"));
  }
  for (const char* unit : {"m", "min", "S", "Ms"}) {
    CAPTURE(unit);
    CHECK_THAT(error(unit, QuantityTraits<Duration>::units()), !Contains("did you mean"));
  }
}

TEST_CASE("bandwidths are written in bits where they are whole, as networks are sold") {
  const auto again = [](const char* text) {
    return format_quantity(parse_quantity(text, QuantityTraits<Bandwidth>::units()).base,
                           QuantityTraits<Bandwidth>::units());
  };
  for (const char* text : {"1 Gbps", "10 Gbps", "40 Gbps", "56 Gbps", "400 Gbps", "800 Gbps", "2.5 Gbps", "64 kbps",
                           "226 GB/s", "1 GiB/s", "145.2 GB/s"})
    CHECK(again(text) == text);
  CHECK(again("400 Gb/s") == "400 Gbps");
}

TEST_CASE("a word that is part of a longer one stands for it") {
  const std::vector<std::string> kinds{"concat", "dot", "low-rank-cross"};
  CHECK_THAT(suggestion("cat", kinds), Contains("did you mean 'concat'"));
  CHECK_THAT(suggestion("cross", kinds), Contains("did you mean 'low-rank-cross'"));
  CHECK_THAT(suggestion("dto", kinds), Contains("did you mean 'dot'"));
  CHECK_THAT(suggestion("core_s", {"core", "cores"}), Contains("did you mean 'cores'"));  // one letter more
  CHECK_THAT(suggestion("load", {"least-outstanding", "load-balanced"}), Contains("did you mean 'load-balanced'"));
}

TEST_CASE("a file in UTF-16 is told as such, and a mark of UTF-8 is let pass") {
  const auto error = [](std::string text) { return Document::parse(std::move(text), "s.json"); };
  using namespace std::string_literals;
  for (const std::string& text : {"\xff\xfe{\0}\0"s, "\xfe\xff\0{\0}"s, "{\0}\0"s, "\0{\0}"s, "\xff\xfe\0\0{\0\0\0"s})
    CHECK_THROWS_WITH(error(text), Contains("s.json: is text in UTF-16 or UTF-32; save it as UTF-8"));
  CHECK(error("\xef\xbb\xbf{\"a\": 1}").root["a"] == 1);
}

TEST_CASE("missing keys are told all at once, of every object") {
  Json s = small_scenario();
  s["traffic"] = {{"items", {{"type", "fixed"}, {"value", 1}}}};
  s["cluster"]["main"] = Json::object();
  const Json table{{"name", "t"}, {"rows", 5}};
  s["model"] = {{"nets", Json::array({{{"name", "n"}, {"tables", Json::array({table, table})}}, {{"per", "item"}}})}};
  Document d = Document::wrap(s, "s.json", kBase);
  CHECK_THROWS_WITH(read_document<Scenario>(d),
                    Contains("/model: the key 'name' of model is missing") &&
                        Contains("and at /model/nets/0/tables/0: these keys of table are missing: 'dim' (") &&
                        Contains("and at /model/nets/0/tables/1: these keys of table are missing: 'dim' (") &&
                        Contains("and at /model/nets/1: the key 'name' of net is missing") &&
                        Contains("and at /cluster/main: the key 'platform'") &&
                        Contains("and at /traffic: these keys of traffic are missing: 'arrivals' (") &&
                        Contains("), 'queries' ("));
}

TEST_CASE("on the command line null takes a value away, and a number may be a text") {
  Document d = Document::wrap(small_scenario(), "s.json", kBase);
  include_files(d);
  d.set("seed", "7");
  d.set("seed", "null");
  d.set("model.name", "3");
  CHECK(read_document<Scenario>(d).model.name == "3");
  CHECK(read_document<Scenario>(d).seed == Scenario{}.seed);
  d.set("model.name", "2.50");  // as a JSON number it has lost what was typed
  CHECK_THROWS_WITH(read_document<Scenario>(d), "--set model.name: found 2.5; expected text: '\"2.5\"'");
  d.set("model.name", "m");
  d.set("traffic.queries", "null");
  CHECK_THROWS_WITH(read_document<Scenario>(d), Contains("null leaves a key out, and traffic needs 'queries'"));
  d.set("traffic.queries", "10");
  d.root["description"] = 3;  // in a file text is text
  CHECK_THROWS_WITH(read_document<Scenario>(d), "s.json: /description: found 3; expected text: \"3\"");
}

TEST_CASE("an error that advises to leave a value out says how the command line does it") {
  Document d = Document::wrap(small_scenario(), "s.json", kBase);
  const ScenarioError error("/traffic/items", "the arrivals say how many items each query has; leave this out");
  CHECK_THAT(d.located(error).what(), Contains("s.json: /traffic/items: the arrivals") &&
                                          Contains("leave this out (--set traffic.items=null does)"));
}

TEST_CASE("what is shipped is found by its name, and a file of that name comes first") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "shardsim-library-test";
  std::filesystem::create_directories(folder / "models");
  std::ofstream(folder / "models/mine.json") << R"({"name": "mine", "nets": [{"name": "n"}]})";
  REQUIRE(setenv("SHARDSIM_PATH", folder.c_str(), 1) == 0);
  CHECK(shipped_file("model", "mine") == folder / "models/mine.json");
  CHECK(shipped_file("model", "drm1")->filename() == "drm1.json");
  CHECK_FALSE(shipped_file("platform", "mine"));
  CHECK_FALSE(shipped_file("model", "../models/mine"));
  CHECK(find_file({}, "mine", "model") == folder / "models/mine.json");
  std::filesystem::create_directories(folder / "mine");  // a folder is no file
  CHECK(find_file(folder, "mine", "model") == folder / "models/mine.json");
  std::filesystem::remove(folder / "mine");
  std::ofstream(folder / "mine") << "{}";
  CHECK(find_file(folder, "mine", "model") == folder / "mine");
  CHECK_THROWS_WITH(required_file(folder, "mines", "model"),
                    Contains("'mines' is neither a file nor a shipped model; did you mean 'mine'?; allowed: "));
  unsetenv("SHARDSIM_PATH");
  std::filesystem::remove_all(folder);
}
