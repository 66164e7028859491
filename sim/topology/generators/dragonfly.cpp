// SPDX-License-Identifier: Apache-2.0
#include "topology/topology.hpp"

namespace shardsim {
namespace {

// Kim, Dally, Scott, Abts (ISCA 2008): groups of routers that are all cabled to each other; every router has
// `global_links` links to other groups, dealt out so that each pair of groups gets as many as any other (within one).
class Dragonfly final : public Generator {
 public:
  int groups = 9;
  int routers = 4;
  int hosts_per_router = 2;
  int global_links = 2;
  Cable host_link;
  Cable local_link;
  Cable global_link;

 private:
  NodeId generate(NetworkGraph& graph, const std::vector<std::string>& /*wanted*/) const override {
    std::vector<std::vector<NodeId>> router(static_cast<std::size_t>(groups));
    for (int g = 0; g < groups; ++g) add_group(graph, g, router[static_cast<std::size_t>(g)]);
    // Round d links every group to the one d places on. The ports of a group are used in order, router by router.
    std::vector<int> used(router.size(), 0);
    const auto free_port = [&](std::size_t g) { return router[g][static_cast<std::size_t>(used[g]++ / global_links)]; };
    const auto is_full = [&](std::size_t g) { return used[g] == routers * global_links; };
    for (bool added = groups > 1; added;) {
      added = false;
      for (std::size_t d = 1; d <= router.size() / 2; ++d)
        for (std::size_t g = 0; g < (2 * d == router.size() ? d : router.size()); ++g) {
          const std::size_t other = (g + d) % router.size();
          if (is_full(g) || is_full(other)) continue;
          add_cable(graph, free_port(g), free_port(other), global_link);
          added = true;
        }
    }
    return router.front().front();
  }
  void add_group(NetworkGraph& graph, int number, std::vector<NodeId>& router) const {
    for (int r = 0; r < routers; ++r) {
      const std::string name = fmt::format("group{}/router{}", number, r);
      const NodeId node = add_switch(graph, name);
      for (const NodeId other : router) add_cable(graph, other, node, local_link);
      router.push_back(node);
      add_hosts(graph, node, hosts_per_router, name + "/host", host_link);
    }
  }
};

}  // namespace

template <>
void describe(Describe<Dragonfly>& d) {
  d.object("dragonfly", "groups of fully connected routers, groups joined by global links (Kim 2008); minimal routing");
  describe_generator(d);
  d.required("groups", &Dragonfly::groups, "groups").at_least(1).at_most(1024);
  d.required("routers", &Dragonfly::routers, "routers of a group").at_least(1).at_most(128);
  d.required("hosts_per_router", &Dragonfly::hosts_per_router, "hosts on a router").at_least(1).at_most(128);
  d.required("global_links", &Dragonfly::global_links, "links of a router to other groups")
      .formerly("global_cables")
      .at_least(1)
      .at_most(128);
  d.optional("host_link", &Dragonfly::host_link, "between a host and its router").formerly("host_cable");
  d.required("local_link", &Dragonfly::local_link, "between two routers of a group").formerly("local_cable");
  d.required("global_link", &Dragonfly::global_link, "between two groups").formerly("global_cable");
  d.check([](const Dragonfly& f) -> std::optional<Complaint> {
    if (f.routers * f.global_links < f.groups - 1)
      return Complaint{"global_links",
                       fmt::format("a group has {} global links for {} other groups; expected at least one for each",
                                   f.routers * f.global_links, f.groups - 1)};
    const std::int64_t routers = std::int64_t{f.groups} * f.routers;
    const std::string complaint =
        complaint_about_size(routers * f.hosts_per_router, routers * (f.routers - 1 + f.global_links) / 2);
    return complaint.empty() ? std::nullopt : std::optional(Complaint{"groups", complaint});
  });
}

namespace generators {
Alternative<Topology> dragonfly() { return alternative<Dragonfly, Topology>(); }
}  // namespace generators

}  // namespace shardsim
