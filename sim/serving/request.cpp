// SPDX-License-Identifier: Apache-2.0
// The way of a request; reads like section 3 of docs/architecture.md.
#include <numeric>

#include "serving/pieces.hpp"

namespace shardsim {

namespace {

Outcome begun(const Query& query, Time now) {
  Outcome outcome;
  outcome.id = query.id;
  outcome.items = query.items;
  outcome.lookups = std::accumulate(query.lookups.begin(), query.lookups.end(), std::int64_t{0});
  outcome.arrived = now;
  return outcome;
}

}  // namespace

void Serving::submit(Query query, std::function<void(const Outcome&)>& done) {
  Patience* patience = spec_.timeout ? &patience_with(query, done) : nullptr;
  serve_query(std::move(query), done, patience);
}

Serving::Patience& Serving::patience_with(const Query& query, std::function<void(const Outcome&)>& done) {
  if (free_patiences_.empty()) free_patiences_.push_back(&patiences_.emplace_back());
  Patience& patience = *free_patiences_.back();
  free_patiences_.pop_back();
  patience.serving = this;
  patience.done = &done;
  patience.at_the_end = begun(query, sim_.now());
  patience.answered = patience.over = false;
  patience.holders = 2;
  sim_.at(sim_.now() + spec_.timeout->of_query(), patience);
  return patience;
}

// From now on nobody waits for the answer: what is still done for the query is done in vain.
void Serving::Patience::fire() {
  if (!answered) {
    over = true;
    at_the_end.failed = true;
    at_the_end.spans[Span::retry] = serving->sim_.now() - at_the_end.arrived;
    serving->conclude(at_the_end, *done);
  }
  serving->let_go(*this);
}

// A query reaches a main-shard replica over the network, is deserialised, and cut in batches that run in parallel. When
// all are done, the scores leave.
Process Serving::serve_query(Query query, std::function<void(const Outcome&)>& done, Patience* patience) {
  Outcome outcome = begun(query, sim_.now());
  ++in_service_;
  Spans& spans = outcome.spans;
  constexpr std::int64_t kScore = 4;  // one fp32 an item
  const Bytes request = traffic_.message ? traffic_.message->request : demands_.query_bytes(query);
  const Bytes response = traffic_.message ? traffic_.message->response : Bytes{kScore * query.items};

  Activity activity{query.id};
  std::size_t replica = 0;
  Time sent{};
  for (;; ++activity.attempt) {
    sent = sim_.now();
    replica = frontend_balancer_->start([&] { return random_for(activity); }, sent);
    const bool lost = co_await send(activity, Step::query, *main_[replica].from_frontend, request, spans);
    if (!lost) break;
    spans[Span::retry] += co_await until_timeout(sent);
    frontend_balancer_->finished(replica, sent, sim_.now());
    const bool given_up = patience != nullptr && patience->over;
    if (given_up || activity.attempt == retries()) co_return report(outcome, false, done, patience);
  }
  activity.attempt = 0;
  MainReplica& main = main_[replica];
  Server& server = *main.server;
  const Platform& platform = server.platform();
  co_await run(activity, Step::receive, server, Work::serde, message_cost(platform, request), spans);
  co_await run(activity, Step::overhead, server, Work::service, platform.service_overhead, spans);

  Join<BatchPath> batches;
  for (int first = 0; first < query.items; first += spec_.batch_items) {
    batches.fork();
    serve_batch(query, {outcome.batches++, first, std::min(first + spec_.batch_items, query.items)}, main, batches);
  }
  co_await batches;
  spans.join(batches.last().critical, batches.work());
  outcome.embedded = batches.last().embedded;
  outcome.last_batch = batches.last().number;
  outcome.last_targets = batches.last().last;

  bool answered = !batches.failed();
  if (answered) {
    co_await run(activity, Step::reply, server, Work::serde, message_cost(platform, response), spans);
    const Time replied = sim_.now();
    answered = !co_await send(activity, Step::scores, *main.to_frontend, response, spans);
    if (!answered) spans[Span::retry] += co_await until_timeout(replied);
  }
  frontend_balancer_->finished(replica, sent, sim_.now());
  report(outcome, answered, done, patience);
}

// The end of the work for a query.
void Serving::report(Outcome& outcome, bool answered, std::function<void(const Outcome&)>& done, Patience* patience) {
  --in_service_;
  outcome.failed = !answered;
  if (patience == nullptr) return conclude(outcome, done);
  if (!patience->over) {
    patience->answered = true;
    conclude(outcome, done);
  }
  let_go(*patience);
}

// The end of a query, as the frontend sees it.
void Serving::conclude(Outcome& outcome, std::function<void(const Outcome&)>& done) {
  outcome.latency = sim_.now() - outcome.arrived;
  outcome.cpu = outcome.spans.work();
  sim_.note(outcome.id);
  done(outcome);
}

// A batch walks the nets in dependency order. For each it asks the sparse shards, runs what needs no answer meanwhile,
// and goes on when all are back. It holds no core while it waits.
Process Serving::serve_batch(const Query& query, Batch batch, MainReplica& main, Join<BatchPath>& batches) {
  BatchPath path;
  path.number = batch.number;
  Server& server = *main.server;
  for (const std::size_t net : net_order_) {
    Activity activity{query.id, batch.number, 0, net};
    const std::vector<Demand>& demands = demands_.of_batch(query, net, batch.number, batch.first, batch.last);
    const Demand local = demands[0];
    Bytes partial = local.partial;
    Join<RpcPath> rpcs;
    for (const std::size_t target : demands_.remote_targets(net)) {
      if (demands[target].lookups == 0) continue;  // an empty bag asks nobody
      partial += demands[target].partial;
      rpcs.fork();
      activity.target = target;
      const Call call{activity, demands[target]};
      if (spec_.timeout)
        call_until_answered(call, main, rpcs);
      else
        call_shard(call, main, &rpcs, nullptr);
    }

    Spans own;
    activity.target = 0;
    const std::int64_t rows = model_.nets[net].per == Per::item ? batch.items() : 1;
    co_await run(activity, Step::bottom, server, Work::dense, dense_[net].before(rows), own);
    co_await gather(activity, server, local.gather_ps, local.traffic, own);
    const Time own_done = sim_.now();
    co_await rpcs;
    const bool rpc_was_last = sim_.now() > own_done;
    path.critical.join(rpc_was_last ? rpcs.last().spans : own, own.work() + rpcs.work());
    path.embedded += rpcs.last().spans;
    path.last.push_back(rpc_was_last ? rpcs.last().target : 0);
    if (rpcs.failed()) co_return batches.fail(path);

    const Duration summing = from_picoseconds(static_cast<double>(partial.count) *
                                              static_cast<double>(server.platform().lookup.time_per_byte.count()));
    co_await run(activity, Step::partial, server, Work::sparse, summing, path.critical);
    co_await run(activity, Step::top, server, Work::dense, dense_[net].after(rows), path.critical);
  }
  batches.finish(path);
}

// An RPC that is asked again when no answer comes in time. A late answer is still worked for, and then thrown away.
Process Serving::call_until_answered(Call call, MainReplica& main, Join<RpcPath>& rpcs) {
  RpcPath path{{}, call.activity.target};
  int& attempt = call.activity.attempt;
  for (attempt = 0; attempt <= spec_.timeout->retries; ++attempt) {
    Answer& answer = answers_.take();
    call_shard(call, main, nullptr, &answer);
    const bool in_time = co_await answer.within(spec_.timeout->after, sim_);
    if (in_time) {
      path.spans += answer.spans();
      co_return rpcs.finish(path);
    }
    path.spans[Span::retry] += spec_.timeout->after;
  }
  rpcs.fail(path);
}

// One RPC: serialised on a core, over the network, waits for a core of the shard, gathers and pools, and back. It tells
// `rpcs` when it is done, or, where the caller may have given up, `answer`.
Process Serving::call_shard(Call call, MainReplica& main, Join<RpcPath>* rpcs, Answer* answer) {
  const Activity& activity = call.activity;
  const std::size_t shard = activity.target - 1;
  const Demand& demand = call.demand;
  const std::optional<RpcSizes>& sizes = model_.nets[activity.net].rpc;
  const Bytes request = sizes ? sizes->request : demands_.request_bytes(demand);
  const Bytes response = sizes ? sizes->response : demand.pooled;
  Balancer& balancer = *main.balancers[shard];
  const std::size_t chosen = balancer.start([&] { return random_for(activity); }, sim_.now());
  SparseReplica& replica = main.shards[shard][chosen];
  if (replica.there == nullptr) [[unlikely]]
    find_routes(main, replica);
  Server& caller = *main.server;
  Server& server = *replica.server;
  ++shard_totals_[shard].rpcs;
  ++rpcs_;
  if (activity.attempt > 0) [[unlikely]] {
    ++shard_totals_[shard].repeated;
    ++repeated_rpcs_;
  }
  shard_totals_[shard].lookups += demand.lookups;

  const Time issued = sim_.now();
  RpcPath path{{}, activity.target};
  Spans& spans = path.spans;
  const Duration calling = message_cost(caller.platform(), request);
  co_await run(activity, Step::call, caller, Work::serde, calling, spans);
  bool lost = co_await send(activity, Step::request, *replica.there, request, spans);
  if (!lost) {
    const Platform& platform = server.platform();
    const Duration overhead = platform.service_overhead + platform.net_overhead;
    co_await run(activity, Step::receive, server, Work::serde, message_cost(platform, request), spans);
    co_await run(activity, Step::net, server, Work::service, overhead, spans);
    co_await gather(activity, server, demand.gather_ps, demand.traffic, spans);
    co_await run(activity, Step::answer, server, Work::serde, message_cost(platform, response), spans);
    lost = co_await send(activity, Step::response, *replica.back, response, spans);
  }
  const Duration collecting = message_cost(caller.platform(), response);
  if (!lost) co_await run(activity, Step::collect, caller, Work::serde, collecting, spans);
  if (lost) co_await until_timeout(issued);  // the caller knows no sooner
  balancer.finished(chosen, issued, sim_.now());
  if (answer == nullptr)
    lost ? rpcs->fail(path) : rpcs->finish(path);
  else
    lost ? answer->lose() : answer->give(spans, sim_);
}

}  // namespace shardsim
