// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/process.hpp"
#include "serving/row_writes.hpp"
#include "serving/updates.hpp"
#include "stats/histogram.hpp"

namespace shardsim {

/// What the updates of a run need that is known beforehand.
struct UpdateFacts {
  WriteProfile writes;
  std::vector<Bytes> copies;  ///< by service: of memory, for what a refresh loads beside what it replaces
};

/// What updates did on a server.
struct UpdatedServer {
  std::string service;
  std::string host;
  std::int64_t rows = 0;           ///< written
  std::optional<Duration> loaded;  ///< time that its refresh took
};

/// What came of the updates of a run.
struct UpdateTotals {
  std::int64_t batches = 0;
  std::int64_t rows = 0;      ///< of these batches
  std::int64_t messages = 0;  ///< to servers
  std::int64_t sent = 0;      ///< rows in them
  Bytes bytes;
  std::int64_t lost = 0;              ///< messages
  std::int64_t written = 0;           ///< rows, on all servers
  std::int64_t dropped = 0;           ///< copies, of caches that are told row by row
  Histogram times_ps;                 ///< from sending a message until its rows are written
  Duration cpu{};                     ///< core time of all this
  Bytes loaded;                       ///< by servers, of the new version
  std::optional<Duration> refreshed;  ///< time until the last server was, from the first on
  std::vector<UpdatedServer> servers;
};

/// Writes rows, and a new version of the model, for as long as the simulation runs.
class Updater {
 public:
  /// All named must outlive the object. Throws InfeasibleError where the servers of a host have no room for a refresh.
  Updater(Simulation& sim, const Updates& updates, const Model& model, const ShardingPlan& plan, const StoreSpec& store,
          const UpdateFacts& facts, Network& network, Serving& serving, std::uint64_t seed, std::uint32_t replication);
  Updater(const Updater&) = delete;
  Updater& operator=(const Updater&) = delete;

  Simulation& simulation() { return sim_; }
  const UpdateTotals& totals() const { return totals_; }

 private:
  // A replica of a service, and how it is reached.
  struct Target {
    std::size_t service = 0;
    const Replica* replica = nullptr;
    std::vector<LinkNumber> route;
    Bytes copy;                // bytes of a new version, in all
    std::vector<Bytes> tiers;  // of it, in each tier
    Server& server() const { return *replica->server; }
    Host& host() const { return replica->server->host(); }
  };
  // Chunks of a copy that are under way, and who waits for one to be there.
  struct Loading {
    int under_way = 0;
    std::coroutine_handle<> waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) { waiter = h; }
    void await_resume() const noexcept {}
  };

  void find_targets(const Model& model, const ShardingPlan& plan);
  void make_room(const std::vector<Bytes>& copies);
  Process send_batches();
  Process write(std::size_t target, std::shared_ptr<const ServerWrites> writes, std::uint64_t batch);
  Time read_pages(const Target& target, const ServerWrites& writes, const RandomStream& draws) const;
  Time write_pages(const Target& target, const ServerWrites& writes, const RandomStream& draws) const;
  Process refresh();
  Process load(const Target& target, Bytes size, Loading& loading);
  RandomStream random(std::uint64_t batch, std::uint64_t what) const {
    return {seed_, replication_, Purpose::updates, batch, what};
  }

  Simulation& sim_;
  const Updates& updates_;
  Network& network_;
  Serving& serving_;
  std::uint64_t seed_;
  std::uint32_t replication_;
  std::vector<Target> targets_;  // main's replicas, then those of shard 0, ...
  std::optional<RowWrites> rows_;
  std::uint64_t chunks_ = 0;
  UpdateTotals totals_;
};

}  // namespace shardsim
