// SPDX-License-Identifier: Apache-2.0
// The path of a request; reads like section "The path of a request" of docs/architecture.md.
#include "serving/prefetch.hpp"
#include "serving/serving.hpp"
#include "serving/walks.hpp"

namespace shardsim {

// A query reaches a main-shard replica over the network, is deserialized, and cut in batches that run in parallel. When
// all are done, the scores leave.
Process Serving::serve_query(Query query, std::function<void(const Outcome&)>& done, Patience* patience) {
  Outcome outcome = begun(query, sim_.now());
  ++in_service_;
  Spans& spans = outcome.spans;
  constexpr std::int64_t kScore = 4;  // one fp32 an item
  const Bytes request = traffic_.message ? traffic_.message->request : demands_.query_bytes(query);
  const Bytes response = traffic_.message ? traffic_.message->response : Bytes{kScore * query.items};

  Activity activity{query.id};
  Slot slot(context_, activity, spans);
  std::size_t chosen = 0;
  Time sent{};
  for (;; ++activity.attempt) {
    sent = sim_.now();
    chosen = frontend_balancer_->start([&] { return context_.random_for(activity); }, sent);
    const bool lost = co_await slot.send(Step::query, main_[chosen].from_frontend, request);
    if (!lost && main_[chosen].replica->admits(sim_.now())) break;
    spans[Span::timeout_wait] += co_await until_timeout(sent);
    frontend_balancer_->finished(chosen, sent, sim_.now());
    const bool given_up = patience != nullptr && patience->over;
    if (given_up || activity.attempt == policy_.retries()) co_return report(outcome, false, done, patience);
  }
  activity.attempt = 0;
  MainReplica& main = main_[chosen];
  Server& server = *main.replica->server;
  const Platform& platform = server.platform();
  const Urgency urgency = urgency_of(query);
  const Worker worker = main.replica->new_worker(*spec_.queue, urgency);
  if (worker) co_await slot.enter(*main.replica->workers, *worker);
  co_await slot.run(Step::receive, server, Work::serde, receive_cost(server, request));
  co_await slot.run(Step::overhead, server, Work::service, platform.service_overhead);
  co_await slot.leave();

  const std::unique_ptr<SharedCalls[]> shared = spec_.dedup == Dedup::query ? call_for_all(query, main) : nullptr;
  const auto [executor, batch_items] = executor_->way_of(query.items, spec_.batch_items);
  Join<BatchPath> batches;
  for (int first = 0; first < query.items; first += batch_items) {
    batches.fork();
    const Batch batch{outcome.batches++, first,    std::min(first + batch_items, query.items),
                      shared.get(),      executor, &urgency};
    if (main.replica->near_cache != nullptr) [[unlikely]]
      look_up_and_serve(query, batch, main, outcome, batches);
    else
      serve_batch(query, batch, main, outcome, batches);
  }
  co_await batches;
  spans.join(batches.last().critical, batches.work());
  outcome.embedded = batches.last().embedded;
  outcome.last_batch = batches.last().number;
  outcome.last_targets = batches.last().last;

  bool answered = !batches.failed();
  if (answered) {
    co_await slot.run(Step::reply, server, Work::serde, message_cost(platform, response));
    co_await slot.leave();
  }
  if (worker) main.replica->workers->leave(*worker);
  if (answered) {
    const Time replied = sim_.now();
    answered = !co_await slot.send(Step::scores, main.from_frontend.back(), response);
    if (!answered) spans[Span::timeout_wait] += co_await until_timeout(replied);
  }
  frontend_balancer_->finished(chosen, sent, sim_.now());
  if (outcome.missing_bags > 0) [[unlikely]]
    outcome.degraded = static_cast<double>(outcome.missing_bags) / static_cast<double>(bags_of(query));
  report(outcome, answered, done, patience);
}

// A batch walks the nets in dependency order. For each it makes the RPCs (eager: for all at the start), runs what needs
// no answer meanwhile, and goes on when all are back. It holds no core while it waits.
Process Serving::serve_batch(const Query& query, Batch batch, MainReplica& main, Outcome& outcome,
                             Join<BatchPath>& batches) {
  BatchPath path;
  path.number = batch.number;
  Server& server = *main.replica->server;
  Activity activity{query.id, batch.number};
  Slot slot(context_, activity, path.critical);
  Executor& executor = *batch.executor;
  const Walk* const walk = query.walk.get();  // null: each net once
  const std::size_t nets = walk == nullptr ? net_order_.size() : walk->nets.size();
  const std::unique_ptr<NetCalls[]> eager = spec_.issue == Issue::eager ? std::make_unique<NetCalls[]>(nets) : nullptr;
  const bool prefetches = spec_.store->prefetches();
  GatherOps next;  // of the net after this one, where they are fetched ahead
  for (std::size_t n = 0; eager && n < nets; ++n) call_shards(query, batch, net_order_[n], main, eager[n]);
  for (std::size_t n = 0; n < nets; ++n) {
    const std::size_t net = activity.net = walk == nullptr ? net_order_[n] : walk->nets[n].net;
    std::int64_t rows = model_.nets[net].per == Per::item ? batch.items() : 1;
    NetCalls issued_now;
    NetCalls& calls = eager ? eager[n] : issued_now;
    if (walk != nullptr) [[unlikely]] {
      rows = call_walked(query, batch, n, main, calls, activity);
      if (rows == 0) continue;
    } else if (!eager) {
      call_shards(query, batch, net, main, calls);
    }
    if (prefetches) [[unlikely]] {
      if (next != nullptr) calls.local_ops = std::move(next);
      next = fetch_next(query, batch, n, main, eager.get());
    }
    if (calls.local_ops != nullptr && calls.local_ops->ahead == nullptr) [[unlikely]]
      main.replica->store->expect(*calls.local_ops);

    Spans own;
    slot.book_to(own);
    Calls& asked = batch.shared != nullptr ? batch.shared[n].calls.rpcs : calls.rpcs;
    Join<RpcPath>& rpcs = asked.all();
    NetRun run{net,
               rows,
               batch.items(),
               *batch.urgency,
               *main.replica->store,
               calls.local,
               calls.local_ops.get(),
               rpcs.forked() > 0};
    co_await executor.bottom(slot, server, run);
    co_await executor.gather(slot, server, run);
    co_await slot.leave();
    const Time own_done = sim_.now();
    if (batch.shared != nullptr) [[unlikely]] {
      SharedCalls& shared = batch.shared[n];
      co_await shared;
    } else {
      co_await rpcs;
    }
    const bool rpc_was_last = sim_.now() > own_done;
    const bool counts = batch.shared == nullptr || batch.number == 0;  // what all batches share is the first one's
    const Duration work = own.work() + (counts ? rpcs.work() : Duration::zero());
    if (rpc_was_last && eager)
      path.critical.overtaken_by(rpcs.last().spans, work);  // it began when the batch did
    else
      path.critical.join(rpc_was_last ? rpcs.last().spans : own, work);
    path.embedded += rpcs.last().spans;
    path.last.push_back(rpc_was_last ? rpcs.last().target : 0);
    if (walk != nullptr) [[unlikely]]
      path.last.back() = last_of_walk(walk->nets[n], path.last.back());
    if (counts) outcome.missing_bags += asked.missing_bags();
    if (rpcs.failed() || run.refused) {
      const Time failed = sim_.now();
      if (next != nullptr && next->ahead != nullptr) {
        Join<Prefetch::Path>& fetched = next->ahead->rows;
        co_await fetched;
        path.critical.join({}, fetched.work());
      }
      for (std::size_t later = n + 1; eager && later < nets; ++later) {
        Join<RpcPath>& others = eager[later].rpcs.all();  // GCC 12 awaits a copy of what has no name
        co_await others;
        if (batch.shared == nullptr) continue;
        SharedCalls& shared = batch.shared[later];
        co_await shared;
      }
      path.critical[Span::timeout_wait] += sim_.now() - failed;
      co_return batches.fail(path);
    }

    slot.book_to(path.critical);
    const Bytes partial = calls.local.partial + calls.rpcs.partial();
    const Duration summing = from_picoseconds(static_cast<double>(partial.count) *
                                              static_cast<double>(server.platform().lookup.time_per_byte.count()));
    co_await slot.run(Step::partial, server, Work::sparse, summing);
    co_await executor.top(slot, server, run);
    co_await slot.leave();
    if (run.refused) [[unlikely]]
      co_return batches.fail(path);
  }
  batches.finish(path);
}

// Makes an RPC to every shard with lookups, and notes what is to be done without any.
void Serving::call_shards(const Query& query, Batch batch, std::size_t visit, MainReplica& main, NetCalls& calls) {
  const std::size_t net = net_of(visit);
  if (main.outstanding != nullptr) [[unlikely]]
    demands_.ask_beside(main.outstanding.get());
  const std::vector<Demand>& all = demands_.of_batch(query, net, batch.number, batch.first, batch.last);
  NearCache* const near = main.replica->near_cache.get();
  const std::vector<Demand>& demands =
      near == nullptr ? all : near->left_of(all, {query, net, batch.number, batch.first, batch.last}, sim_.now());
  calls.local = demands[0];
  calls.local_ops = demands_.take_ops(0);
  if (batch.shared != nullptr) [[unlikely]] {
    for (const std::size_t target : demands_.remote_targets(net)) calls.local.partial += demands[target].partial;
    return;
  }
  Rpc rpc{{query_of(query.id), batch.number, 0, visit}, {}, {}};
  for (const std::size_t target : demands_.remote_targets(net)) {
    if (demands[target].lookups == 0) continue;  // an empty bag asks nobody
    rpc.activity.target = target;
    rpc.demand = demands[target];
    rpc.ops = near == nullptr ? demands_.take_ops(target) : near->take_ops(target);
    calls.rpcs.fork(rpc.demand);
    policy_.make(main.caller, rpc, calls.rpcs);
  }
}

// Makes the RPCs of a query for all its batches together, net by net, as if it were one batch.
std::unique_ptr<Serving::SharedCalls[]> Serving::call_for_all(const Query& query, MainReplica& main) {
  auto shared = std::make_unique<SharedCalls[]>(net_order_.size());
  for (std::size_t n = 0; n < net_order_.size(); ++n) {
    call_shards(query, {0, 0, query.items}, net_order_[n], main, shared[n].calls);
    tell_waiters(shared[n]);
  }
  return shared;
}

Process Serving::tell_waiters(SharedCalls& shared) {
  Join<RpcPath>& rpcs = shared.calls.rpcs.all();
  co_await rpcs;
  shared.ended = true;
  // The last of them may end the query, and with it what it shares.
  const std::vector<std::coroutine_handle<>> waiters = std::move(shared.waiters);
  for (const std::coroutine_handle<> waiter : waiters) waiter.resume();
}

// One RPC: serialized on a core, over the network, waits for a core of the shard, gathers and pools, and back. It tells
// `calls` when it is done, or, where the caller may have given up, `attempt`.
Process Serving::call_shard(const Rpc& asked, MainReplica& main, Calls* calls, Attempt* attempt) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): who asked may give up, and be gone
  const Rpc rpc = asked;
  const Activity& activity = rpc.activity;
  const Demand& demand = rpc.demand;
  const std::size_t shard = activity.target - 1;
  const Bytes request = demand.request;
  const Bytes response = demand.response;
  Channel& channel = main.shards[shard];
  const std::size_t chosen = channel.balancer->start([&] { return context_.random_for(activity); }, sim_.now());
  Replica& replica = channel.service->replicas()[chosen];
  const Ends ends{main.replica->node, replica.node};
  Server& caller = *main.replica->server;
  Server& server = *replica.server;
  count(activity, demand);
  if (main.outstanding != nullptr) [[unlikely]]
    main.outstanding->begin(activity.target, demand.gather_ps);

  const Time issued = sim_.now();
  RpcPath path{{}, activity.target};
  Slot slot(context_, activity, path.spans);
  if (attempt != nullptr) attempt->worked_at(slot);
  co_await slot.run(Step::call, caller, Work::serde, message_cost(caller.platform(), request));
  co_await slot.leave();
  bool lost = co_await slot.send(Step::request, ends, request);
  if (!lost) lost = !replica.admits(sim_.now());
  if (!lost) {
    const Platform& platform = server.platform();
    const Duration overhead = platform.service_overhead + platform.net_overhead;
    if (rpc.ops != nullptr) [[unlikely]]
      replica.store->expect(*rpc.ops);
    Worker worker = replica.new_worker();
    if (worker && !co_await slot.enter(*replica.workers, *worker)) worker.reset();
    co_await slot.run(Step::receive, server, Work::serde, receive_cost(server, request));
    co_await slot.run(Step::net, server, Work::service, overhead);
    co_await replica.store->gather(slot, server, demand, rpc.ops.get());
    co_await slot.run(Step::answer, server, Work::serde, message_cost(platform, response));
    co_await slot.leave();
    if (worker) replica.workers->leave(*worker);
    lost = co_await slot.send(Step::response, ends.back(), response);
  }
  if (!lost) {
    co_await slot.run(Step::collect, caller, Work::serde, receive_cost(caller, response));
    co_await slot.leave();
  }
  if (lost) co_await until_timeout(issued);  // the caller knows no sooner
  channel.balancer->finished(chosen, issued, sim_.now());
  if (main.outstanding != nullptr) [[unlikely]]
    main.outstanding->end(activity.target, demand.gather_ps);
  if (attempt == nullptr)
    lost ? calls->fail(path) : calls->finish(path);
  else
    lost ? attempt->lose() : attempt->answer(path.spans, sim_);
}

}  // namespace shardsim
