// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "engine/join.hpp"
#include "engine/process.hpp"
#include "serving/answer.hpp"
#include "serving/demand.hpp"
#include "serving/spec.hpp"

namespace shardsim {

/// How a query went.
struct Outcome {
  std::uint64_t id = 0;
  int items = 0;
  Time arrived{};
  Duration latency{};
  Spans spans;     ///< of the critical path; they add up to latency exactly
  Spans embedded;  ///< of the slowest RPC of each net of the critical batch: the embedded portion
  /// Core time of all its pieces of work, on all servers, in all batches and RPCs. Work for an RPC whose answer came
  /// too late, or was lost while a timeout was set, is in no query's.
  Duration cpu{};
  bool failed = false;  ///< a message was lost, or no answer came in time; latency is then the time to giving up
};

/// What one sparse shard was asked.
struct ShardTotals {
  std::int64_t rpcs = 0;
  std::int64_t lookups = 0;
};

/// The system that serves queries: main-shard replicas, sparse shards, and the way of a request between them.
class Serving {
 public:
  /// Everything named must outlive the object. Throws InputError when a host is not in the network or not reachable.
  Serving(Simulation& sim, const Model& model, const ShardingPlan& plan, const Cluster& cluster,
          const ServingSpec& spec, const Traffic& traffic, Network& network, const std::vector<ServerSite>& sites,
          std::uint64_t seed, std::uint32_t replication);

  /// Starts a query now; `done` is called when its answer is back at the frontend.
  void submit(Query query, std::function<void(const Outcome&)>& done);

  const std::deque<Host>& hosts() const { return hosts_; }
  /// By table: whether it makes a difference which rows queries look up.
  std::vector<bool> rows_matter() const { return demands_.rows_matter(); }
  /// The host of that name, or null.
  Host* host(const std::string& name);
  /// Replicas of main first, then those of shard 0, shard 1, ...
  const std::deque<Server>& servers() const { return servers_; }
  std::size_t first_server_of_shard(std::size_t shard) const { return main_.size() + shard * sparse_replicas_; }
  std::size_t sparse_replicas() const { return sparse_replicas_; }
  const std::vector<ShardTotals>& shard_totals() const { return shard_totals_; }

  Simulation& simulation() { return sim_; }

 private:
  // A replica of a service and how it is reached from its callers.
  struct SparseReplica {
    Server* server = nullptr;
    const Route* there = nullptr;  // from the main replica that holds this entry
    const Route* back = nullptr;
  };
  struct MainReplica {
    Server* server = nullptr;
    const Route* from_frontend = nullptr;
    const Route* to_frontend = nullptr;
    std::vector<std::vector<SparseReplica>> shards;
    std::vector<std::unique_ptr<Balancer>> balancers;  // one a shard
  };
  // A slice of a query's items.
  struct Batch {
    int number;
    int first;
    int last;
    int items() const { return last - first; }
  };
  // What a batch hands to its query.
  struct BatchPath {
    Spans critical;
    Spans embedded;
    Duration work() const { return critical.work(); }
  };

  // What an RPC asks, of which shard (target - 1); by value, as it may outlive the query that gave it up.
  struct Call {
    std::uint64_t query = 0;
    int batch = 0;
    std::size_t net = 0;
    std::size_t target = 0;
    Demand demand;
    int attempt = 0;
    /// Tells the calls of a query apart.
    std::uint64_t number() const {
      return (static_cast<std::uint64_t>(batch) << 40 | static_cast<std::uint64_t>(net) << 32 | target) ^
             of_attempt(attempt);
    }
  };
  // Spreads the random draws of repeated attempts; 0 for the first.
  static std::uint64_t of_attempt(int attempt) { return static_cast<std::uint64_t>(attempt) * 0x9e3779b97f4a7c15ULL; }

  // The way of a request, in the order of docs/architecture.md.
  Process serve_query(Query query, std::function<void(const Outcome&)>& done);
  Process serve_batch(const Query& query, Batch batch, MainReplica& main, Join<BatchPath>& batches);
  Process call_until_answered(Call call, MainReplica& main, Join<Spans>& rpcs);
  Process call_shard(Call call, MainReplica& main, Join<Spans>* rpcs, Answer* answer);
  void report(Outcome& outcome, bool answered, std::function<void(const Outcome&)>& done);

  void add_servers(const std::vector<ServerSite>& sites);
  void connect(const std::vector<ServerSite>& sites);
  void place_memory(const ShardingPlan& plan);
  void check_memory() const;

  /// The steps of a request that use CPU; with the batch, net, target and attempt they name a draw of jitter.
  enum class Step { receive, overhead, bottom, gather, top, reply, net, partial, call, answer, collect };
  Duration with_jitter(Work work, Duration time, std::uint64_t query, Step step, int batch = 0, std::size_t net = 0,
                       std::size_t target = 0, int attempt = 0) const;
  RandomStream random_for(std::uint64_t query, std::uint64_t call) const {
    return {seed_, replication_, Purpose::balancing, query, call};
  }
  static Duration message_cost(const Platform& platform, Bytes size);

  // Timeouts. Without a policy a lost message fails its query at once.
  int retries() const { return spec_.timeout ? spec_.timeout->retries : 0; }
  /// `Duration d = co_await until_timeout(sent)`: waits out what is left of the patience that began at `sent`.
  auto until_timeout(Time sent) {
    struct Awaiter {
      Simulation& sim;
      Time since;
      Time until;
      bool await_ready() const { return until <= since; }
      void await_suspend(std::coroutine_handle<> h) const { sim.at(until, h); }
      Duration await_resume() const { return std::max(Duration::zero(), until - since); }
    };
    return Awaiter{sim_, sim_.now(), spec_.timeout ? sent + spec_.timeout->after : sim_.now()};
  }

  Simulation& sim_;
  const Model& model_;
  const Cluster& cluster_;
  const ServingSpec& spec_;
  const Traffic& traffic_;
  Network& network_;
  std::uint64_t seed_;
  std::uint32_t replication_;
  DemandModel demands_;
  std::vector<std::size_t> net_order_;
  std::vector<DenseTimes> dense_;
  std::array<const Distribution*, kWorks> jitter_{};
  std::size_t sparse_replicas_;
  std::deque<Host> hosts_;
  std::deque<Server> servers_;
  AnswerPool answers_;
  std::vector<MainReplica> main_;
  std::unique_ptr<Balancer> frontend_balancer_;
  std::vector<ShardTotals> shard_totals_;
};

}  // namespace shardsim
