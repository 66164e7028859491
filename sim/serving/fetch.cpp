// SPDX-License-Identifier: Apache-2.0
// Rows that are not in memory, on the path of a request.
#include "serving/serving.hpp"

namespace shardsim {
namespace {

Span span_of(TierKind kind) { return kind == TierKind::ssd ? Span::ssd : Span::far_memory; }

}  // namespace

// Looks them up in the cache, asks the tiers for all others at once, and waits for the last of them. No core is held
// while it waits. The rows are gathered afterwards with all others.
Process Serving::fetch_rows(Slot& slot, Server& server, Store& store, const GatherOpList& list,
                            std::coroutine_handle<> then) {
  Spans& spans = slot.spans();
  const Activity& activity = slot.activity();
  const StreamKey key = activity.key();
  const RandomStream random(seed_, replication_, Purpose::cache_hits, key.id, key.sub);
  // What a span's own piece of work is booked as is sparse work; it is told apart here.
  const auto booked_as = [&spans, before = spans[Span::sparse]](Span span) {
    spans[span] += spans[Span::sparse] - before;
    spans[Span::sparse] = before;
  };
  co_await slot.leave();
  if (slot.withdrawn()) {
    store.forget(list);
    co_return then.resume();
  }
  const Fetch fetch = store.look_up(list, sim_.now(), random);
  co_await slot.run(Step::look_up, server, Work::sparse, fetch.looking);
  co_await slot.leave();
  booked_as(Span::cache);
  if (!fetch.parts.empty()) {
    co_await slot.run(Step::read, server, Work::sparse, fetch.asking);
    co_await slot.leave();
    const Time asked = sim_.now();
    Time there = asked;
    TierKind last{};
    for (const Fetch::Part& part : fetch.parts) {
      const Time end = server.host().tiers()[part.tier]->read(asked, part.read, random_for_tier(key, part.tier));
      if (end >= there) last = server.platform().tiers[part.tier]->kind();
      there = std::max(there, end);
    }
    booked_as(span_of(last));
    if (fetch.waits) spans[span_of(last)] += co_await wait_until(there);
  }
  then.resume();
}

}  // namespace shardsim
