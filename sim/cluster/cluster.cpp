// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.hpp"

#include <map>

namespace shardsim {

template <>
void describe(Describe<HostChoice>& d) {
  d.object("placement", "where a service runs, among the hosts of a topology that has its own");
  d.optional("on", &HostChoice::on, "pattern of host names: * any text, ? one character, [ab] one of these");
  d.optional("order", &HostChoice::order,
             "packed: hosts in their order; spread: one of every rack (first switch) in turn");
}

namespace {

template <class Spec>
void describe_servers(Describe<Spec>& d) {
  d.required("platform", &Spec::platform, "kind of server");
  d.optional("replicas", &Spec::replicas, "copies of the service (of each sparse shard)").at_least(1).at_most(100000);
  d.optional("hosts", &Spec::hosts, "names of hosts in the topology, in order: shard by shard, replica by replica");
  d.optional("placement", &Spec::placement, "or: how to choose them; left out: packed on any free host");
  d.check([](const Spec& s) -> std::optional<Complaint> {
    if (!s.hosts.empty() && s.placement) return Complaint{"placement", "expected either 'hosts' or 'placement'"};
    return std::nullopt;
  });
}

constexpr const char* kMainDoc = "servers with the dense layers";
constexpr const char* kSparseDoc = "servers of each sparse shard";

// A cluster has main and sparse, or pools.
std::optional<Complaint> not_one_form(const Cluster& c) {
  if (!c.pools.empty()) {
    if (!c.main && !c.sparse) return std::nullopt;
    const char* key = c.main ? "main" : "sparse";
    return Complaint{key, fmt::format("both '{}' and 'pools' of cluster are given; allowed: one of them", key)};
  }
  if (c.main && c.sparse) return std::nullopt;
  if (c.main || c.sparse)
    return Complaint{"", fmt::format("the key '{}' of cluster is missing: {}", c.main ? "sparse" : "main",
                                     c.main ? kSparseDoc : kMainDoc)};
  return Complaint{"", fmt::format("these keys of cluster are missing: 'main' ({}), 'sparse' ({}); or 'pools'",
                                   kMainDoc, kSparseDoc)};
}

std::optional<Complaint> name_given_twice(const std::vector<Pool>& pools) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t p = 0; p < pools.size(); ++p)
    if (const auto [it, is_new] = seen.try_emplace(pools[p].name, p); !is_new)
      return Complaint{fmt::format("pools/{}/name", p),
                       fmt::format("found {}, which is the name of pool {} too; each needs a name of its own",
                                   in_quotes(pools[p].name), it->second)};
  return std::nullopt;
}

std::optional<Complaint> host_given_twice(const std::vector<Pool>& pools) {
  std::map<std::string, std::string> seen;
  for (std::size_t p = 0; p < pools.size(); ++p)
    for (std::size_t h = 0; h < pools[p].hosts.size(); ++h)
      if (const auto [it, is_new] = seen.try_emplace(pools[p].hosts[h], pools[p].name); !is_new)
        return Complaint{fmt::format("pools/{}/hosts/{}", p, h),
                         fmt::format("host {} is named in pool {} already; name each host once, or set 'colocate'",
                                     in_quotes(pools[p].hosts[h]), in_quotes(it->second))};
  return std::nullopt;
}

}  // namespace

template <>
void describe(Describe<ServiceSpec>& d) {
  d.object("service", "the servers of one service");
  describe_servers(d);
}

template <>
void describe(Describe<Pool>& d) {
  d.object("pool", "servers of one platform, and the services placed on them");
  d.required("name", &Pool::name, "unique among the pools");
  d.required(
      "services", &Pool::services,
      "names of services, or patterns of names: main, and the sparse shards as the plan calls them (sparse0, ...)");
  describe_servers(d);
  d.check([](const Pool& p) -> std::optional<Complaint> {
    if (p.services.empty()) return Complaint{"services", "found none; expected at least one, such as \"sparse*\""};
    return std::nullopt;
  });
}

template <>
void describe(Describe<Cluster>& d) {
  d.object("cluster", "the servers");
  d.optional("main", &Cluster::main, kMainDoc);
  d.optional("sparse", &Cluster::sparse, kSparseDoc);
  d.optional("pools", &Cluster::pools, "instead of these two: servers of several platforms, and the services of each");
  d.optional("colocate", &Cluster::colocate,
             "servers may run on the same host, and then share its cores, memory and NIC")
      .formerly("share_hosts");
  d.check([](const Cluster& c) -> std::optional<Complaint> {
    if (auto complaint = not_one_form(c)) return complaint;
    if (auto complaint = name_given_twice(c.pools)) return complaint;
    return c.colocate ? std::nullopt : host_given_twice(c.pools);
  });
}

}  // namespace shardsim
