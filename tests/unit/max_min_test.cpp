// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "network/max_min.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <set>

#include "engine/random.hpp"

using namespace shardsim;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// A MaxMin, and what it was told.
struct Shared {
  MaxMin solver;
  std::vector<double> capacity;
  std::map<MaxMin::FlowId, std::vector<MaxMin::LinkId>> flows;

  explicit Shared(const std::vector<double>& capacities) {
    for (std::size_t l = 0; l < capacities.size(); ++l) set(static_cast<MaxMin::LinkId>(l), capacities[l]);
  }
  void set(MaxMin::LinkId link, double units) {
    if (link >= capacity.size()) capacity.resize(link + 1);
    capacity[link] = units;
    solver.set_capacity(link, units);
  }
  MaxMin::FlowId add(const std::vector<MaxMin::LinkId>& links) {
    const MaxMin::FlowId id = solver.add(links);
    REQUIRE_FALSE(flows.contains(id));
    flows[id] = links;
    return id;
  }
  void remove(MaxMin::FlowId id) {
    solver.remove(id);
    flows.erase(id);
  }
  std::vector<double> rates() const {
    std::vector<double> all;
    for (const auto& [id, links] : flows) all.push_back(solver.rate(id));
    return all;
  }
};

/// Progressive filling from scratch: all rates rise together until a link is full, whose flows then stay.
std::map<MaxMin::FlowId, double> filled(const Shared& s) {
  std::map<MaxMin::FlowId, double> rates;
  while (rates.size() < s.flows.size()) {
    std::vector<double> left = s.capacity;
    std::vector<int> open(s.capacity.size(), 0);
    for (const auto& [id, links] : s.flows)
      for (const MaxMin::LinkId l : links) rates.contains(id) ? left[l] -= rates[id] : open[l] += 1;
    double level = kInfinite;
    std::size_t full = s.capacity.size();
    for (std::size_t l = 0; l < left.size(); ++l)
      if (open[l] > 0 && left[l] / open[l] < level) level = left[l] / open[l], full = l;
    for (const auto& [id, links] : s.flows)
      if (!rates.contains(id) &&
          (full == s.capacity.size() || std::find(links.begin(), links.end(), full) != links.end()))
        rates[id] = level;
  }
  return rates;
}

/// What is wrong by the definition of max-min fairness, or "".
std::string fault(const Shared& s) {
  constexpr double kNear = 1e-6;
  std::vector<double> used(s.capacity.size(), 0);
  std::vector<double> greatest(s.capacity.size(), 0);
  for (const auto& [id, links] : s.flows)
    for (const MaxMin::LinkId l : links) {
      used[l] += s.solver.rate(id);
      greatest[l] = std::max(greatest[l], s.solver.rate(id));
    }
  for (std::size_t l = 0; l < used.size(); ++l)
    if (used[l] > s.capacity[l] * (1 + kNear)) return fmt::format("link {}: {} of {}", l, used[l], s.capacity[l]);
  for (const auto& [id, links] : s.flows) {
    const double rate = s.solver.rate(id);
    const bool limited = std::any_of(links.begin(), links.end(), [&](MaxMin::LinkId l) {
      return used[l] >= s.capacity[l] * (1 - kNear) && rate >= greatest[l] * (1 - kNear);
    });
    if (!limited) return fmt::format("flow {} at {} could have more", id, rate);
    const MaxMin::LinkId l = s.solver.bottleneck(id);
    if (used[l] < s.capacity[l] * (1 - kNear) || rate < greatest[l] * (1 - kNear))
      return fmt::format("flow {} is not held back by link {}", id, l);
  }
  for (const auto& [id, rate] : filled(s))
    if (std::abs(s.solver.rate(id) - rate) > rate * kNear)
      return fmt::format("flow {} at {}, by filling {}", id, s.solver.rate(id), rate);
  return "";
}

struct Ranges {
  std::uint64_t links;
  std::uint64_t most_flows;
  std::uint64_t longest;
  int capacities;  // how many different ones; few make ties
};

/// One change at random; the chance of a removal grows with the number of flows.
void change_at_random(Shared& s, RandomStream& random, const Ranges& ranges) {
  if (random.below(8) == 0) {
    const auto units = static_cast<double>(1 + random.below(static_cast<std::uint64_t>(ranges.capacities)));
    return s.set(static_cast<MaxMin::LinkId>(random.below(ranges.links)), units);
  }
  if (random.below(ranges.most_flows) < s.flows.size()) {
    return s.remove(std::next(s.flows.begin(), static_cast<std::ptrdiff_t>(random.below(s.flows.size())))->first);
  }
  std::set<MaxMin::LinkId> links;
  for (std::uint64_t n = 1 + random.below(ranges.longest); n > 0; --n)
    links.insert(static_cast<MaxMin::LinkId>(random.below(ranges.links)));
  s.add({links.begin(), links.end()});
}

}  // namespace

TEST_CASE("max-min: the five sessions of Bertsekas and Gallager, section 6.5.2") {
  // All capacities are 1. Link 0 carries sessions 2, 3 and 5: 1/3 each. Link 1 carries 3 and 1: 1 has the other 2/3.
  // Link 2 carries session 4 alone: 1.
  Shared s({1, 1, 1});
  const auto one = s.add({1});
  const auto two = s.add({0});
  const auto three = s.add({0, 1});
  const auto four = s.add({2});
  const auto five = s.add({0});
  s.solver.solve();
  CHECK(s.solver.rate(one) == Approx(2.0 / 3));
  CHECK(s.solver.rate(two) == Approx(1.0 / 3));
  CHECK(s.solver.rate(three) == Approx(1.0 / 3));
  CHECK(s.solver.rate(four) == Approx(1));
  CHECK(s.solver.rate(five) == Approx(1.0 / 3));
  CHECK(s.solver.bottleneck(three) == 0);
  CHECK(s.solver.bottleneck(one) == 1);
}

TEST_CASE("max-min: a long flow over links that each have a short one") {
  SECTION("equal links: everybody has half") {
    Shared s({1, 1, 1});
    s.add({0, 1, 2});
    for (const MaxMin::LinkId l : {0U, 1U, 2U}) s.add({l});
    s.solver.solve();
    CHECK(s.rates() == std::vector<double>{0.5, 0.5, 0.5, 0.5});
  }
  SECTION("the narrowest gives half to the long one; the others give the rest to their own") {
    Shared s({1, 10, 2});
    s.add({0, 1, 2});
    for (const MaxMin::LinkId l : {0U, 1U, 2U}) s.add({l});
    s.solver.solve();
    CHECK(s.rates() == std::vector<double>{0.5, 0.5, 9.5, 1.5});
  }
}

TEST_CASE("max-min: a flow that leaves gives its share to those it held back, and to them alone") {
  // Link 0 of 6: a, b, c with 2 each. Link 1 of 5: c and d, which has 3. Without a: b = c = 3, d = 2. Without b too,
  // link 1 holds c back: c = d = 2.5.
  Shared s({6, 5});
  const auto a = s.add({0});
  const auto b = s.add({0});
  const auto c = s.add({0, 1});
  const auto d = s.add({1});
  s.solver.solve();
  CHECK(s.rates() == std::vector<double>{2, 2, 2, 3});
  s.remove(a);
  // c = 3 would leave 2 to d, which is less than an equal share: link 1 gives both 2.5, and b has 3.5.
  s.solver.solve();
  CHECK(s.solver.rate(b) == Approx(3.5));
  CHECK(s.solver.rate(c) == Approx(2.5));
  CHECK(s.solver.rate(d) == Approx(2.5));
  s.remove(d);
  s.solver.solve();
  CHECK(s.solver.rate(b) == Approx(3));
  CHECK(s.solver.rate(c) == Approx(3));
}

TEST_CASE("max-min: solve() returns the flows whose rates changed") {
  Shared s({10, 10});
  const auto a = s.add({0});
  const auto b = s.add({1});
  CHECK(s.solver.solve().size() == 2);
  CHECK(s.solver.solve().empty());
  const auto c = s.add({0});
  std::vector<MaxMin::FlowId> changed = s.solver.solve();
  std::sort(changed.begin(), changed.end());
  CHECK(changed == std::vector<MaxMin::FlowId>{a, c});
  s.remove(b);
  CHECK(s.solver.solve().empty());
  CHECK(s.solver.flows_on(1) == 0);
  s.set(0, 20);
  changed = s.solver.solve();
  std::sort(changed.begin(), changed.end());
  CHECK(changed == std::vector<MaxMin::FlowId>{a, c});
}

TEST_CASE("max-min: a change in one of two halves that share no link touches no flow of the other") {
  Shared s({10, 10, 10, 10});
  for (int i = 0; i < 50; ++i) s.add({0, 1});
  for (int i = 0; i < 50; ++i) s.add({2, 3});
  s.solver.solve();
  const std::uint64_t before = s.solver.touched();
  CHECK(before == 100);
  s.add({2});
  s.solver.solve();
  CHECK(s.solver.touched() - before == 51);
  CHECK(s.solver.rate(0) == Approx(10.0 / 50));
  CHECK(s.solver.rate(50) == Approx(10.0 / 51));
}

TEST_CASE("max-min: a change that reaches only faster flows leaves slower ones alone") {
  // Ten flows share link 0 with 1 each; one of them also crosses link 1, of 100, where a fast flow has the other 99.
  // Another fast flow there leaves 49.5 to each: the slow ones are not looked at.
  Shared s({10, 100});
  for (int i = 0; i < 9; ++i) s.add({0});
  s.add({0, 1});
  const auto fast = s.add({1});
  s.solver.solve();
  CHECK(s.solver.rate(fast) == Approx(99));
  const std::uint64_t before = s.solver.touched();
  const auto other = s.add({1});
  s.solver.solve();
  CHECK(s.solver.rate(fast) == Approx(49.5));
  CHECK(s.solver.rate(other) == Approx(49.5));
  CHECK(s.solver.touched() - before == 2);
}

TEST_CASE("max-min: a change does not reach beyond a link that is not full") {
  // Link 0 of 10 carries one flow, which crosses link 1 of 1000 together with five others of 10 each, limited
  // elsewhere.
  Shared s({10, 1000, 10, 10, 10, 10, 10});
  const auto first = s.add({0, 1});
  for (const MaxMin::LinkId l : {2U, 3U, 4U, 5U, 6U}) s.add({1, l});
  s.solver.solve();
  const std::uint64_t before = s.solver.touched();
  s.add({0});
  s.solver.solve();
  CHECK(s.solver.rate(first) == 5);
  CHECK(s.solver.touched() - before == 2);
}

TEST_CASE("max-min: after any change, rates fulfil the definition and are those of progressive filling") {
  const Ranges ranges = GENERATE(Ranges{2, 4, 2, 3}, Ranges{6, 10, 3, 2}, Ranges{6, 10, 3, 1000}, Ranges{12, 24, 4, 5},
                                 Ranges{12, 24, 4, 1000000}, Ranges{40, 60, 6, 10});
  for (std::uint64_t number = 0; number < 120; ++number) {
    RandomStream random(number, 0, Purpose::topology, ranges.links, static_cast<std::uint64_t>(ranges.capacities));
    Shared s({});
    for (MaxMin::LinkId l = 0; l < ranges.links; ++l)
      s.set(l, static_cast<double>(1 + random.below(static_cast<std::uint64_t>(ranges.capacities))));
    for (int round = 0; round < 40; ++round) {
      for (std::uint64_t n = random.below(3); n != ~std::uint64_t{0}; --n) change_at_random(s, random, ranges);
      const std::vector<double> old = [&] {
        std::vector<double> rates;
        for (const auto& [id, links] : s.flows) rates.push_back(s.solver.rate(id));
        return rates;
      }();
      const std::vector<MaxMin::FlowId> changed = s.solver.solve();
      INFO("case " << number << " of " << ranges.links << " links, round " << round);
      REQUIRE(fault(s) == "");
      std::size_t i = 0;
      for (const auto& [id, links] : s.flows) {
        const bool told = std::find(changed.begin(), changed.end(), id) != changed.end();
        REQUIRE(told == (s.solver.rate(id) != old[i++]));
      }
    }
  }
}

TEST_CASE("max-min: rounding does not build up over many changes") {
  Shared s({1e10, 1e3, 1.0 / 3, 7e9});
  RandomStream random(1, 0, Purpose::topology, 0);
  for (int i = 0; i < 20'000; ++i) {
    if (random.below(20) < s.flows.size()) {
      s.remove(std::next(s.flows.begin(), static_cast<std::ptrdiff_t>(random.below(s.flows.size())))->first);
    } else {
      std::set<MaxMin::LinkId> links;
      for (int n = 0; n < 2; ++n) links.insert(static_cast<MaxMin::LinkId>(random.below(4)));
      s.add({links.begin(), links.end()});
    }
    s.solver.solve();
    if (i % 100 == 0) REQUIRE(fault(s) == "");
  }
}

TEST_CASE("max-min: a link of infinite capacity limits nobody") {
  Shared s({kInfinite, 10, kInfinite});
  const auto free = s.add({0, 2});
  const auto held = s.add({0, 1});
  s.solver.solve();
  CHECK(s.solver.rate(free) == kInfinite);
  CHECK(s.solver.rate(held) == 10);
}
