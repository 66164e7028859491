// SPDX-License-Identifier: Apache-2.0
#include "serving/device_executor.hpp"

#include "engine/binomial.hpp"
#include "serving/demand.hpp"

namespace shardsim {

DeviceExecutor::DeviceExecutor(const ExecutorSetup& setup, TablesOn tables, std::optional<DeviceCache> cache)
    : context_(setup.context),
      model_(setup.model),
      rules_(setup.rules.value_or(BatchRules{})),
      core_(core_executor(setup.model, setup.platform, setup.intra_op)),
      policy_(setup.queue),
      tables_(tables),
      cache_(std::move(cache)),
      when_full_(setup.when_full) {
  for (const Net& net : setup.model.nets) bytes_.push_back(row_bytes(net));
}

DeviceExecutor::RowBytes DeviceExecutor::row_bytes(const Net& net) {
  constexpr std::int64_t kElement = 4;  // fp32
  RowBytes bytes;
  if (net.bottom_mlp && !net.bottom_mlp->layers.empty()) bytes.inputs = kElement * net.bottom_mlp->layers.front();
  for (const Table& table : net.tables) bytes.vectors += kElement * table.dim;
  if (const std::vector<int> widths = top_widths(net); !widths.empty()) bytes.outputs = kElement * widths.back();
  return bytes;
}

// What needs no answer waits for what does, where the net has no answers to wait for: so all goes to the device at
// once.
Slot::Working DeviceExecutor::bottom(Slot& slot, Server& server, NetRun& run) {
  if (!takes(run)) return core_->bottom(slot, server, run);
  return slot.run(Step::bottom, server, Work::dense, Duration::zero());
}

Slot::Working DeviceExecutor::gather(Slot& slot, Server& server, NetRun& run) {
  if (!takes(run)) return core_->gather(slot, server, run);
  if (run.asks) return begin(slot, server, run, {true, true, false});
  if (tables_ == TablesOn::host) return core_->gather(slot, server, run);
  return slot.run(Step::bottom, server, Work::dense, Duration::zero());
}

Slot::Working DeviceExecutor::top(Slot& slot, Server& server, NetRun& run) {
  if (!takes(run)) return core_->top(slot, server, run);
  if (run.refused) return slot.run(Step::top, server, Work::dense, Duration::zero());
  return begin(slot, server, run, {!run.asks, !run.asks, true});
}

Slot::Working DeviceExecutor::begin(Slot& slot, Server& server, NetRun& run, Part part) {
  return slot.detour(
      [this, &slot, &server, &run, part](std::coroutine_handle<> h) { serve(slot, server, run, part, h); });
}

DeviceWork DeviceExecutor::work_of(const NetRun& run, Part part) const {
  DeviceWork work;
  work.net = run.net;
  work.rows = run.rows;
  work.bottom = part.bottom;
  work.top = part.top;
  if (!gathers_there(part)) return work;
  if (cache_) work.looking = cache_->lookup_time * run.local.lookups;
  work.gather_ps = run.local.gather_ps;
  work.lookups = run.local.lookups;
  work.bags = run.local.bags;
  work.traffic = run.local.traffic;
  return work;
}

// Draws how many of the rows that are to be gathered there are not in the cache.
std::int64_t DeviceExecutor::look_up(const NetRun& run, const Activity& activity, const Host& host) {
  const std::int64_t lookups = run.local.lookups;
  RandomStream random = context_.random_for_hits(activity);
  const std::int64_t missing = binomial_number(random, lookups, 1 - cache_->hit_ratio[run.net]);
  counts_[host.number()] += {lookups, lookups - missing};
  return missing;
}

CacheCounts DeviceExecutor::cache_counts(const Host& host) const {
  const auto found = counts_.find(host.number());
  return found == counts_.end() ? CacheCounts{} : found->second;
}

// Dense inputs for the bottom MLP, indices for a gather there with the rows that are missing, and for the top MLP the
// vectors that are not there.
Bytes DeviceExecutor::bytes_in(const NetRun& run, Part part, std::int64_t missing) const {
  const RowBytes& each = bytes_[run.net];
  Bytes bytes;
  if (part.bottom) bytes += Bytes{run.rows * each.inputs};
  if (gathers_there(part)) bytes += run.local.request;
  if (missing > 0) bytes += Bytes{std::llround(static_cast<double>(missing) * cache_->row_bytes[run.net])};
  if (!part.top) return bytes;
  const Bytes there = tables_ == TablesOn::device ? run.local.response : Bytes{};
  return bytes + Bytes{std::max<std::int64_t>(0, run.rows * each.vectors - there.count)};
}

Bytes DeviceExecutor::bytes_out(const NetRun& run, Part part) const {
  return part.top ? Bytes{run.rows * bytes_[run.net].outputs} : Bytes{};
}

Process DeviceExecutor::serve(Slot& slot, Server& server, NetRun& run, Part part, std::coroutine_handle<> then) {
  if (part.gather && !part.top && tables_ == TablesOn::host) co_await core_->gather(slot, server, run);
  co_await slot.leave();
  std::int64_t missing = 0;
  if (cache_ && gathers_there(part) && run.local.lookups > 0) {
    missing = look_up(run, slot.activity(), server.host());
    const double share = static_cast<double>(missing) / static_cast<double>(run.local.lookups);
    const Bytes traffic{std::llround(static_cast<double>(run.local.traffic.count) * share)};
    co_await slot.gather(server, from_picoseconds(run.local.gather_ps * share), traffic);
    co_await slot.leave();
  }
  Simulation& sim = context_.simulation();
  const auto tell = [&](Span span, Time from, Time to) {
    if (Timeline* timeline = context_.timeline(); timeline != nullptr && to > from)
      timeline->on_read({slot.activity(), server, span, from, to});
  };
  const auto book = [&](Span span, Time from) {
    if (sim.now() == from) return;
    slot.spans()[span] += sim.now() - from;
    tell(span, from, sim.now());
  };
  Accelerators* const link = link_of(server);
  Time from = sim.now();
  if (link != nullptr) co_await link->move(Accelerators::Way::in, bytes_in(run, part, missing));
  book(Span::host_link, from);

  DeviceMember member;
  member.work = work_of(run, part);
  member.items = static_cast<int>(run.rows);
  member.group = 2 * run.net + (part.top ? 1 : 0);
  member.rank = policy_.rank(run.urgency);
  member.activity = slot.activity();
  BatchQueue& queue = device_of(server).queue();
  const bool entered = co_await wait_for(queue, member);
  if (!entered && when_full_ == WhenFull::core) {
    on_core(slot, server, run, part, then);
    co_return;
  }
  if (!entered) {
    run.refused = true;
    co_return then.resume();
  }
  // Where batches come back in order, one may have to wait for others once more.
  Spans waited;
  const Duration kept = sim.now() - member.ended;
  if (member.filling + kept > Duration::zero()) waited[Span::batching] = member.filling + kept;
  if (member.waited > Duration::zero()) waited[Span::accelerator_wait] = member.waited;
  slot.spans() += waited;
  slot.spans().join(member.spent, member.spent.work());
  const Time begun = member.came + member.filling + member.waited;
  tell(member.waited > member.filling ? Span::accelerator_wait : Span::batching, member.came, begun);
  if (link != nullptr || member.shares) tell(link != nullptr ? Span::accelerator : Span::dense, begun, member.ended);
  tell(Span::batching, member.ended, sim.now());

  from = sim.now();
  if (link != nullptr) co_await link->move(Accelerators::Way::out, bytes_out(run, part));
  book(Span::host_link, from);
  then.resume();
}

Process DeviceExecutor::on_core(Slot& slot, Server& server, NetRun& run, Part part, std::coroutine_handle<> then) {
  if (part.bottom) co_await core_->bottom(slot, server, run);
  if (gathers_there(part)) co_await core_->gather(slot, server, run);
  if (part.top) co_await core_->top(slot, server, run);
  co_await slot.leave();
  then.resume();
}

}  // namespace shardsim
