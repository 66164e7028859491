// SPDX-License-Identifier: Apache-2.0
#include "serving/serving.hpp"

namespace shardsim {

Serving::Serving(Simulation& sim, const Model& model, const ShardingPlan& plan, const Cluster& cluster,
                 const ServingSpec& spec, const Traffic& traffic, Network& network, std::uint64_t seed,
                 std::uint32_t replication)
    : sim_(sim),
      model_(model),
      cluster_(cluster),
      spec_(spec),
      traffic_(traffic),
      network_(network),
      seed_(seed),
      replication_(replication),
      demands_(model, plan, cluster, seed, replication),
      net_order_(evaluation_order(model)),
      sparse_replicas_(static_cast<std::size_t>(cluster.sparse.replicas)),
      shard_totals_(plan.shards.size()) {
  for (const Net& net : model.nets) dense_.push_back(dense_times(net, cluster.main.platform.core));
  const auto varying = [](const Choice<Distribution>& c) { return c.has_value() && !c->is_constant() ? &*c : nullptr; };
  jitter_ = {varying(spec.jitter.dense), varying(spec.jitter.sparse), varying(spec.jitter.serde),
             varying(spec.jitter.service)};
  add_hosts();
  connect();
  place_memory(plan);
}

void Serving::add_hosts() {
  for (const HostPort& port : host_ports(cluster_, shard_totals_.size())) {
    const bool is_main = hosts_.size() < static_cast<std::size_t>(cluster_.main.replicas);
    hosts_.emplace_back(sim_, port.name, is_main ? "main" : "sparse",
                        is_main ? cluster_.main.platform : cluster_.sparse.platform);
  }
}

void Serving::connect() {
  const NodeId frontend = network_.frontend();
  main_.resize(static_cast<std::size_t>(cluster_.main.replicas));
  frontend_balancer_ = spec_.main_balancer->make(main_.size());
  for (std::size_t m = 0; m < main_.size(); ++m) {
    MainReplica& main = main_[m];
    main.host = &hosts_[m];
    const NodeId node = network_.host(main.host->name());
    main.from_frontend = &network_.route(frontend, node);
    main.to_frontend = &network_.route(node, frontend);
    for (std::size_t s = 0; s < shard_totals_.size(); ++s) {
      main.balancers.push_back(spec_.sparse_balancer->make(sparse_replicas_));
      main.shards.emplace_back();
      for (std::size_t r = 0; r < sparse_replicas_; ++r) {
        Host& host = hosts_[first_host_of_shard(s) + r];
        const NodeId there = network_.host(host.name());
        main.shards.back().push_back({&host, &network_.route(node, there), &network_.route(there, node)});
      }
    }
  }
}

void Serving::place_memory(const ShardingPlan& plan) {
  for (std::size_t m = 0; m < main_.size(); ++m)
    hosts_[m].use_memory(placed_bytes(plan.main, model_) + model_.dense_bytes());
  for (std::size_t s = 0; s < plan.shards.size(); ++s)
    for (std::size_t r = 0; r < sparse_replicas_; ++r)
      hosts_[first_host_of_shard(s) + r].use_memory(placed_bytes(plan.shards[s].tables, model_));
}

Duration Serving::with_jitter(Work work, Duration time, const Query& query, Step step, int batch, std::size_t net,
                              std::size_t target) const {
  const Distribution* factor = jitter_[static_cast<std::size_t>(work)];
  if (factor == nullptr || time == Duration::zero()) return time;
  const std::uint64_t draw = static_cast<std::uint64_t>(batch) << 44 | static_cast<std::uint64_t>(net) << 32 |
                             static_cast<std::uint64_t>(target) << 8 | static_cast<std::uint64_t>(step);
  RandomStream random(seed_, replication_, Purpose::jitter, query.id, draw);
  return scaled(time, factor->sample(random));
}

Duration Serving::message_cost(const Platform& platform, Bytes size) {
  return platform.rpc.cpu_per_message + size / platform.rpc.serialization;
}

}  // namespace shardsim
