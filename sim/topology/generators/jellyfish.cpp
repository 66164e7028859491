// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "engine/random.hpp"
#include "topology/topology.hpp"

namespace shardsim {
namespace {

// Singla, Hong, Popa, Godfrey (NSDI 2012): switches cabled to each other at random, each with the same number of
// links. Ports are joined in random order; where only such pairs are left as are joined already, a link is taken out
// and its ends joined to the free ports, as in the paper.
class Jellyfish final : public Generator {
 public:
  int switches = 16;
  int links_per_switch = 4;
  int hosts_per_switch = 2;
  std::uint64_t seed = 1;
  Cable host_link;
  Cable link;

 private:
  using Pair = std::pair<std::size_t, std::size_t>;
  static Pair ordered(std::size_t a, std::size_t b) { return {std::min(a, b), std::max(a, b)}; }

  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& /*wanted*/) const override {
    std::vector<NodeId> nodes;
    for (int s = 0; s < switches; ++s) {
      nodes.push_back(add_switch(graph, fmt::format("switch{}", s)));
      add_hosts(graph, nodes.back(), hosts_per_switch, fmt::format("switch{}/host", s), host_link);
    }
    for (const auto& [a, b] : random_pairs()) add_cable(graph, nodes[a], nodes[b], link);
    return nodes.front();
  }

  // Where the last ports cannot be joined, which happens in dense networks, all is begun anew.
  std::set<Pair> random_pairs() const {
    constexpr std::uint64_t kMostTries = 100;
    for (std::uint64_t number = 0; number < kMostTries; ++number)
      if (auto joined = random_pairs(number)) return std::move(*joined);
    throw ScenarioError("/topology/links_per_switch",
                        fmt::format("found no way to join {} switches by {} links each; try another 'seed', or fewer",
                                    switches, links_per_switch));
  }
  std::optional<std::set<Pair>> random_pairs(std::uint64_t number) const {
    RandomStream random(seed, 0, Purpose::topology, number);
    std::vector<std::size_t> ports;
    for (std::size_t s = 0; s < static_cast<std::size_t>(switches); ++s)
      ports.insert(ports.end(), static_cast<std::size_t>(links_per_switch), s);
    std::set<Pair> joined;
    int failures = 0;
    while (!ports.empty()) {
      for (std::size_t i : {std::size_t{1}, std::size_t{2}})
        std::swap(ports[ports.size() - i], ports[random.below(ports.size() - i + 1)]);
      const std::size_t a = ports[ports.size() - 1];
      const std::size_t b = ports[ports.size() - 2];
      if (a != b && joined.insert(ordered(a, b)).second) {
        ports.resize(ports.size() - 2);
        failures = 0;
      } else if (++failures > kPatience) {
        if (failures > 2 * kPatience) return std::nullopt;
        if (split_a_cable(a, b, joined, random)) ports.resize(ports.size() - 2);
      }
    }
    return joined;
  }
  static constexpr int kPatience = 200;

  static bool split_a_cable(std::size_t a, std::size_t b, std::set<Pair>& joined, RandomStream& random) {
    const auto cable = std::next(joined.begin(), static_cast<std::ptrdiff_t>(random.below(joined.size())));
    const auto [x, y] = *cable;
    if (a == x || a == y || b == x || b == y || joined.contains(ordered(a, x)) || joined.contains(ordered(b, y)))
      return false;
    joined.erase(cable);
    joined.insert(ordered(a, x));
    joined.insert(ordered(b, y));
    return true;
  }
};

}  // namespace

template <>
void describe(Describe<Jellyfish>& d) {
  d.object("jellyfish", "switches linked at random, each with the same number of links (Singla 2012)");
  describe_generator(d);
  d.required("switches", &Jellyfish::switches, "switches").at_least(2).at_most(20'000);
  d.required("links_per_switch", &Jellyfish::links_per_switch, "links of a switch to others")
      .formerly("cables_per_switch")
      .at_least(1)
      .at_most(256);
  d.required("hosts_per_switch", &Jellyfish::hosts_per_switch, "hosts on a switch").at_least(1).at_most(256);
  d.optional("seed", &Jellyfish::seed,
             "of the random cabling; its own, so that a scenario's seed leaves the network alone");
  d.optional("host_link", &Jellyfish::host_link, "between a host and its switch").formerly("host_cable");
  d.required("link", &Jellyfish::link, "between two switches").formerly("cable");
  d.check([](const Jellyfish& j) -> std::optional<Complaint> {
    if (j.links_per_switch >= j.switches)
      return Complaint{"links_per_switch", fmt::format("found {}; expected less than 'switches'", j.links_per_switch)};
    if (j.switches % 2 != 0 && j.links_per_switch % 2 != 0)
      return Complaint{
          "links_per_switch",
          fmt::format("{} switches of {} links have {} ports in all, so that one would stay free; make one "
                      "of the numbers even",
                      j.switches, j.links_per_switch, j.switches * j.links_per_switch)};
    const std::string complaint = complaint_about_size(std::int64_t{j.switches} * j.hosts_per_switch,
                                                       std::int64_t{j.switches} * j.links_per_switch / 2);
    return complaint.empty() ? std::nullopt : std::optional(Complaint{"switches", complaint});
  });
}

namespace generators {
Alternative<Topology> jellyfish() { return alternative<Jellyfish, Topology>(); }
}  // namespace generators

}  // namespace shardsim
