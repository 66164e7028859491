// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "engine/join.hpp"
#include "engine/process.hpp"
#include "serving/answer.hpp"
#include "serving/demand.hpp"
#include "serving/spec.hpp"
#include "serving/timeline.hpp"

namespace shardsim {

/// For each net of a batch, what ended last: 0, its own work, or s + 1, the RPC to sparse shard s. Short when an RPC
/// failed.
using LastTargets = boost::container::small_vector<std::size_t, 4>;

/// How a query went.
struct Outcome {
  std::uint64_t id = 0;
  int items = 0;
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
  bool failed = false;  ///< a message was lost, or no answer came in time; latency is then the time to giving up
};

/// What one sparse shard was asked.
struct ShardTotals {
  std::int64_t rpcs = 0;      ///< attempts
  std::int64_t repeated = 0;  ///< of them not the first
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
  /// Queries that are worked on, those that the frontend has given up too.
  std::int64_t in_service() const { return in_service_; }

  /// RPCs issued so far, and of them not the first attempts.
  std::int64_t rpcs() const { return rpcs_; }
  std::int64_t repeated_rpcs() const { return repeated_rpcs_; }
  /// Bytes that repeated attempts sent over a link, by its number; empty where there are none.
  const std::vector<Bytes>& repeated_bytes() const { return repeated_bytes_; }

  Simulation& simulation() { return sim_; }

  /// From now on tells `timeline`, which must outlive the simulation, what is done; null: nobody.
  void tell(Timeline* timeline) { timeline_ = timeline; }

 private:
  // A replica of a service and how it is reached from the main replica that holds this entry. Of a fleet's millions of
  // such pairs only those that talk have their routes worked out.
  struct SparseReplica {
    Server* server = nullptr;
    NodeId node = 0;
    const Route* there = nullptr;  // null before the first message
    const Route* back = nullptr;
  };
  struct MainReplica {
    Server* server = nullptr;
    NodeId node = 0;
    const Route* from_frontend = nullptr;
    const Route* to_frontend = nullptr;
    std::vector<std::vector<SparseReplica>> shards;
    std::vector<std::unique_ptr<Balancer>> balancers;  // one a shard
  };
  // A slice of a query's items.
  struct Batch {
    std::uint32_t number;
    int first;
    int last;
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
  // What an RPC hands to its batch.
  struct RpcPath {
    Spans spans;
    std::size_t target = 0;
    Duration work() const { return spans.work(); }
  };

  // What an RPC asks; by value, as it may outlive the query that gave it up.
  struct Call {
    Activity activity;
    Demand demand;
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

  // The way of a request, in the order of docs/architecture.md.
  Process serve_query(Query query, std::function<void(const Outcome&)>& done, Patience* patience);
  Process serve_batch(const Query& query, Batch batch, MainReplica& main, Join<BatchPath>& batches);
  Process call_until_answered(Call call, MainReplica& main, Join<RpcPath>& rpcs);
  Process call_shard(Call call, MainReplica& main, Join<RpcPath>* rpcs, Answer* answer);
  void report(Outcome& outcome, bool answered, std::function<void(const Outcome&)>& done, Patience* patience);
  void conclude(Outcome& outcome, std::function<void(const Outcome&)>& done);

  void find_routes(const MainReplica& main, SparseReplica& replica);
  void add_servers(const std::vector<ServerSite>& sites);
  void connect(const std::vector<ServerSite>& sites);
  void place_memory(const ShardingPlan& plan);
  void check_memory() const;

  // Awaitable work on a server, and sending of a message; the timeline is told when they are done. The activity must
  // live until then.
  class Piece;
  class Message;
  /// `co_await run(...)`: a piece of work that takes `time` but for jitter. Adds to `spans` what it took.
  Piece run(const Activity& activity, Step step, Server& server, Work work, Duration time, Spans& spans);
  /// The same for gathering: sparse work that also moves `traffic` bytes of memory.
  Piece gather(const Activity& activity, Server& server, double time_ps, Bytes traffic, Spans& spans);
  /// `bool lost = co_await send(...)`: a message. Adds to `spans` what it took.
  Message send(const Activity& activity, Step step, const Route& route, Bytes size, Spans& spans);

  Duration with_jitter(Work work, Duration time, const Activity& activity, Step step) const {
    const Distribution* factor = jitter_[static_cast<std::size_t>(work)];
    return factor == nullptr || time == Duration::zero() ? time : jittered(*factor, time, activity, step);
  }
  // What only repeated attempts do.
  void note_repeated(const Route& route, Bytes size);

  Duration jittered(const Distribution& factor, Duration time, const Activity& activity, Step step) const;
  RandomStream random_for(const Activity& activity) const {
    const StreamKey key = activity.call();
    return {seed_, replication_, Purpose::balancing, key.id, key.sub};
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
  Timeline* timeline_ = nullptr;
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
  std::deque<Patience> patiences_;
  std::vector<Patience*> free_patiences_;
  std::int64_t in_service_ = 0;
  std::deque<Route> routes_;  // of sparse replicas
  std::vector<MainReplica> main_;
  std::unique_ptr<Balancer> frontend_balancer_;
  std::vector<ShardTotals> shard_totals_;
  std::int64_t rpcs_ = 0;
  std::int64_t repeated_rpcs_ = 0;
  std::vector<Bytes> repeated_bytes_;
};

}  // namespace shardsim
