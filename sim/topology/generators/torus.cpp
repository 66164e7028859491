// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <numeric>

#include "topology/topology.hpp"

namespace shardsim {
namespace {

// A grid that wraps around, a router at each point; its name says where: router1.0.2.
class Torus final : public Generator {
 public:
  std::vector<int> dimensions;
  int hosts_per_router = 1;
  Cable host_link;
  Cable link;

  std::int64_t routers() const {
    std::int64_t product = 1;
    for (const int n : dimensions) product = std::min<std::int64_t>(product * n, 1'000'000'000);
    return product;
  }

 private:
  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& /*wanted*/) const override {
    std::vector<NodeId> router;
    std::vector<std::vector<int>> place;
    for (std::vector<int> at(dimensions.size(), 0); static_cast<std::int64_t>(router.size()) < routers(); step(at)) {
      const std::string name = fmt::format("router{}", fmt::join(at, "."));
      router.push_back(add_switch(graph, name));
      place.push_back(at);
      add_hosts(graph, router.back(), hosts_per_router, name + "/host", host_link);
    }
    for (std::size_t i = 0; i < router.size(); ++i)
      for (std::size_t d = 0; d < dimensions.size(); ++d)
        if (dimensions[d] > 2 || (dimensions[d] == 2 && place[i][d] == 0))  // two in a row need one cable, not two
          add_cable(graph, router[i], router[next(place[i], d)], link);
    return router.front();
  }
  void step(std::vector<int>& at) const {
    for (std::size_t d = dimensions.size(); d-- > 0;) {
      if (++at[d] < dimensions[d]) return;
      at[d] = 0;
    }
  }
  // Number of the neighbour one step on in dimension d.
  std::size_t next(std::vector<int> at, std::size_t d) const {
    at[d] = (at[d] + 1) % dimensions[d];
    std::size_t number = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
      number = number * static_cast<std::size_t>(dimensions[i]) + static_cast<std::size_t>(at[i]);
    return number;
  }
};

}  // namespace

template <>
void describe(Describe<Torus>& d) {
  d.object("torus", "a grid of routers that wraps around in every dimension");
  describe_generator(d);
  d.required("dimensions", &Torus::dimensions, "routers in each dimension, such as [4, 4, 4]");
  d.optional("hosts_per_router", &Torus::hosts_per_router, "hosts on a router").at_least(1).at_most(128);
  d.optional("host_link", &Torus::host_link, "between a host and its router").formerly("host_cable");
  d.required("link", &Torus::link, "between two routers").formerly("cable");
  d.check([](const Torus& t) -> std::optional<Complaint> {
    if (t.dimensions.empty() || t.dimensions.size() > 8)
      return Complaint{"dimensions", fmt::format("found {} dimensions; expected 1 to 8", t.dimensions.size())};
    for (const int n : t.dimensions)
      if (n < 1) return Complaint{"dimensions", fmt::format("found {}; expected at least 1 router", n)};
    const std::string complaint =
        complaint_about_size(t.routers() * t.hosts_per_router, t.routers() * std::ssize(t.dimensions));
    return complaint.empty() ? std::nullopt : std::optional(Complaint{"dimensions", complaint});
  });
}

namespace generators {
Alternative<Topology> torus() { return alternative<Torus, Topology>(); }
}  // namespace generators

}  // namespace shardsim
