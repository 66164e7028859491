// SPDX-License-Identifier: Apache-2.0
#include "serving/prefetch.hpp"

#include "serving/serving.hpp"

namespace shardsim {
namespace {

Process fetch_ahead(Context& context, Activity activity, Server& server, TieredStore& store, GatherOps list) {
  Prefetch::Path path;
  Slot slot(context, activity, path.spans);
  const Demand nothing;
  const FarGather rows{server, store, nothing, *list, false};
  co_await slot.detour([&](std::coroutine_handle<> h) { fetch_and_gather(slot, rows, h); });
  list->ahead->rows.finish(path);
}

Span longest(const Spans& spans) {
  const auto shorter = [&](Span a, Span b) { return spans[a] < spans[b]; };
  return std::max({Span::cache, Span::ssd, Span::far_memory}, shorter);
}

}  // namespace

void prefetch(Context& context, const Activity& activity, Server& server, TieredStore& store, const GatherOps& list) {
  list->ahead = std::make_shared<Prefetch>();
  list->ahead->rows.fork();
  store.expect(*list);
  fetch_ahead(context, activity, server, store, list);
}

Process await_and_gather(Slot& slot, FarGather gather, std::coroutine_handle<> then) {
  co_await slot.leave();
  const Time asked = slot.simulation().now();
  Join<Prefetch::Path>& rows = gather.list.ahead->rows;
  co_await rows;
  const Time there = slot.simulation().now();
  const Span span = longest(rows.last().spans);
  Spans waited;
  waited[span] += there - asked;
  if (Timeline* timeline = slot.context().timeline())
    timeline->on_read({slot.activity(), gather.server, span, asked, there});
  slot.spans().join(waited, rows.work());
  co_await gather.store.from_memory(slot, gather.server, gather.demand, gather.list);
  then.resume();
}

// The rows that the batch will need of its main shard for the net after the n-th, which are begun to be fetched.
GatherOps Serving::fetch_next(const Query& query, Batch batch, std::size_t n, MainReplica& main, NetCalls* eager) {
  if (++n == net_order_.size()) return nullptr;
  const std::size_t net = net_order_[n];
  GatherOps rows;
  if (eager != nullptr) {
    rows = eager[n].local_ops;
  } else {
    demands_.of_batch(query, net, batch.number, batch.first, batch.last);
    rows = demands_.take_ops(0);
  }
  if (rows != nullptr && !rows->all_in_memory())
    main.replica->store->prefetch(context_, {query.id, batch.number, 0, net}, *main.replica->server, rows);
  return rows;
}

}  // namespace shardsim
