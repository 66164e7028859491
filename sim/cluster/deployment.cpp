// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "cluster/cluster.hpp"

namespace shardsim {
namespace {

constexpr std::int64_t kMostServers = kMostMadeHosts;

// A server as it is wanted: of which service, and what its host is called where nobody names it.
struct Seat {
  std::size_t service;
  std::string name;
};

// A pool as it is placed: service by service, replica by replica.
struct Wanted {
  const ServiceSpec& spec;
  std::string key;
  std::vector<Seat> seats;
  std::string pointer() const { return "/cluster/" + key; }
  std::string pointer(const char* field) const { return pointer() + "/" + field; }
  const std::string& host_of(std::size_t seat) const {
    return spec.hosts.empty() ? seats[seat].name : spec.hosts[seat];
  }
};

std::string made_name(std::size_t service, int replica, int replicas) {
  if (service == 0) return fmt::format("main{}", replica);
  return replicas == 1 ? fmt::format("sparse{}", service - 1) : fmt::format("sparse{}.{}", service - 1, replica);
}

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
  Deployer(const Cluster& cluster, const std::vector<std::string>& services, const std::vector<std::size_t>& pools,
           const Topology& topology)
      : cluster_(cluster), topology_(topology) {
    for (const PoolView& pool : pools_of(cluster)) pools_.push_back({*pool.spec, pool.key, {}});
    for (std::size_t s = 0; s < services.size(); ++s) {
      Wanted& pool = pools_[pools[s]];
      for (int r = 0; r < pool.spec.replicas; ++r) pool.seats.push_back({s, made_name(s, r, pool.spec.replicas)});
      deployment_.services.push_back({services[s], &pool.spec.platform, {}});
    }
  }

  Deployment deploy() {
    for (const Wanted& pool : pools_) {
      check_named(pool);
      if (topology_.makes_hosts()) check_unplaced(pool);
    }
    deployment_.topology =
        build_topology(topology_, topology_.makes_hosts() ? made_hosts() : std::vector<std::string>{});
    index_hosts();
    for (const Wanted& pool : pools_) place(pool);
    fit_cards();
    return std::move(deployment_);
  }

 private:
  static void check_named(const Wanted& pool) {
    if (!pool.spec.hosts.empty() && pool.spec.hosts.size() < pool.seats.size())
      throw ScenarioError(pool.pointer("hosts"),
                          fmt::format("names {} hosts and {} are needed; name more, or none to have them chosen",
                                      pool.spec.hosts.size(), pool.seats.size()));
  }
  static void check_unplaced(const Wanted& pool) {
    if (pool.spec.placement)
      throw ScenarioError(pool.pointer("placement"),
                          "the topology makes a host for each server, so there is nothing to choose; give the topology "
                          "hosts of its own, or leave this out");
  }
  // Service by service, in whichever order the pools are written.
  std::vector<std::string> made_hosts() const {
    std::vector<std::vector<std::string>> of_service(deployment_.services.size());
    for (const Wanted& pool : pools_)
      for (std::size_t i = 0; i < pool.seats.size(); ++i) of_service[pool.seats[i].service].push_back(pool.host_of(i));
    std::vector<std::string> made;
    std::unordered_set<std::string> seen;
    for (const auto& hosts : of_service)
      std::copy_if(hosts.begin(), hosts.end(), std::back_inserter(made),
                   [&](const std::string& host) { return seen.insert(host).second; });
    return made;
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
      for (std::size_t i = 0; i < service.seats.size(); ++i) take(service, i, named(service, service.host_of(i)));
      return;
    }
    const std::vector<NodeId> hosts = choice_of(service);
    if (hosts.empty() || (hosts.size() < service.seats.size() && !cluster_.colocate))
      throw ScenarioError(service.pointer("placement"),
                          fmt::format("{} of {} free hosts match {} and take the platform {}, and {} are needed",
                                      hosts.size(), names_.size() - taken_.size(), in_quotes(placement_of(service).on),
                                      in_quotes(service.spec.platform.name), service.seats.size()));
    for (std::size_t i = 0; i < service.seats.size(); ++i) take(service, i, hosts[i % hosts.size()]);
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
      if (taken_.contains(node) && !cluster_.colocate) continue;
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

  void take(const Wanted& service, std::size_t seat, NodeId node) {
    const NetworkNode& host = deployment_.topology.graph[node];
    const auto [it, is_new] = taken_.try_emplace(node, &service.spec.platform);
    if (!is_new && !cluster_.colocate)
      throw ScenarioError("/cluster", fmt::format("host {} is named for two servers; give each its own, or set "
                                                  "'colocate'",
                                                  in_quotes(host.name)));
    const std::string& platform = is_new && !host.platform.empty() ? host.platform : it->second->name;
    if (platform != service.spec.platform.name)
      throw ScenarioError(service.pointer(),
                          fmt::format("host {} is of platform {}, and this service's is {}", in_quotes(host.name),
                                      in_quotes(platform), in_quotes(service.spec.platform.name)));
    if (it->second != &service.spec.platform) check_alike(service, *it->second, host.name);
    deployment_.services[service.seats[seat].service].nodes.push_back(node);
  }

  // A host is one machine, whatever runs on it.
  static void check_alike(const Wanted& service, const Platform& taken, const std::string& host) {
    const std::string key = difference(taken, service.spec.platform);
    if (key.empty()) return;
    throw ScenarioError(service.pointer("platform"),
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
  std::vector<Wanted> pools_;
  Deployment deployment_;
  std::unordered_map<std::string, NodeId> host_of_;
  std::vector<std::string> names_;
  std::map<NodeId, const Platform*> taken_;
};

void check_number(const Cluster& cluster, const std::vector<std::size_t>& pool_of_service) {
  const std::vector<PoolView> pools = pools_of(cluster);
  std::int64_t servers = 0;
  for (const std::size_t pool : pool_of_service) servers += pools[pool].spec->replicas;
  if (servers <= kMostServers) return;
  const std::string parts = cluster.pools.empty()
                                ? fmt::format(" ({} main, {} for each of {} shards)", cluster.main->replicas,
                                              cluster.sparse->replicas, pool_of_service.size() - 1)
                                : std::string();
  throw ScenarioError("/cluster",
                      fmt::format("needs {} servers{}; at most {} are allowed", servers, parts, kMostServers));
}

}  // namespace

Deployment deploy(const Cluster& cluster, const std::vector<std::string>& services, const Topology& topology) {
  const std::vector<std::size_t> pools = pool_by_service(cluster, services);
  check_number(cluster, pools);
  return Deployer(cluster, services, pools, topology).deploy();
}

}  // namespace shardsim
