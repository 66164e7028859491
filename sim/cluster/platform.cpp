// SPDX-License-Identifier: Apache-2.0
#include "cluster/platform.hpp"

namespace shardsim {

std::optional<std::size_t> Platform::tier_of(const std::string& tier) const {
  for (std::size_t i = 0; i < tiers.size(); ++i)
    if (tiers[i]->name == tier) return i;
  return std::nullopt;
}

template <>
void describe(Describe<Nic>& d) {
  d.object("nic", "network interface, and what its software costs");
  d.optional("description", &Nic::description, "what it is");
  d.required("bandwidth", &Nic::bandwidth, "each way; \"unlimited\" is allowed").more_than(Bandwidth{0});
  d.optional("receive_bandwidth", &Nic::receive_bandwidth, "of the receiving side, where it differs");
  d.optional("latency", &Nic::latency, "of NIC and network stack, added to each message at this end");
  d.optional("cpu_per_message", &Nic::cpu_per_message, "core time of the network stack for each message at this end");
  d.optional("sources", &Nic::sources, "where each figure comes from");
  d.check([](const Nic& n) -> std::optional<Complaint> {
    if (n.receive_bandwidth && n.receive_bandwidth->bytes_per_second <= 0)
      return Complaint{"receive_bandwidth", "expected more than 0"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<RpcCosts>& d) {
  d.object("rpc", "CPU cost of a message at one end");
  d.required("cpu_per_message", &RpcCosts::cpu_per_message, "RPC library and kernel, whatever the size");
  d.required("serialization", &RpcCosts::serialization, "bytes serialized or deserialized per second of a core")
      .more_than(Bandwidth{0});
  d.optional("wakeup", &RpcCosts::wakeup,
             "more, for a message that finds an idle core, or its service with nothing in hand: it wakes a thread");
}

template <>
void describe(Describe<Platform>& d) {
  d.object("platform", "a kind of server");
  d.required("name", &Platform::name, "short name");
  d.optional("description", &Platform::description, "what it is");
  d.required("cores", &Platform::cores, "cores that serve").at_least(1).at_most(65536);
  d.required("memory", &Platform::memory, "DRAM").more_than(Bytes{0});
  d.optional("memory_reserved", &Platform::memory_reserved, "not available to tables: operating system, buffers");
  d.required("memory_bandwidth", &Platform::memory_bandwidth,
             "of the host, shared by the cores that gather at the same time; \"unlimited\" is allowed")
      .more_than(Bandwidth{0});
  d.required("nic", &Platform::nic, "network interface");
  d.required("core", &Platform::core, "dense compute");
  d.required("lookup", &Platform::lookup, "embedding lookups");
  d.required("rpc", &Platform::rpc, "messages");
  d.optional("tiers", &Platform::tiers, "where rows of tables can be beside memory");
  d.optional("accelerator", &Platform::accelerator, "accelerators in the server");
  d.required("service_overhead", &Platform::service_overhead, "CPU time of a service for each request it handles");
  d.required("net_overhead", &Platform::net_overhead, "CPU time of a sparse shard for each net it evaluates");
  d.optional("price_per_hour", &Platform::price_per_hour, "of a server, in any currency; for 'shardsim capacity'")
      .at_least(0);
  d.optional("watts", &Platform::watts, "electrical power of a server; for 'shardsim capacity'").at_least(0);
  d.optional("sources", &Platform::sources, "where each figure comes from");
  d.check([](const Platform& p) -> std::optional<Complaint> {
    if (p.memory_reserved >= p.memory) return Complaint{"memory_reserved", "expected less than 'memory'"};
    for (std::size_t i = 0; i < p.tiers.size(); ++i)
      if (const std::string& tier = p.tiers[i]->name; tier == "memory" || p.tier_of(tier) != i)
        return Complaint{fmt::format("tiers/{}/name", i),
                         tier == "memory" ? "is the name of the host's own memory; expected another"
                                          : fmt::format("a second tier is called {}", in_quotes(tier))};
    return std::nullopt;
  });
}

}  // namespace shardsim
