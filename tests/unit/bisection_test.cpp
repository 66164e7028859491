// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "topology/bisection.hpp"
#include "topology/halving.hpp"

using namespace shardsim;

namespace {

constexpr Bandwidth kTen{1.25e9};  // 10 Gbps

struct Net {
  NetworkGraph graph;
  std::vector<NodeId> switches;

  /// Switches with `hosts` each.
  Net(int count, int hosts, Bandwidth host_link) {
    for (int s = 0; s < count; ++s) {
      switches.push_back(boost::add_vertex({fmt::format("s{}", s), NodeKind::switching, {}}, graph));
      for (int h = 0; h < hosts; ++h)
        add_cable(graph, boost::add_vertex({fmt::format("s{}/h{}", s, h), NodeKind::host, {}}, graph), switches.back(),
                  host_link, Duration{});
    }
  }
  void join(std::size_t a, std::size_t b, Bandwidth rate = kTen) {
    add_cable(graph, switches[a], switches[b], rate, Duration{});
  }
  double gigabits() const { return bisection_of(graph, false)->most.bytes_per_second / 1.25e8; }
};

}  // namespace

TEST_CASE("bisection: a line of an odd number of switches is cut at one link") {
  // Hosts of a switch stay together: 2 and 4 hosts of three switches, 4 and 6 of five, with one link of 10 Gbps between
  // them, however fast the hosts' own links are.
  const int switches = GENERATE(3, 5);
  const Bandwidth own = GENERATE(true, false) ? kTen : Bandwidth::unlimited();
  Net net(switches, 2, own);
  for (int s = 0; s + 1 < switches; ++s) net.join(static_cast<std::size_t>(s), static_cast<std::size_t>(s) + 1);
  const auto found = bisection_of(net.graph, false);
  REQUIRE(found);
  CHECK(net.gigabits() == Approx(10));
  CHECK(found->smaller == static_cast<std::size_t>(switches - 1));
  CHECK(found->larger == static_cast<std::size_t>(switches + 1));
}

TEST_CASE("bisection: known graphs have what theory says") {
  SECTION("two cliques of ten switches, joined by three links, whatever the order of the switches") {
    Net net(20, 1, Bandwidth::unlimited());
    for (std::size_t a = 0; a < 20; ++a)
      for (std::size_t b = a + 2; b < 20; b += 2) net.join(a, b);  // even ones, and odd ones
    for (const std::size_t a : {0U, 6U, 12U}) net.join(a, a + 1);
    CHECK(net.gigabits() == Approx(30));
  }
  SECTION("a ring is cut at two links, a grid of 8 by 8 at eight") {
    Net ring(31, 3, Bandwidth::unlimited());
    for (std::size_t s = 0; s < 31; ++s) ring.join(s, (s + 1) % 31);
    CHECK(ring.gigabits() == Approx(20));
    Net grid(64, 1, Bandwidth::unlimited());
    for (std::size_t s = 0; s < 64; ++s) {
      if (s % 8 != 7) grid.join(s, s + 1);
      if (s < 56) grid.join(s, s + 8);
    }
    CHECK(grid.gigabits() == Approx(80));
  }
  SECTION("a hypercube of dimension d has 2^(d-1) links between its halves") {
    Net cube(64, 1, Bandwidth::unlimited());
    for (std::size_t s = 0; s < 64; ++s)
      for (std::size_t bit = 1; bit < 64; bit *= 2)
        if ((s & bit) == 0) cube.join(s, s | bit);
    CHECK(cube.gigabits() == Approx(320));
  }
}

TEST_CASE("bisection: hosts on one switch are halved among themselves, by their own links") {
  CHECK(Net(1, 6, kTen).gigabits() == Approx(30));
  CHECK(std::isinf(Net(1, 6, Bandwidth::unlimited()).gigabits()));
  CHECK_FALSE(bisection_of(Net(1, 1, kTen).graph, false));
  // Two switches with 1 and 9 hosts would leave a tenth on one side. Five of ten: five links of hosts.
  Net uneven(1, 9, kTen);
  uneven.switches.push_back(boost::add_vertex({"t", NodeKind::switching, {}}, uneven.graph));
  add_cable(uneven.graph, boost::add_vertex({"h", NodeKind::host, {}}, uneven.graph), uneven.switches[1], kTen, {});
  uneven.join(0, 1);
  CHECK(uneven.gigabits() == Approx(50));
}

TEST_CASE("bisection: halves may be told apart by their direction") {
  // From the right to the left 1 Gbps, from the left to the right 10: the worse of both counts.
  Net net(2, 2, kTen);
  boost::add_edge(net.switches[0], net.switches[1], {kTen, Duration{}}, net.graph);
  boost::add_edge(net.switches[1], net.switches[0], {Bandwidth{1.25e8}, Duration{}}, net.graph);
  CHECK(net.gigabits() == Approx(1));
}

TEST_CASE("the most even subset of units, by hand") {
  const auto most = [](const std::vector<std::int64_t>& hosts) { return even_subset(hosts).first; };
  CHECK(most({2, 2, 2}) == 2);
  CHECK(most({2, 0, 2, 2, 2}) == 4);
  CHECK(most({7, 3, 2}) == 5);  // 3 + 2 and 7
  CHECK(most({9, 1}) == 1);
  CHECK(most({5}) == 0);
  CHECK(most({}) == 0);
  CHECK(most({0, 0}) == 0);
  CHECK(most({6, 10, 15, 4}) == 16);  // 6 + 10 or 15 of 35; 17 cannot be made
  CHECK(even_subset({7, 3, 2}).second == Side{false, true, true});
}
