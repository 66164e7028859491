// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "serving/copies.hpp"
#include "serving/service.hpp"
#include "serving/spec.hpp"

namespace shardsim {

/// For each net of a batch, what ended last: 0, its own work, or s + 1, the RPC to sparse shard s. Short when an RPC
/// failed. Where queries walk nets in ways of their own, for each time, and read by last_target().
using LastTargets = boost::container::small_vector<std::size_t, 4>;

/// How a query went.
struct Outcome {
  std::uint64_t id = 0;
  int items = 0;
  std::uint8_t kind = 0;  ///< its class, by number in `traffic.classes`
  std::int64_t lookups = 0;
  Time arrived{};
  Duration latency{};
  Spans spans;         ///< of the critical path; they add up to latency exactly
  SpanTimes embedded;  ///< of the slowest RPC of each net of the critical batch: the embedded portion
  std::uint32_t batches = 0;
  std::uint32_t last_batch = 0;  ///< the critical one
  /// Of the critical batch: whom each net waited for, in the order in which it walks them.
  LastTargets last_targets;
  /// Core time of all its pieces of work, on all servers, in all batches and RPCs. Work for an RPC whose answer came
  /// too late, or was lost while a timeout was set, is in no query's; nor is any for a query whose own answer came too
  /// late.
  Duration cpu{};
  /// Bags that are missing in the scores, as a call policy gave their shards up, and their share of all bags.
  std::int64_t missing_bags = 0;
  double degraded = 0;
  bool failed = false;  ///< a message was lost, or no answer came in time; latency is then the time to giving up
};

/// A replica of the main shard: how queries reach it, and how it reaches the sparse shards.
struct MainReplica {
  Replica* replica = nullptr;
  Caller caller;
  Ends from_frontend;
  std::vector<Channel> shards;
  std::unique_ptr<Outstanding> outstanding;  ///< where tables have copies; else null
};

/// What one sparse shard was asked.
struct ShardTotals {
  std::int64_t rpcs = 0;      ///< attempts
  std::int64_t repeated = 0;  ///< of them not the first
  std::int64_t lookups = 0;
};

/// The system that serves queries: main-shard replicas, sparse shards, and the path of a request between them.
class Serving {
 public:
  /// Everything named must outlive the object. Throws InputError when a host is not in the network or not reachable.
  Serving(Simulation& sim, const Model& model, const ShardingPlan& plan, const std::vector<ServiceSite>& sites,
          const ServingSpec& spec, const Traffic& traffic, Network& network, const TableUse& use, std::uint64_t seed,
          std::uint32_t replication);

  /// By service: its tables that are not all in memory.
  const std::vector<std::vector<TieredTable>>& tiered() const { return tiered_; }
  /// Core time of a message that has just come: it may have to wake somebody.
  static Duration receive_cost(const Server& server, Bytes size);

  /// Starts a query now; `done` is called when its answer is back at the frontend.
  void submit(Query&& query, std::function<void(const Outcome&)>& done);

  const std::deque<Host>& hosts() const { return hosts_; }
  /// By table: whether it makes a difference which rows queries look up.
  std::vector<bool> rows_matter() const;
  /// The host of that name, or null.
  Host* host(const std::string& name);
  /// Replicas of main first, then those of shard 0, shard 1, ...
  const std::deque<Server>& servers() const { return servers_; }
  /// Main first, then shard 0, shard 1, ...
  const std::vector<Service>& services() const { return services_; }
  const std::vector<ShardTotals>& shard_totals() const { return shard_totals_; }
  const Executor& executor() const { return *executor_; }
  /// Queries that are worked on, those that the frontend has given up too.
  std::int64_t in_service() const { return in_service_; }

  /// RPCs issued so far, and of them not the first attempts.
  std::int64_t rpcs() const { return rpcs_; }
  std::int64_t repeated_rpcs() const { return repeated_rpcs_; }
  /// Bytes that repeated attempts sent over a link, by its number; empty where there are none.
  const std::vector<Bytes>& repeated_bytes() const { return context_.repeated_bytes(); }

  Simulation& simulation() { return sim_; }

  /// From now on tells `timeline`, which must outlive the simulation, what is done; null: nobody.
  void tell(Timeline* timeline) { context_.tell(timeline); }

 private:
  friend class Caller;
  // What a batch asks for in a net: of sparse shards, and of its own tables.
  struct NetCalls {
    Calls rpcs;
    Demand local;
    GatherOps local_ops;
  };
  // The RPCs of a query for one net, which all its batches wait for.
  struct SharedCalls {
    NetCalls calls;
    bool ended = false;
    std::vector<std::coroutine_handle<>> waiters;

    // `co_await shared`: until every RPC has ended.
    bool await_ready() const noexcept { return ended; }
    void await_suspend(std::coroutine_handle<> h) { waiters.push_back(h); }
    void await_resume() const noexcept {}
  };
  // A slice of a query's items.
  struct Batch {
    std::uint32_t number = 0;
    int first = 0;
    int last = 0;
    SharedCalls* shared = nullptr;  // by place in the order of nets; null: it makes its own RPCs
    Executor* executor = nullptr;
    const Urgency* urgency = nullptr;  // of the query
    int items() const { return last - first; }
  };
  // What a batch hands to its query.
  struct BatchPath {
    Spans critical;
    SpanTimes embedded;
    LastTargets last;
    std::uint32_t number = 0;
    Duration work() const { return critical.work(); }
  };

  // The frontend's patience with a query. It is held by its timer and by those who answer.
  struct Patience final : Timer {
    void fire() override;
    Serving* serving = nullptr;
    std::function<void(const Outcome&)>* done = nullptr;
    Outcome at_the_end;  // what came of the query, if no answer comes
    bool answered = false;
    bool over = false;
    int holders = 2;
  };
  Patience& patience_with(const Query& query, std::function<void(const Outcome&)>& done);
  void let_go(Patience& patience) {
    if (--patience.holders == 0) free_patiences_.push_back(&patience);
  }

  // The path of a request, in the order of docs/architecture.md.
  Process serve_query(Query query, std::function<void(const Outcome&)>& done, Patience* patience);
  Process look_up_and_serve(const Query& query, Batch batch, MainReplica& main, Outcome& outcome,
                            Join<BatchPath>& batches);
  Process serve_batch(const Query& query, Batch batch, MainReplica& main, Outcome& outcome, Join<BatchPath>& batches);
  void call_shards(const Query& query, Batch batch, std::size_t visit, MainReplica& main, NetCalls& calls);
  /// The same for the n-th net that the query walks, in its own way; how many rows its dense layers have, 0 where the
  /// batch has no part in it. Tells `activity`.
  std::int64_t call_walked(const Query& query, Batch batch, std::size_t n, MainReplica& main, NetCalls& calls,
                           Activity& activity);
  GatherOps fetch_next(const Query& query, Batch batch, std::size_t n, MainReplica& main, NetCalls* eager);
  std::unique_ptr<SharedCalls[]> call_for_all(const Query& query, MainReplica& main);
  Process tell_waiters(SharedCalls& shared);
  Process call_shard(const Rpc& asked, MainReplica& main, Calls* calls, Attempt* attempt);
  std::int64_t bags_of(const Query& query);
  std::int64_t walked_bags_of(const Query& query);
  void count(const Activity& activity, const Demand& demand) {
    ShardTotals& totals = shard_totals_[activity.target - 1];
    ++rpcs_;
    ++totals.rpcs;
    totals.lookups += demand.lookups;
    if (activity.attempt > 0) [[unlikely]] {
      ++repeated_rpcs_;
      ++totals.repeated;
    }
  }
  static Outcome begun(const Query& query, Time now);
  Urgency urgency_of(const Query& query) const;
  void report(Outcome& outcome, bool answered, std::function<void(const Outcome&)>& done, Patience* patience);
  void conclude(Outcome& outcome, std::function<void(const Outcome&)>& done);

  std::unique_ptr<Station> new_workers();
  void add_hosts(const std::vector<ServiceSite>& sites);
  void add_services(const std::vector<ServiceSite>& sites);
  void connect();
  void require_routes(Ends ends);
  void place_memory(const ShardingPlan& plan);
  void check_memory() const;
  static Duration message_cost(const Platform& platform, Bytes size);

  // Without a timeout a lost message fails its query at once.
  /// `Duration d = co_await until_timeout(sent)`: waits out what is left of the patience that began at `sent`.
  auto until_timeout(Time sent) {
    return context_.wait_until(sent + policy_.per_try_timeout().value_or(Duration::zero()));
  }

  Simulation& sim_;
  const Model& model_;
  const ServingSpec& spec_;
  const Traffic& traffic_;
  Network& network_;
  Context context_;
  std::vector<std::vector<TieredTable>> tiered_;  // by service
  DemandModel demands_;
  std::unique_ptr<const NearTables> near_;  // null: no near cache
  std::vector<std::size_t> net_order_;
  std::unique_ptr<Executor> executor_;
  const CallPolicy& policy_;
  std::optional<Duration> patience_;  // the frontend's
  std::deque<Host> hosts_;
  std::deque<Server> servers_;
  std::vector<Service> services_;  // main, then the sparse shards
  AttemptPool attempts_;
  std::deque<Patience> patiences_;
  std::vector<Patience*> free_patiences_;
  std::int64_t in_service_ = 0;
  std::vector<MainReplica> main_;
  std::unique_ptr<Balancer> frontend_balancer_;
  std::vector<ShardTotals> shard_totals_;
  std::int64_t rpcs_ = 0;
  std::int64_t repeated_rpcs_ = 0;
};

}  // namespace shardsim
