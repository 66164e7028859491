// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <unordered_map>

#include "cluster/cluster.hpp"

namespace shardsim {
namespace {

constexpr std::int64_t kMostServers = kMostMadeHosts;

// A service as it is placed: how many servers it needs, and what they are called where nobody names them.
struct Wanted {
  const ServiceSpec& spec;
  std::string role;
  std::vector<std::string> names;
  std::string pointer(const char* key) const { return "/cluster/" + role + "/" + key; }
};

// The first figure in which platforms differ that go by one name, or nothing. Remarks may differ.
std::string difference(const Platform& a, const Platform& b) {
  const Json one = value_type<Platform>().write(&a, {}).flatten();
  const Json other = value_type<Platform>().write(&b, {}).flatten();
  const auto is_remark = [](const std::string& key) {
    return key.find("/sources") != std::string::npos || key.find("/description") != std::string::npos;
  };
  const auto differs = [&](const Json& in, const Json& from) -> std::string {
    for (const auto& [key, value] : in.items())
      if (!is_remark(key) && (!from.contains(key) || from[key] != value)) return key.substr(1);
    return {};
  };
  const std::string found = differs(one, other);
  return found.empty() ? differs(other, one) : found;
}

class Deployer {
 public:
  // Precondition: not more than kMostServers.
  Deployer(const Cluster& cluster, std::size_t shards, const Topology& topology)
      : cluster_(cluster), topology_(topology), services_{main_of(cluster), sparse_of(cluster, shards)} {}

  Deployment deploy() {
    std::vector<std::string> made;
    for (const Wanted& service : services_) {
      check_named(service);
      if (topology_.makes_hosts()) add_made(service, made);
    }
    deployment_.topology = build_topology(topology_, made);
    index_hosts();
    for (const Wanted& service : services_) place(service);
    fit_cards();
    return std::move(deployment_);
  }

 private:
  static Wanted main_of(const Cluster& cluster) {
    Wanted main{cluster.main, "main", {}};
    for (int m = 0; m < cluster.main.replicas; ++m) main.names.push_back(fmt::format("main{}", m));
    return main;
  }
  static Wanted sparse_of(const Cluster& cluster, std::size_t shards) {
    Wanted sparse{cluster.sparse, "sparse", {}};
    for (std::size_t s = 0; s < shards; ++s)
      for (int r = 0; r < cluster.sparse.replicas; ++r)
        sparse.names.push_back(cluster.sparse.replicas == 1 ? fmt::format("sparse{}", s)
                                                            : fmt::format("sparse{}.{}", s, r));
    return sparse;
  }

  static void check_named(const Wanted& service) {
    if (!service.spec.hosts.empty() && service.spec.hosts.size() < service.names.size())
      throw ScenarioError(service.pointer("hosts"),
                          fmt::format("names {} hosts and {} are needed; name more, or none to have them chosen",
                                      service.spec.hosts.size(), service.names.size()));
  }
  void add_made(const Wanted& service, std::vector<std::string>& made) const {
    if (service.spec.placement)
      throw ScenarioError(service.pointer("placement"),
                          "the topology makes a host for each server, so there is nothing to choose; give the topology "
                          "hosts of its own, or leave this out");
    for (std::size_t i = 0; i < service.names.size(); ++i) {
      const std::string& name = service.spec.hosts.empty() ? service.names[i] : service.spec.hosts[i];
      if (std::find(made.begin(), made.end(), name) == made.end()) made.push_back(name);
    }
  }

  void index_hosts() {
    const NetworkGraph& graph = deployment_.topology.graph;
    for (const NodeId node : boost::make_iterator_range(boost::vertices(graph)))
      if (graph[node].kind == NodeKind::host) {
        host_of_[graph[node].name] = node;
        names_.push_back(graph[node].name);
      }
  }

  void place(const Wanted& service) {
    if (topology_.makes_hosts() || !service.spec.hosts.empty()) {
      for (std::size_t i = 0; i < service.names.size(); ++i)
        take(service, named(service, service.spec.hosts.empty() ? service.names[i] : service.spec.hosts[i]));
      return;
    }
    const std::vector<NodeId> hosts = choice_of(service);
    if (hosts.empty() || (hosts.size() < service.names.size() && !cluster_.share_hosts))
      throw ScenarioError(service.pointer("placement"),
                          fmt::format("{} of {} free hosts match {} and take the platform {}, and {} are needed",
                                      hosts.size(), names_.size() - taken_.size(), in_quotes(placement_of(service).on),
                                      in_quotes(service.spec.platform.name), service.names.size()));
    for (std::size_t i = 0; i < service.names.size(); ++i) take(service, hosts[i % hosts.size()]);
  }
  static HostChoice placement_of(const Wanted& service) { return service.spec.placement.value_or(HostChoice{}); }

  NodeId named(const Wanted& service, const std::string& name) const {
    if (const auto it = host_of_.find(name); it != host_of_.end()) return it->second;
    throw ScenarioError(service.pointer("hosts"),
                        fmt::format("there is no host {}{}", in_quotes(name), suggestion(name, names_)));
  }

  // Hosts that a service may take, in the order in which it takes them.
  std::vector<NodeId> choice_of(const Wanted& service) const {
    const NetworkGraph& graph = deployment_.topology.graph;
    const HostChoice placement = placement_of(service);
    std::map<NodeId, std::vector<NodeId>> racks;  // by first switch
    std::vector<NodeId> packed;
    for (const NodeId node : matching_hosts(graph, placement.on)) {
      const NetworkNode& host = graph[node];
      if (taken_.contains(node) && !cluster_.share_hosts) continue;
      if (!host.platform.empty() && host.platform != service.spec.platform.name) continue;
      const auto [first, last] = boost::out_edges(node, graph);
      racks[first == last ? node : boost::target(*first, graph)].push_back(node);
      packed.push_back(node);
    }
    if (placement.order == HostOrder::packed) return packed;
    std::vector<NodeId> spread;
    for (std::size_t round = 0; spread.size() < packed.size(); ++round)
      for (const auto& [rack, hosts] : racks)
        if (round < hosts.size()) spread.push_back(hosts[round]);
    return spread;
  }

  void take(const Wanted& service, NodeId node) {
    const NetworkNode& host = deployment_.topology.graph[node];
    const auto [it, is_new] = taken_.try_emplace(node, &service.spec.platform);
    if (!is_new && !cluster_.share_hosts)
      throw ScenarioError("/cluster", fmt::format("host {} is named for two servers; give each its own, or set "
                                                  "'share_hosts'",
                                                  in_quotes(host.name)));
    const std::string& platform = is_new && !host.platform.empty() ? host.platform : it->second->name;
    if (platform != service.spec.platform.name)
      throw ScenarioError("/cluster/" + service.role,
                          fmt::format("host {} is of platform {}, and this service's is {}", in_quotes(host.name),
                                      in_quotes(platform), in_quotes(service.spec.platform.name)));
    if (it->second != &service.spec.platform) check_alike(service, *it->second, host.name);
    deployment_.servers.push_back({&service.spec.platform, node});
  }

  // A host is one machine, whatever runs on it.
  static void check_alike(const Wanted& service, const Platform& taken, const std::string& host) {
    const std::string key = difference(taken, service.spec.platform);
    if (key.empty()) return;
    throw ScenarioError("/cluster/" + service.role + "/platform",
                        fmt::format("is called {}, as is that of the other service on host {}, and has another {}; a "
                                    "shared host is one machine: make them alike, or do not share hosts",
                                    in_quotes(taken.name), in_quotes(host), in_quotes(key)));
  }

  void fit_cards() {
    NetworkGraph& graph = deployment_.topology.graph;
    for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
      NetworkLink& link = graph[edge];
      if (const auto from = taken_.find(boost::source(edge, graph)); from != taken_.end()) {
        link.bandwidth = std::min(link.bandwidth, from->second->nic.bandwidth);
        link.latency += from->second->nic.latency;
      }
      if (const auto to = taken_.find(boost::target(edge, graph)); to != taken_.end()) {
        link.bandwidth =
            std::min(link.bandwidth, to->second->nic.receive_bandwidth.value_or(to->second->nic.bandwidth));
        link.latency += to->second->nic.latency;
      }
    }
  }

  const Cluster& cluster_;
  const Topology& topology_;
  std::array<Wanted, 2> services_;
  Deployment deployment_;
  std::unordered_map<std::string, NodeId> host_of_;
  std::vector<std::string> names_;
  std::map<NodeId, const Platform*> taken_;
};

}  // namespace

Deployment deploy(const Cluster& cluster, std::size_t shards, const Topology& topology) {
  const std::int64_t servers = cluster.main.replicas + static_cast<std::int64_t>(shards) * cluster.sparse.replicas;
  if (servers > kMostServers)
    throw ScenarioError("/cluster",
                        fmt::format("needs {} servers ({} main, {} for each of {} shards); at most {} are "
                                    "allowed",
                                    servers, cluster.main.replicas, cluster.sparse.replicas, shards, kMostServers));
  return Deployer(cluster, shards, topology).deploy();
}

}  // namespace shardsim
