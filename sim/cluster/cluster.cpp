// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.hpp"

#include <set>

namespace shardsim {
namespace {

void add_ports(std::vector<HostPort>& ports, const ServiceSpec& service, const std::string& role, std::size_t count,
               const std::vector<std::string>& generated) {
  const std::string pointer = "/cluster/" + role + "/hosts";
  if (!service.hosts.empty() && service.hosts.size() < count)
    throw ScenarioError(
        pointer,
        fmt::format("names {} hosts and {} are needed; name more, or none to have them named main0, sparse0, ...",
                    service.hosts.size(), count));
  const Nic& nic = service.platform.nic;
  for (std::size_t i = 0; i < count; ++i)
    ports.push_back({service.hosts.empty() ? generated[i] : service.hosts[i], nic.bandwidth,
                     nic.receive_bandwidth.value_or(nic.bandwidth)});
}

}  // namespace

std::vector<HostPort> host_ports(const Cluster& cluster, std::size_t shards) {
  std::vector<std::string> main_names;
  for (int m = 0; m < cluster.main.replicas; ++m) main_names.push_back(fmt::format("main{}", m));
  std::vector<std::string> sparse_names;
  for (std::size_t s = 0; s < shards; ++s)
    for (int r = 0; r < cluster.sparse.replicas; ++r)
      sparse_names.push_back(cluster.sparse.replicas == 1 ? fmt::format("sparse{}", s)
                                                          : fmt::format("sparse{}.{}", s, r));
  std::vector<HostPort> ports;
  add_ports(ports, cluster.main, "main", main_names.size(), main_names);
  add_ports(ports, cluster.sparse, "sparse", sparse_names.size(), sparse_names);
  std::set<std::string> seen;
  for (const HostPort& p : ports)
    if (!seen.insert(p.name).second)
      throw ScenarioError("/cluster",
                          fmt::format("host {} is named for two servers; give each its own", in_quotes(p.name)));
  return ports;
}

template <>
void describe(Describe<ServiceSpec>& d) {
  d.object("service", "the servers of one service");
  d.required("platform", &ServiceSpec::platform, "kind of server");
  d.optional("replicas", &ServiceSpec::replicas, "copies of the service (of each sparse shard)")
      .at_least(1)
      .at_most(100000);
  d.optional("hosts", &ServiceSpec::hosts,
             "names of hosts in the topology, in order: shard by shard, replica by replica");
}

template <>
void describe(Describe<Cluster>& d) {
  d.object("cluster", "the servers");
  d.required("main", &Cluster::main, "servers with the dense layers");
  d.required("sparse", &Cluster::sparse, "servers of each sparse shard");
}

}  // namespace shardsim
