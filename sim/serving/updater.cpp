// SPDX-License-Identifier: Apache-2.0
#include "serving/updater.hpp"

#include <utility>

namespace shardsim {
namespace {

// What is drawn for a batch: when it comes, its rows, and for each server how long its tiers take.
constexpr std::uint64_t kWhen = 0;
constexpr std::uint64_t kRows = 1;
constexpr std::uint64_t kFirstServer = 2;
constexpr auto kOfChunks = std::numeric_limits<std::uint64_t>::max();  // instead of a batch

// A new version is written to tiers in pieces of this size, one behind the other; benchmarks of sequential writes have
// 128 KiB.
constexpr Bytes kPiece{128 << 10};
constexpr int kMostUnderWay = 4;
constexpr Duration kBeforeNextTry = std::chrono::seconds(1);

}  // namespace

Updater::Updater(Simulation& sim, const Updates& updates, const Model& model, const ShardingPlan& plan,
                 const StoreSpec& store, const UpdateFacts& facts, Network& network, Serving& serving,
                 std::uint64_t seed, std::uint32_t replication)
    : sim_(sim), updates_(updates), network_(network), serving_(serving), seed_(seed), replication_(replication) {
  find_targets(model, plan);
  if (updates.refresh) {
    make_room(facts.copies);
    refresh();
  }
  if (updates.writes) {
    rows_.emplace(model, plan, serving, store, facts.writes);
    send_batches();
  }
}

void Updater::find_targets(const Model& model, const ShardingPlan& plan) {
  const NodeId origin = network_.frontend();
  for (std::size_t s = 0; s < serving_.services().size(); ++s)
    for (const Replica& replica : serving_.services()[s].replicas()) {
      Target& target = targets_.emplace_back();
      target.service = s;
      target.replica = &replica;
      const Ends ends{origin, replica.node};
      if (ends.from != ends.to) {
        network_.require_route(ends);
        target.route = network_.route_of_flow(ends, targets_.size());
      }
      const PlacedBytes placed = bytes_by_tier(placements_of(plan, s), model);
      target.copy = placed.all() + (s == 0 ? model.dense_bytes() : Bytes{});
      for (const Choice<TierSpec>& tier : target.server().platform().tiers) {
        const auto its = placed.tiers.find(tier->name);
        target.tiers.push_back(its == placed.tiers.end() ? Bytes{} : its->second);
      }
      totals_.servers.push_back({serving_.services()[s].name(), target.host().name(), 0, {}});
    }
}

// One server of a host is loaded after another.
void Updater::make_room(const std::vector<Bytes>& copies) {
  struct Largest {
    Host* host = nullptr;
    Bytes copy;
  };
  std::map<std::uint32_t, Largest> by_host;
  for (const Target& target : targets_) {
    Largest& largest = by_host[target.host().number()];
    largest = {&target.host(), std::max(largest.copy, copies[target.service])};
  }
  for (const auto& [number, largest] : by_host) {
    Host& host = *largest.host;
    host.memory().hold(largest.copy);
    constexpr double kGiB = 1 << 30;
    if (const Bytes usable = host.platform().usable_memory(); host.memory().used() > usable)
      throw InfeasibleError(
          "/updates/refresh",
          fmt::format("host {} needs {:.2f} GiB, of which {:.2f} for the new version of one of its "
                      "servers, and has {:.2f}; spread them over more hosts",
                      in_quotes(host.name()), static_cast<double>(host.memory().used().count) / kGiB,
                      static_cast<double>(largest.copy.count) / kGiB, static_cast<double>(usable.count) / kGiB));
  }
}

Process Updater::send_batches() {
  const RowUpdates& spec = *updates_.writes;
  for (std::uint64_t batch = 0;; ++batch) {
    const double wait = spec.interval == WriteInterval::fixed ? 1 : -std::log(random(batch, kWhen).uniform());
    co_await sim_.until(sim_.now() + from_seconds(wait / spec.rate.per_second));
    ++totals_.batches;
    totals_.rows += spec.rows;
    RandomStream rows = random(batch, kRows);
    std::vector<std::shared_ptr<const ServerWrites>> by_service;
    for (ServerWrites& writes : rows_->deal(spec.rows, rows))
      by_service.push_back(std::make_shared<const ServerWrites>(std::move(writes)));
    for (std::size_t t = 0; t < targets_.size(); ++t)
      if (const auto& writes = by_service[targets_[t].service]; writes->rows > 0) write(t, writes, batch);
  }
}

// A message with the rows of a server crosses the network, is deserialized, and its rows are written: those in memory
// with a core, those elsewhere without one.
Process Updater::write(std::size_t target_number, std::shared_ptr<const ServerWrites> writes, std::uint64_t batch) {
  const Target& target = targets_[target_number];
  const Time sent = sim_.now();
  ++totals_.messages;
  totals_.sent += writes->rows;
  totals_.bytes += writes->message;
  LinkTimes times;
  const Network::Transit transit = co_await network_.send_in_background(target.route, writes->message, times);
  if (transit.lost) {
    ++totals_.lost;
    co_return;
  }
  if (const Duration cost = Serving::receive_cost(target.server(), writes->message); cost > Duration::zero())
    totals_.cpu += (co_await Server::Job(target.server(), Work::serde, cost, {})).served;
  if (const Duration cost = from_picoseconds(writes->core_ps); cost > Duration::zero())
    totals_.cpu += (co_await Server::Job(target.server(), Work::sparse, cost, writes->traffic)).served;
  co_await sim_.until(read_pages(target, *writes, random(batch, kFirstServer + 2 * target_number)));
  // Who misses a row from now on reads it behind its write.
  if (updates_.invalidates()) totals_.dropped += target.replica->store->invalidate(writes->drawn);
  co_await sim_.until(write_pages(target, *writes, random(batch, kFirstServer + 2 * target_number + 1)));
  totals_.written += writes->rows;
  totals_.servers[target_number].rows += writes->rows;
  totals_.times_ps.record((sim_.now() - sent).count());
}

Time Updater::read_pages(const Target& target, const ServerWrites& writes, const RandomStream& draws) const {
  Time last = sim_.now();
  for (std::size_t t = 0; t < writes.tiers.size(); ++t)
    if (const ServerWrites::Far& far = writes.tiers[t]; far.rows_to_read > 0)
      last = std::max(last, target.host().tiers()[t]->read(sim_.now(), {far.rows_to_read, far.read}, draws));
  return last;
}

Time Updater::write_pages(const Target& target, const ServerWrites& writes, const RandomStream& draws) const {
  Time last = sim_.now();
  for (std::size_t t = 0; t < writes.tiers.size(); ++t)
    if (const ServerWrites::Far& far = writes.tiers[t]; far.rows > 0)
      last = std::max(last, target.host().tiers()[t]->write(sim_.now(), {far.rows, far.moved}, draws));
  return last;
}

// Server after server. The new version is read at its bandwidth where it comes from, and a chunk leaves once it is
// there; later where the network, or the server, is slower.
Process Updater::refresh() {
  const ModelRefresh& spec = *updates_.refresh;
  co_await sim_.until(Time(spec.start));
  const Time first = sim_.now();
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    if (target.copy.count == 0) continue;
    if (sim_.now() > first) co_await sim_.until(sim_.now() + spec.pause);
    const Time begun = sim_.now();
    Loading loading;
    for (Bytes sent; sent < target.copy;) {
      const Bytes size = std::min(spec.chunk, target.copy - sent);
      sent += size;
      co_await sim_.until(std::max(sim_.now(), begun + sent / spec.bandwidth));
      if (loading.under_way == kMostUnderWay) co_await loading;
      load(target, size, loading);
    }
    while (loading.under_way > 0) co_await loading;
    target.replica->store->begin_anew();
    totals_.servers[t].loaded = sim_.now() - begun;
  }
  totals_.refreshed = sim_.now() - first;
}

// A chunk crosses the network, is deserialized into memory, and what belongs there is written to tiers.
Process Updater::load(const Target& target, Bytes size, Loading& loading) {
  ++loading.under_way;
  LinkTimes times;
  for (;;) {
    const Network::Transit transit = co_await network_.send_in_background(target.route, size, times);
    if (!transit.lost) break;
    co_await sim_.until(sim_.now() + kBeforeNextTry);
  }
  const double share = static_cast<double>(size.count) / static_cast<double>(target.copy.count);
  Bytes memory = size;
  Duration asking{};
  std::vector<TierRead> pieces;
  for (std::size_t t = 0; t < target.tiers.size(); ++t) {
    const Bytes its{std::llround(share * static_cast<double>(target.tiers[t].count))};
    memory -= std::min(memory, its);
    pieces.push_back({(its.count + kPiece.count - 1) / kPiece.count, its});
    asking += target.server().platform().tiers[t]->core_time(kPiece) * pieces.back().rows;
  }
  if (const Duration cost = Serving::receive_cost(target.server(), size); cost > Duration::zero())
    totals_.cpu += (co_await Server::Job(target.server(), Work::serde, cost, memory)).served;
  if (asking > Duration::zero())
    totals_.cpu += (co_await Server::Job(target.server(), Work::sparse, asking, {})).served;
  Time last = sim_.now();
  for (std::size_t t = 0; t < pieces.size(); ++t)
    if (pieces[t].rows > 0)
      last = std::max(last, target.host().tiers()[t]->write(sim_.now(), pieces[t], random(kOfChunks, chunks_++)));
  co_await sim_.until(last);
  totals_.loaded += size;
  --loading.under_way;
  if (const std::coroutine_handle<> waiter = std::exchange(loading.waiter, nullptr)) waiter.resume();
}

}  // namespace shardsim
