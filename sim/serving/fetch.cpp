// SPDX-License-Identifier: Apache-2.0
#include "serving/fetch.hpp"

namespace shardsim {
namespace {

// When the last row is there, and what kind of tier it comes from.
struct LastRow {
  Time time;
  TierKind tier;
};

LastRow ask(const FarGather& gather, const Fetch& fetch, const Context& context, const Activity& activity, Time now) {
  LastRow last{now, {}};
  for (const Fetch::Part& part : fetch.parts) {
    const RandomStream random = context.random_for_tier(activity, part.tier);
    Tier& tier = *gather.server.host().tiers()[part.tier];
    const std::int64_t refused_before = tier.totals().refused;
    const Time end = tier.read(now, part.read, random);
    gather.store.note_refused(part.tier, tier.totals().refused - refused_before);
    if (end >= last.time) last = {end, gather.server.platform().tiers[part.tier]->kind()};
  }
  return last;
}

}  // namespace

Process fetch_and_gather(Slot& slot, FarGather gather, std::coroutine_handle<> then) {
  Context& context = slot.context();
  Spans& spans = slot.spans();
  // All work is booked as sparse; its spans are told apart here.
  const auto booked_as = [&spans, before = spans[Span::sparse]](Span span) {
    spans[span] += spans[Span::sparse] - before;
    spans[Span::sparse] = before;
  };
  co_await slot.leave();
  if (slot.withdrawn()) {
    gather.store.forget(gather.list);
    co_return then.resume();
  }
  const Time now = slot.simulation().now();
  const Fetch fetch = gather.store.look_up(gather.list, now, context.random_for_hits(slot.activity()));
  co_await slot.run(Step::look_up, gather.server, Work::sparse, fetch.looking);
  co_await slot.leave();
  booked_as(Span::cache);
  if (!fetch.parts.empty()) {
    co_await slot.run(Step::read, gather.server, Work::sparse, fetch.asking);
    co_await slot.leave();
    const Time asked = slot.simulation().now();
    const LastRow last = ask(gather, fetch, context, slot.activity(), asked);
    booked_as(span_of(last.tier));
    if (fetch.waits) spans[span_of(last.tier)] += co_await context.wait_until(last.time);
    if (Timeline* timeline = context.timeline())
      timeline->on_read(
          {slot.activity(), gather.server, span_of(last.tier), asked, slot.simulation().now(), !gather.gathers});
  } else if (!gather.gathers && context.timeline() != nullptr) {
    const Time done = slot.simulation().now();
    context.timeline()->on_read({slot.activity(), gather.server, Span::cache, done, done, true});
  }
  if (gather.gathers) co_await gather.store.from_memory(slot, gather.server, gather.demand, gather.list);
  then.resume();
}

}  // namespace shardsim
