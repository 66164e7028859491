// SPDX-License-Identifier: Apache-2.0
#include "serving/serving.hpp"

namespace shardsim {
namespace {

static_assert(kMostMadeHosts < static_cast<std::int64_t>(kMostTargets), "as many shards may be deployed");

// Beyond these ranges random draws would not be told apart.
void check_ranges(std::size_t nets, std::size_t shards) {
  if (nets > kMostNets)
    throw ScenarioError("/model/nets", fmt::format("has {} nets; at most {} can be served", nets, kMostNets));
  if (shards >= kMostTargets)
    throw ScenarioError("/sharding", fmt::format("makes {} shards; less than {} can be served", shards, kMostTargets));
}

}  // namespace

Serving::Serving(Simulation& sim, const Model& model, const ShardingPlan& plan, const Cluster& cluster,
                 const ServingSpec& spec, const Traffic& traffic, Network& network,
                 const std::vector<ServerSite>& sites, std::uint64_t seed, std::uint32_t replication)
    : sim_(sim),
      model_(model),
      cluster_(cluster),
      spec_(spec),
      traffic_(traffic),
      network_(network),
      seed_(seed),
      replication_(replication),
      demands_(model, plan, cluster, spec.deduplicate, seed, replication),
      net_order_(evaluation_order(model)),
      sparse_replicas_(static_cast<std::size_t>(cluster.sparse.replicas)),
      shard_totals_(plan.shards.size()) {
  check_ranges(model.nets.size(), plan.shards.size());
  for (const Net& net : model.nets) dense_.push_back(dense_times(net, cluster.main.platform.core));
  const auto varying = [](const Choice<Distribution>& c) { return c.has_value() && !c->is_constant() ? &*c : nullptr; };
  jitter_ = {varying(spec.jitter.dense), varying(spec.jitter.sparse), varying(spec.jitter.serde),
             varying(spec.jitter.service)};
  add_servers(sites);
  connect(sites);
  place_memory(plan);
  check_memory();
}

void Serving::add_servers(const std::vector<ServerSite>& sites) {
  std::map<NodeId, Host*> host_at;
  for (const ServerSite& site : sites) {
    Host*& host = host_at[site.node];
    if (host == nullptr)
      host = &hosts_.emplace_back(sim_, static_cast<std::uint32_t>(hosts_.size()), network_.graph()[site.node].name,
                                  *site.platform);
    const bool is_main = servers_.size() < static_cast<std::size_t>(cluster_.main.replicas);
    servers_.emplace_back(*host, is_main ? "main" : "sparse");
  }
}

Host* Serving::host(const std::string& name) {
  for (Host& host : hosts_)
    if (host.name() == name) return &host;
  return nullptr;
}

void Serving::connect(const std::vector<ServerSite>& sites) {
  const NodeId frontend = network_.frontend();
  main_.resize(static_cast<std::size_t>(cluster_.main.replicas));
  frontend_balancer_ = spec_.main_balancer->make(main_.size());
  for (std::size_t m = 0; m < main_.size(); ++m) {
    MainReplica& main = main_[m];
    main.server = &servers_[m];
    main.node = sites[m].node;
    main.from_frontend = &network_.route(frontend, main.node);
    main.to_frontend = &network_.route(main.node, frontend);
    for (std::size_t s = 0; s < shard_totals_.size(); ++s) {
      main.balancers.push_back(spec_.sparse_balancer->make(sparse_replicas_));
      main.shards.emplace_back();
      for (std::size_t r = 0; r < sparse_replicas_; ++r) {
        const std::size_t number = first_server_of_shard(s) + r;
        const NodeId there = sites[number].node;
        network_.require_route(main.node, there);
        network_.require_route(there, main.node);
        main.shards.back().push_back({&servers_[number], there});
      }
    }
  }
}

void Serving::find_routes(const MainReplica& main, SparseReplica& replica) {
  replica.there = &routes_.emplace_back(network_.route_of_flow(main.node, replica.node, 0));
  replica.back = &routes_.emplace_back(network_.route_of_flow(replica.node, main.node, 0));
}

void Serving::place_memory(const ShardingPlan& plan) {
  for (std::size_t m = 0; m < main_.size(); ++m)
    servers_[m].host().memory().hold(placed_bytes(plan.main, model_) + model_.dense_bytes());
  for (std::size_t s = 0; s < plan.shards.size(); ++s)
    for (std::size_t r = 0; r < sparse_replicas_; ++r)
      servers_[first_server_of_shard(s) + r].host().memory().hold(placed_bytes(plan.shards[s].tables, model_));
}

// Each server alone fits its platform (make_plan saw to that); several on one host may not.
void Serving::check_memory() const {
  constexpr double kGiB = 1 << 30;
  for (const Host& host : hosts_)
    if (const Bytes usable = host.platform().usable_memory(); host.memory().used() > usable)
      throw InfeasibleError("/cluster",
                            fmt::format("the servers on host {} need {:.2f} GiB together and it has {:.2f}; spread "
                                        "them over more hosts",
                                        in_quotes(host.name()), static_cast<double>(host.memory().used().count) / kGiB,
                                        static_cast<double>(usable.count) / kGiB));
}

Duration Serving::jittered(const Distribution& factor, Duration time, const Activity& activity, Step step) const {
  const StreamKey key = activity.piece(step);
  RandomStream random(seed_, replication_, Purpose::jitter, key.id, key.sub);
  return scaled(time, factor.sample(random));
}

void Serving::note_repeated(const Route& route, Bytes size) {
  repeated_bytes_.resize(network_.links().size());
  for (const LinkState* link : route) repeated_bytes_[link->number()] += size;
}

Duration Serving::message_cost(const Platform& platform, Bytes size) {
  return platform.rpc.cpu_per_message + platform.nic.cpu_per_message + size / platform.rpc.serialization;
}

}  // namespace shardsim
