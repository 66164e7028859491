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
  constexpr std::int64_t kScore = 4;  // one fp32 an item
  const Bytes request = traffic_.message ? traffic_.message->request : demands_.query_bytes(query);
  const Bytes response = traffic_.message ? traffic_.message->response : Bytes{kScore * query.items};

  std::size_t replica = 0;
  for (int attempt = 0;; ++attempt) {
    replica = frontend_balancer_->start(random_for(query.id, static_cast<std::uint64_t>(attempt)));
    const Time sent = sim_.now();
    const Network::Transit transit = co_await network_.send(*main_[replica].from_frontend, request);
    spans += transit;
    if (!transit.lost) break;
    spans[Span::retry] += co_await until_timeout(sent);
    frontend_balancer_->finished(replica);
    if (attempt == retries()) co_return report(outcome, false, done);
  }
  MainReplica& main = main_[replica];
  Server& server = *main.server;
  spans += co_await server.run(
      Work::serde, with_jitter(Work::serde, message_cost(server.platform(), request), query.id, Step::receive));
  spans += co_await server.run(
      Work::service, with_jitter(Work::service, server.platform().service_overhead, query.id, Step::overhead));

  Join<BatchPath> batches;
  int number = 0;
  for (int first = 0; first < query.items; first += spec_.batch_items) {
    batches.fork();
    serve_batch(query, {number++, first, std::min(first + spec_.batch_items, query.items)}, main, batches);
  }
  co_await batches;
  spans.join(batches.last().critical, batches.work());
  outcome.embedded = batches.last().embedded;

  bool answered = !batches.failed();
  if (answered) {
    spans += co_await server.run(
        Work::serde, with_jitter(Work::serde, message_cost(server.platform(), response), query.id, Step::reply));
    const Time sent = sim_.now();
    const Network::Transit transit = co_await network_.send(*main.to_frontend, response);
    spans += transit;
    answered = !transit.lost;
    if (transit.lost) spans[Span::retry] += co_await until_timeout(sent);
  }
  frontend_balancer_->finished(replica);
  report(outcome, answered, done);
}

void Serving::report(Outcome& outcome, bool answered, std::function<void(const Outcome&)>& done) {
  outcome.failed = !answered;
  outcome.latency = sim_.now() - outcome.arrived;
  outcome.cpu = outcome.spans.work();
  sim_.note(outcome.id);
  done(outcome);
}

// A batch walks the nets in dependency order. For each it asks the sparse shards, runs what needs no answer meanwhile,
// and goes on when all are back. It holds no core while it waits.
Process Serving::serve_batch(const Query& query, Batch batch, MainReplica& main, Join<BatchPath>& batches) {
  BatchPath path;
  Server& server = *main.server;
  for (const std::size_t net : net_order_) {
    const std::vector<Demand>& demands = demands_.of_batch(query, net, batch.number, batch.first, batch.last);
    const Demand local = demands[0];
    Bytes partial = local.partial;
    Join<Spans> rpcs;
    for (const std::size_t target : demands_.remote_targets(net)) {
      if (demands[target].lookups == 0) continue;  // an empty bag asks nobody
      partial += demands[target].partial;
      rpcs.fork();
      const Call call{query.id, batch.number, net, target, demands[target], 0};
      if (spec_.timeout)
        call_until_answered(call, main, rpcs);
      else
        call_shard(call, main, &rpcs, nullptr);
    }

    Spans own;
    const std::int64_t rows = model_.nets[net].per == Per::item ? batch.items() : 1;
    own += co_await server.run(
        Work::dense, with_jitter(Work::dense, dense_[net].before(rows), query.id, Step::bottom, batch.number, net));
    own += co_await server.gather(
        with_jitter(Work::sparse, from_picoseconds(local.gather_ps), query.id, Step::gather, batch.number, net),
        local.traffic);
    const Time own_done = sim_.now();
    co_await rpcs;
    path.critical.join(sim_.now() > own_done ? rpcs.last() : own, own.work() + rpcs.work());
    path.embedded += rpcs.last();
    if (rpcs.failed()) co_return batches.fail(path);

    const Duration summing = from_picoseconds(static_cast<double>(partial.count) *
                                              static_cast<double>(server.platform().lookup.time_per_byte.count()));
    path.critical += co_await server.run(
        Work::sparse, with_jitter(Work::sparse, summing, query.id, Step::partial, batch.number, net));
    path.critical += co_await server.run(
        Work::dense, with_jitter(Work::dense, dense_[net].after(rows), query.id, Step::top, batch.number, net));
  }
  batches.finish(path);
}

// An RPC that is asked again when no answer comes in time. A late answer is still worked for, and then thrown away.
Process Serving::call_until_answered(Call call, MainReplica& main, Join<Spans>& rpcs) {
  Spans spans;
  for (call.attempt = 0; call.attempt <= spec_.timeout->retries; ++call.attempt) {
    Answer& answer = answers_.take();
    call_shard(call, main, nullptr, &answer);
    const bool in_time = co_await answer.within(spec_.timeout->after, sim_);
    if (in_time) {
      spans += answer.spans();
      co_return rpcs.finish(spans);
    }
    spans[Span::retry] += spec_.timeout->after;
  }
  rpcs.fail(spans);
}

// One RPC: serialised on a core, over the network, waits for a core of the shard, gathers and pools, and back. It tells
// `rpcs` when it is done, or, where the caller may have given up, `answer`.
Process Serving::call_shard(Call call, MainReplica& main, Join<Spans>* rpcs, Answer* answer) {
  const std::size_t shard = call.target - 1;
  const Demand& demand = call.demand;
  const auto jitter = [&](Work work, Duration time, Step step) {
    return with_jitter(work, time, call.query, step, call.batch, call.net, call.target, call.attempt);
  };
  const std::optional<RpcSizes>& sizes = model_.nets[call.net].rpc;
  const Bytes request = sizes ? sizes->request : demands_.request_bytes(demand);
  const Bytes response = sizes ? sizes->response : demand.pooled;
  Balancer& balancer = *main.balancers[shard];
  const std::size_t chosen = balancer.start(random_for(call.query, call.number()));
  const SparseReplica& replica = main.shards[shard][chosen];
  Server& caller = *main.server;
  Server& server = *replica.server;
  ++shard_totals_[shard].rpcs;
  shard_totals_[shard].lookups += demand.lookups;

  const Time issued = sim_.now();
  Spans spans;
  spans += co_await caller.run(Work::serde, jitter(Work::serde, message_cost(caller.platform(), request), Step::call));
  const Network::Transit there = co_await network_.send(*replica.there, request);
  spans += there;
  bool lost = there.lost;
  if (!lost) {
    const Platform& platform = server.platform();
    spans += co_await server.run(Work::serde, jitter(Work::serde, message_cost(platform, request), Step::receive));
    spans += co_await server.run(Work::service,
                                 jitter(Work::service, platform.service_overhead + platform.net_overhead, Step::net));
    spans +=
        co_await server.gather(jitter(Work::sparse, from_picoseconds(demand.gather_ps), Step::gather), demand.traffic);
    spans += co_await server.run(Work::serde, jitter(Work::serde, message_cost(platform, response), Step::answer));
    const Network::Transit back = co_await network_.send(*replica.back, response);
    spans += back;
    lost = back.lost;
  }
  if (!lost)
    spans +=
        co_await caller.run(Work::serde, jitter(Work::serde, message_cost(caller.platform(), response), Step::collect));
  if (lost) co_await until_timeout(issued);  // the caller knows no sooner
  balancer.finished(chosen);
  if (answer == nullptr)
    lost ? rpcs->fail(spans) : rpcs->finish(spans);
  else
    lost ? answer->lose() : answer->give(spans, sim_);
}

}  // namespace shardsim
