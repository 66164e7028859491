// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "engine/join.hpp"
#include "engine/process.hpp"
#include "serving/demand.hpp"
#include "serving/spans.hpp"
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
          const ServingSpec& spec, const Traffic& traffic, Network& network, std::uint64_t seed,
          std::uint32_t replication);

  /// Starts a query now; `done` is called when its answer is back at the frontend.
  void submit(Query query, std::function<void(const Outcome&)>& done);

  const std::deque<Host>& hosts() const { return hosts_; }
  /// Hosts of main first, then those of shard 0, shard 1, ...: position of the first host of a shard.
  std::size_t first_host_of_shard(std::size_t shard) const { return main_.size() + shard * sparse_replicas_; }
  std::size_t sparse_replicas() const { return sparse_replicas_; }
  const std::vector<ShardTotals>& shard_totals() const { return shard_totals_; }

  Simulation& simulation() { return sim_; }

 private:
  // A replica of a service and how it is reached from its callers.
  struct SparseReplica {
    Host* host = nullptr;
    const Route* there = nullptr;  // from the main replica that holds this entry
    const Route* back = nullptr;
  };
  struct MainReplica {
    Host* host = nullptr;
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
  };

  // The way of a request, in the order of docs/architecture.md.
  Process serve_query(Query query, std::function<void(const Outcome&)>& done);
  Process serve_batch(const Query& query, Batch batch, MainReplica& main, Join<BatchPath>& batches);
  Process call_shard(const Query& query, Batch batch, std::size_t net, std::size_t target, Demand demand,
                     MainReplica& main, Join<Spans>& rpcs);

  void add_hosts();
  void connect();
  void place_memory(const ShardingPlan& plan);

  /// The steps of a request that use CPU; with the batch, net and target they name a draw of jitter.
  enum class Step { receive, overhead, bottom, gather, top, reply, net, partial, call, answer, collect };
  Duration with_jitter(Work work, Duration time, const Query& query, Step step, int batch = 0, std::size_t net = 0,
                       std::size_t target = 0) const;
  static Duration message_cost(const Platform& platform, Bytes size);

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
  std::vector<MainReplica> main_;
  std::unique_ptr<Balancer> frontend_balancer_;
  std::vector<ShardTotals> shard_totals_;
};

}  // namespace shardsim
