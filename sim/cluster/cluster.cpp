// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.hpp"

namespace shardsim {

template <>
void describe(Describe<HostChoice>& d) {
  d.object("placement", "where a service runs, among the hosts of a topology that has its own");
  d.optional("on", &HostChoice::on, "pattern of host names: * any text, ? one character, [ab] one of these");
  d.optional("order", &HostChoice::order,
             "packed: hosts in their order; spread: one of every rack (first switch) in turn");
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
  d.optional("placement", &ServiceSpec::placement, "or: how to choose them; left out: packed on any free host");
  d.check([](const ServiceSpec& s) -> std::optional<Complaint> {
    if (!s.hosts.empty() && s.placement) return Complaint{"placement", "expected either 'hosts' or 'placement'"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<Cluster>& d) {
  d.object("cluster", "the servers");
  d.required("main", &Cluster::main, "servers with the dense layers");
  d.required("sparse", &Cluster::sparse, "servers of each sparse shard");
  d.optional("share_hosts", &Cluster::share_hosts,
             "servers may run on the same host, and then share its cores, memory and NIC");
}

}  // namespace shardsim
