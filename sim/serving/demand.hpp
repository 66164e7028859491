// SPDX-License-Identifier: Apache-2.0
// What a batch asks of each server: lookups, times and bytes, from the model, the plan and the query.
#pragma once

#include "cluster/cluster.hpp"
#include "sharding/plan.hpp"
#include "workload/traffic.hpp"

namespace shardsim {

/// What one batch asks of one server for one net.
struct Demand {
  std::int64_t lookups = 0;
  std::int64_t bags = 0;  ///< one for each table and item (or query)
  double gather_ps = 0;   ///< on one core of that server
  Bytes traffic;          ///< memory moved by the gather
  Bytes pooled;           ///< results: a vector for each bag
  Bytes partial;          ///< that part of `pooled` that is only a partial sum
};

/// Works out demands. Target 0 is the main shard itself, target s + 1 is sparse shard s.
class DemandModel {
 public:
  /// Precondition: the plan places every table of the model.
  DemandModel(const Model& model, const ShardingPlan& plan, const Cluster& cluster, std::uint64_t seed,
              std::uint32_t replication);

  std::size_t targets() const { return targets_; }
  /// Sparse shards that hold a table of the net, as targets.
  const std::vector<std::size_t>& remote_targets(std::size_t net) const { return nets_[net].remote; }

  /// Demands of items [first, last) of a query, by target. The result is valid until the next call.
  const std::vector<Demand>& of_batch(const Query& query, std::size_t net, int batch, int first, int last);

  /// Bytes of the message that carries a query (or, for a demand, of an RPC's request): 8 bytes an index, 4 a bag.
  static Bytes index_bytes(std::int64_t lookups, std::int64_t bags) { return {8 * lookups + 4 * bags}; }
  Bytes query_bytes(const Query& query) const;

 private:
  struct TableRoute {
    std::size_t number;
    const Table* table;
    std::vector<std::size_t> holder_of_part;  ///< position in `holders` of each part's server
    std::vector<std::size_t> holders;         ///< targets that hold any of it
  };
  struct NetRoute {
    std::vector<TableRoute> tables;
    std::vector<std::size_t> remote;
  };

  static TableRoute route_of(std::size_t number, const Table& table, const std::vector<std::size_t>& target_of_part);
  /// Adds `lookups` of the `all` that a batch has in a table, in `bags` bags, to what is asked of `target`.
  void add(const TableRoute& route, std::size_t target, std::int64_t lookups, std::int64_t all, std::int64_t bags);
  void add_split(const TableRoute& route, const Query& query, int batch, std::int64_t lookups, std::int64_t bags);

  std::vector<NetRoute> nets_;
  std::size_t targets_;
  // By table: picoseconds a lookup on a main host and on a sparse host.
  std::vector<std::array<double, 2>> lookup_ps_;
  std::vector<Demand> scratch_;
  std::vector<std::int64_t> part_lookups_;
  std::vector<std::int64_t> holder_lookups_;
  std::int64_t dense_inputs_ = 0;
  std::uint64_t seed_;
  std::uint32_t replication_;
};

/// Splits `n` lookups over `parts` equally likely parts: a multinomial draw. Up to 64 lookups are drawn one by one;
/// more, part by part from the normal approximation of the conditional binomial.
void split_evenly(std::int64_t n, std::vector<std::int64_t>& parts, RandomStream& random);

}  // namespace shardsim
