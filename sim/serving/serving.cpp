// SPDX-License-Identifier: Apache-2.0
#include "serving/serving.hpp"

#include "serving/walks.hpp"

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

std::vector<const Platform*> platforms_of(const std::vector<ServiceSite>& sites) {
  std::vector<const Platform*> out;
  for (const ServiceSite& site : sites) out.push_back(site.platform);
  return out;
}

void check_cores(const ServingSpec& spec, const Platform& platform) {
  const auto check = [&](const char* key, int cores) {
    if (cores > platform.cores)
      throw ScenarioError(key, fmt::format("found {}; expected at most {}, the cores of platform {}", cores,
                                           platform.cores, in_quotes(platform.name)));
  };
  check("/serving/inter_op", spec.inter_op);
  if (spec.intra_op) check("/serving/intra_op/cores", spec.intra_op->cores);
}

}  // namespace

Serving::Serving(Simulation& sim, const Model& model, const ShardingPlan& plan, const std::vector<ServiceSite>& sites,
                 const ServingSpec& spec, const Traffic& traffic, Network& network, const TableUse& use,
                 std::uint64_t seed, std::uint32_t replication)
    : sim_(sim),
      model_(model),
      spec_(spec),
      traffic_(traffic),
      network_(network),
      context_(sim, network, spec, seed, replication),
      tiered_(tiered_by_service(plan, model, platforms_of(sites), *spec.store, use)),
      demands_(model, plan, sites, tiered_, spec, seed, replication),
      near_(spec.near_cache ? std::make_unique<NearTables>(spec, model, plan, sites, tiered_, use) : nullptr),
      net_order_(evaluation_order(model)),
      executor_(spec.executor->make({context_, model, *sites.front().platform, spec.intra_op.value_or(IntraOp{}),
                                     *spec.queue, plan, use, spec.batch_items})),
      policy_(*spec.call),
      patience_(spec.patience()),
      shard_totals_(plan.shards.size()) {
  check_ranges(model.nets.size(), plan.shards.size());
  check_walks(model, spec);
  for (const ServiceSite& site : sites) check_cores(spec, *site.platform);
  add_hosts(sites);
  add_services(sites);
  if (near_ != nullptr)
    for (Replica& main : services_.front().replicas()) main.near_cache = make_near_cache(*near_, seed, replication);
  connect();
  place_memory(plan);
  check_memory();
}

void Serving::add_hosts(const std::vector<ServiceSite>& sites) {
  std::map<NodeId, Host*> host_at;
  for (const ServiceSite& site : sites)
    for (const NodeId node : site.nodes) {
      Host*& host = host_at[node];
      if (host == nullptr)
        host = &hosts_.emplace_back(sim_, static_cast<std::uint32_t>(hosts_.size()), network_.graph()[node].name,
                                    *site.platform);
      servers_.emplace_back(*host, &site == &sites.front() ? "main" : "sparse");
    }
}

std::unique_ptr<Station> Serving::new_workers() {
  return spec_.workers ? std::make_unique<Station>(sim_, *spec_.workers) : nullptr;
}

void Serving::add_services(const std::vector<ServiceSite>& sites) {
  auto server = servers_.begin();
  services_.reserve(sites.size());
  for (const ServiceSite& site : sites) {
    const std::vector<TieredTable>& tiered = tiered_[services_.size()];
    Service& service = services_.emplace_back(site.name);
    for (const NodeId node : site.nodes) {
      service.replicas().push_back({&*server, node, spec_.store->make({server->platform(), spec_.inter_op, tiered}),
                                    spec_.admission->make(), new_workers(), nullptr});
      ++server;
    }
    spec_.scaling->start(sim_, service);
  }
}

std::vector<bool> Serving::rows_matter() const {
  std::vector<bool> matter = demands_.rows_matter();
  if (near_ != nullptr) near_->add_rows_matter(matter);
  return matter;
}

Host* Serving::host(const std::string& name) {
  for (Host& host : hosts_)
    if (host.name() == name) return &host;
  return nullptr;
}

void Serving::connect() {
  const NodeId frontend = network_.frontend();
  std::vector<Replica>& replicas = services_.front().replicas();
  frontend_balancer_ = spec_.main_balancer->make(replicas.size());
  main_.reserve(replicas.size());  // callers stay in place
  for (Replica& replica : replicas) {
    MainReplica& main = main_.emplace_back();
    main.caller = {*this, main};
    main.replica = &replica;
    if (demands_.has_copies()) main.outstanding = std::make_unique<Outstanding>(services_.size());
    main.from_frontend = {frontend, replica.node};
    require_routes(main.from_frontend);
    for (Service& shard : std::span(services_).subspan(1)) {
      Channel& channel = main.shards.emplace_back();
      channel.service = &shard;
      channel.balancer = spec_.sparse_balancer->make(shard.replicas().size());
      for (const Replica& there : shard.replicas()) require_routes({replica.node, there.node});
    }
  }
}

void Serving::require_routes(Ends ends) {
  network_.require_route(ends);
  network_.require_route(ends.back());
}

void Serving::place_memory(const ShardingPlan& plan) {
  const auto hold = [this](std::size_t service, const std::vector<Placement>& placements, Bytes more) {
    const Bytes bytes = memory_of(placements, model_, *spec_.store, tiered_[service]) + more;
    for (Replica& replica : services_[service].replicas()) replica.server->host().memory().hold(bytes);
  };
  hold(0, plan.main, model_.dense_bytes() + (near_ == nullptr ? Bytes{} : near_->bytes()));
  for (std::size_t s = 0; s < plan.shards.size(); ++s) hold(s + 1, plan.shards[s].tables, Bytes{});
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

Duration Serving::message_cost(const Platform& platform, Bytes size) {
  return platform.rpc.cpu_per_message + platform.nic.cpu_per_message + size / platform.rpc.serialization;
}

Duration Serving::receive_cost(const Server& server, Bytes size) {
  const Platform& platform = server.platform();
  const Duration cost = message_cost(platform, size);
  if (platform.rpc.wakeup == Duration::zero()) [[likely]]
    return cost;
  return server.idle() || server.host().cores().any_idle() ? cost + platform.rpc.wakeup : cost;
}

}  // namespace shardsim
