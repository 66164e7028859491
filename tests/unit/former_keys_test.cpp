// SPDX-License-Identifier: Apache-2.0
// Keys and names that were called something else: read with a note, never written.
#include <catch2/catch.hpp>

#include "config/choice.hpp"

namespace shardsim {

enum class Wheel { round, square };
template <>
struct EnumNames<Wheel> {
  static constexpr std::array<std::pair<Wheel, std::string_view>, 2> names{
      {{Wheel::round, "round"}, {Wheel::square, "square"}}};
  static constexpr std::array<std::pair<Wheel, std::string_view>, 1> former_names{{{Wheel::square, "angular"}}};
};

struct Axle {
  double present = 1;
  Wheel wheel = Wheel::round;
};
struct Brake {
  Duration patience{};
  int tries = 0;
};
struct Cart {
  std::vector<Axle> axles;
  Axle front;
  Brake brake;
  std::optional<Duration> rest;
};

template <>
void describe(Describe<Axle>& d) {
  d.object("axle", "an axle");
  d.optional("present", &Axle::present, "share that is there").at_most(1).formerly("missing", [](const Json& missing) {
    return missing.is_number() ? Json(1 - missing.get<double>()) : missing;
  });
  d.optional("wheel", &Axle::wheel, "form of its wheels");
}
template <>
void describe(Describe<Brake>& d) {
  d.object("brake", "a brake");
  d.optional("patience", &Brake::patience, "time before it acts");
  d.optional("tries", &Brake::tries, "times it acts");
}
template <>
void describe(Describe<Cart>& d) {
  d.object("cart", "a cart");
  d.optional("axles", &Cart::axles, "behind").formerly("rods");
  d.optional("front", &Cart::front, "the first axle").formerly("head");
  d.optional("brake", &Cart::brake, "its brake");
  d.optional("rest", &Cart::rest, "between two rides");
  d.formerly("stop", {"brake", "rest"}, [](const Json& stop) {
    Json made = Json::object();
    if (stop.contains("after")) made["brake"]["patience"] = stop["after"];
    if (stop.contains("tries")) made["brake"]["tries"] = stop["tries"];
    if (stop.contains("rest")) made["rest"] = stop["rest"];
    return made;
  });
}

namespace {

using Catch::Matchers::Contains;

struct ReadCart {
  Document document;
  Cart cart;
  std::vector<std::string> notes;
};

ReadCart cart_of(const char* text, const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  ReadCart out{Document::parse(text, "cart.json"), {}, {}};
  value_type<Cart>().include_files(out.document.root, "", out.document);
  for (const auto& [path, value] : settings) {
    out.document.set(path, value);
    value_type<Cart>().include_files(out.document.root, "", out.document);
  }
  out.cart = read_document<Cart>(out.document);
  for (const auto& [place, note, detail] : out.document.notes())
    out.notes.push_back(place + ": " + note + (detail.empty() ? "" : ": " + detail));
  return out;
}

}  // namespace

TEST_CASE("a former key is read with one note a file, and written by today's name") {
  const ReadCart read = cart_of(R"({"rods": [{"missing": 0.25}, {"missing": 1}], "head": {"wheel": "angular"}})");
  REQUIRE(read.cart.axles.size() == 2);
  CHECK(read.cart.axles[0].present == 0.75);
  CHECK(read.cart.axles[1].present == 0);
  CHECK(read.cart.front.wheel == Wheel::square);
  CHECK(read.notes == std::vector<std::string>{"cart.json: /rods: 'rods' is now 'axles'",
                                               "cart.json: /head: 'head' is now 'front'",
                                               "cart.json: /rods/0/missing: 'missing' is now 'present': write "
                                               "\"present\":0.75",
                                               "cart.json: /head/wheel: 'angular' is now 'square'"});
  const Json written = value_type<Cart>().write(&read.cart, {});
  CHECK(written["axles"][0] == Json{{"present", 0.75}, {"wheel", "round"}});
  CHECK(written["front"]["wheel"] == "square");
  CHECK_FALSE(written.contains("rods"));
}

TEST_CASE("today's keys are read without a note") {
  CHECK(cart_of(R"({"axles": [{"present": 0.5, "wheel": "square"}], "rest": "1 s"})").notes.empty());
}

TEST_CASE("a former key whose place several took is made into them") {
  const ReadCart read = cart_of(R"({"stop": {"after": "3 ms", "rest": "2 s"}, "brake": null})", {{"stop.tries", "4"}});
  CHECK(read.cart.brake.patience == from_seconds(0.003));
  CHECK(read.cart.brake.tries == 4);
  CHECK(read.cart.rest == from_seconds(2));
  REQUIRE(read.notes.size() == 2);
  CHECK_THAT(read.notes[0], Contains("cart.json: /stop: 'stop' is now 'brake' and 'rest': write \"brake\""));
  CHECK_THAT(read.notes[1], Contains("--set stop.tries: 'stop' is now 'brake' and 'rest'"));
}

TEST_CASE("what is set by a former key takes the place of what a file says by today's") {
  const ReadCart read =
      cart_of(R"({"front": {"present": 0.5}, "brake": {"patience": "3 ms"}, "axles": [{"present": 0.5}]})",
              {{"head.missing", "0.25"}, {"stop.after", "5 ms"}, {"axles.0.missing", "null"}});
  CHECK(read.cart.front.present == 0.75);
  CHECK(read.cart.brake.patience == from_seconds(0.005));
  CHECK(read.cart.axles[0].present == 1);
  CHECK(cart_of(R"({"front": {"present": 0.5}})", {{"head", "null"}}).cart.front.present == 1);
  CHECK(cart_of(R"({"rest": "1 s"})", {{"stop", "null"}}).cart.rest == std::nullopt);
}

TEST_CASE("both names of a key in one file are an error") {
  CHECK_THROWS_WITH(cart_of(R"({"front": {"missing": 0.5, "present": 0.5}})"),
                    "cart.json: /front/missing: is the former name of 'present', which is given too; keep 'present'");
  CHECK_THROWS_WITH(cart_of(R"({"stop": {"after": "3 ms"}, "brake": {"tries": 1}})"),
                    Contains("/stop: is the former name of 'brake'"));
}

TEST_CASE("an error under a former key names what the user wrote, and lists today's keys only") {
  CHECK_THROWS_WITH(cart_of(R"({"front": {"missing": "much"}})"),
                    "cart.json: /front/missing: found 'much'; expected a number");
  CHECK_THROWS_WITH(cart_of(R"({"rods": [{"missing": -1}]})"),
                    "cart.json: /rods/0/missing: found 2.0; expected at most 1");
  CHECK_THROWS_WITH(cart_of(R"({"rods": [{}, {"wheel": "oval"}]})"),
                    "cart.json: /rods/1/wheel: found 'oval'; allowed: round, square");
  CHECK_THROWS_WITH(cart_of(R"({"axles": [], "roads": []})"),
                    "cart.json: /roads: unknown key 'roads' of cart; allowed: axles, front, brake, rest");
  CHECK_THROWS_WITH(cart_of("{}", {{"stop.after", "5"}}), Contains("--set stop.after: found 5; expected a duration"));
}

TEST_CASE("the schema marks former keys as deprecated") {
  const Json schema = schema_document(value_type<Cart>(), "cart")["$defs"]["cart"]["anyOf"][0]["properties"];
  CHECK(schema["rods"] == Json{{"deprecated", true}, {"description", "now 'axles'"}});
  CHECK(schema["stop"]["description"] == "now 'brake' and 'rest'");
  CHECK_FALSE(schema["axles"].contains("deprecated"));
}

}  // namespace shardsim
