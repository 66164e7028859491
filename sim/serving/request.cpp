// SPDX-License-Identifier: Apache-2.0
// The way of a request; reads like section 3 of docs/architecture.md.
#include "serving/serving.hpp"

namespace shardsim {

void Serving::submit(Query query, std::function<void(const Outcome&)>& done) { serve_query(std::move(query), done); }

// A query reaches a main-shard replica over the network, is deserialised, and cut in batches that run in parallel. When
// all are done, the scores leave.
Process Serving::serve_query(Query query, std::function<void(const Outcome&)>& done) {
  Outcome outcome;
  outcome.id = query.id;
  outcome.items = query.items;
  outcome.arrived = sim_.now();
  Spans& spans = outcome.spans;

  const std::size_t replica =
      frontend_balancer_->start(RandomStream(seed_, replication_, Purpose::balancing, query.id));
  MainReplica& main = main_[replica];
  const Platform& platform = main.host->platform();
  constexpr std::int64_t kScore = 4;  // one fp32 an item
  const Bytes request = traffic_.message ? traffic_.message->request : demands_.query_bytes(query);
  const Bytes response = traffic_.message ? traffic_.message->response : Bytes{kScore * query.items};

  spans += co_await network_.send(*main.from_frontend, request);
  spans += co_await main.host->run(Work::serde,
                                   with_jitter(Work::serde, message_cost(platform, request), query, Step::receive));
  spans += co_await main.host->run(Work::service,
                                   with_jitter(Work::service, platform.service_overhead, query, Step::overhead));

  Join<BatchPath> batches;
  int number = 0;
  for (int first = 0; first < query.items; first += spec_.batch_items) {
    batches.fork();
    serve_batch(query, {number++, first, std::min(first + spec_.batch_items, query.items)}, main, batches);
  }
  co_await batches;
  spans += batches.last().critical;
  outcome.embedded = batches.last().embedded;

  spans += co_await main.host->run(Work::serde,
                                   with_jitter(Work::serde, message_cost(platform, response), query, Step::reply));
  spans += co_await network_.send(*main.to_frontend, response);

  frontend_balancer_->finished(replica);
  outcome.latency = sim_.now() - outcome.arrived;
  sim_.note(query.id);
  done(outcome);
}

// A batch walks the nets in dependency order. For each it asks the sparse shards, runs what needs no answer meanwhile,
// and goes on when all are back. It holds no core while it waits.
Process Serving::serve_batch(const Query& query, Batch batch, MainReplica& main, Join<BatchPath>& batches) {
  BatchPath path;
  Host& host = *main.host;
  for (const std::size_t net : net_order_) {
    const std::vector<Demand>& demands = demands_.of_batch(query, net, batch.number, batch.first, batch.last);
    const Demand local = demands[0];
    Bytes partial = local.partial;
    Join<Spans> rpcs;
    for (const std::size_t target : demands_.remote_targets(net)) {
      if (demands[target].lookups == 0) continue;  // an empty bag asks nobody
      partial += demands[target].partial;
      rpcs.fork();
      call_shard(query, batch, net, target, demands[target], main, rpcs);
    }

    Spans own;
    const std::int64_t rows = model_.nets[net].per == Per::item ? batch.items() : 1;
    own += co_await host.run(
        Work::dense, with_jitter(Work::dense, dense_[net].before(rows), query, Step::bottom, batch.number, net));
    own += co_await host.gather(
        with_jitter(Work::sparse, from_picoseconds(local.gather_ps), query, Step::gather, batch.number, net),
        local.traffic);
    const Time own_done = sim_.now();
    co_await rpcs;
    path.critical += sim_.now() > own_done ? rpcs.last() : own;
    path.embedded += rpcs.last();

    const Duration summing = from_picoseconds(static_cast<double>(partial.count) *
                                              static_cast<double>(host.platform().lookup.time_per_byte.count()));
    path.critical +=
        co_await host.run(Work::sparse, with_jitter(Work::sparse, summing, query, Step::partial, batch.number, net));
    path.critical += co_await host.run(
        Work::dense, with_jitter(Work::dense, dense_[net].after(rows), query, Step::top, batch.number, net));
  }
  batches.finish(path);
}

// One RPC: serialised on a core, over the network, waits for a core of the shard, gathers and pools, and back.
Process Serving::call_shard(const Query& query, Batch batch, std::size_t net, std::size_t target, Demand demand,
                            MainReplica& main, Join<Spans>& rpcs) {
  const std::size_t shard = target - 1;
  const auto jitter = [&](Work work, Duration time, Step step) {
    return with_jitter(work, time, query, step, batch.number, net, target);
  };
  const std::optional<RpcSizes>& sizes = model_.nets[net].rpc;
  const Bytes request = sizes ? sizes->request : DemandModel::index_bytes(demand.lookups, demand.bags);
  const Bytes response = sizes ? sizes->response : demand.pooled;
  Balancer& balancer = *main.balancers[shard];
  const std::uint64_t call =
      static_cast<std::uint64_t>(batch.number) << 40 | static_cast<std::uint64_t>(net) << 32 | target;
  const std::size_t chosen = balancer.start(RandomStream(seed_, replication_, Purpose::balancing, query.id, call));
  const SparseReplica& replica = main.shards[shard][chosen];
  Host& caller = *main.host;
  Host& host = *replica.host;
  ++shard_totals_[shard].rpcs;
  shard_totals_[shard].lookups += demand.lookups;

  Spans spans;
  spans += co_await caller.run(Work::serde, jitter(Work::serde, message_cost(caller.platform(), request), Step::call));
  spans += co_await network_.send(*replica.there, request);
  spans += co_await host.run(Work::serde, jitter(Work::serde, message_cost(host.platform(), request), Step::receive));
  spans += co_await host.run(
      Work::service, jitter(Work::service, host.platform().service_overhead + host.platform().net_overhead, Step::net));
  spans += co_await host.gather(jitter(Work::sparse, from_picoseconds(demand.gather_ps), Step::gather), demand.traffic);
  spans += co_await host.run(Work::serde, jitter(Work::serde, message_cost(host.platform(), response), Step::answer));
  spans += co_await network_.send(*replica.back, response);
  spans +=
      co_await caller.run(Work::serde, jitter(Work::serde, message_cost(caller.platform(), response), Step::collect));
  balancer.finished(chosen);
  rpcs.finish(spans);
}

}  // namespace shardsim
