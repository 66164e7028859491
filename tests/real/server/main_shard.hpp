// SPDX-License-Identifier: Apache-2.0
// The main shard, as docs/architecture.md tells "The path of a request".
#pragma once

#include "server/dense.hpp"
#include "server/events.hpp"
#include "server/host.hpp"
#include "server/rank.grpc.pb.h"
#include "server/setup.hpp"

namespace shardsim::real {

class MainShard {
 public:
  /// `shards`: addresses of the sparse shards, in the plan's order. Throws std::runtime_error when one cannot be
  /// reached.
  MainShard(const Setup& setup, const std::string& address, const std::vector<std::string>& shards, double patience_s);
  void serve(int threads);

 private:
  struct Asked;  // a query, and where its lookups are
  struct Batch;
  struct NetCalls;
  struct Call;

  Detached answer_query();
  Detached serve_batch(Asked& asked, Batch& batch, Join& batches);
  void call_shards(const Asked& asked, const Batch& batch, std::size_t net, NetCalls& calls);
  Detached call_shard(Call& call, Join& calls);
  void gather_local(const Asked& asked, const Batch& batch, std::size_t net, Matrix& features);
  void add_answers(const NetCalls& calls, Matrix& features) const;
  Matrix dense_inputs(const Asked& asked, const Batch& batch, std::size_t net) const;
  /// Adds the vectors of a table's bags to the features: of one bag for each row, or one for all.
  void spread(std::size_t table, std::span<const std::uint32_t> bags, const float* vectors, Matrix& features) const;

  const Setup& setup_;
  std::vector<std::size_t> net_order_;
  std::vector<DenseNet> dense_;                       // by net
  std::vector<std::vector<std::size_t>> tables_of_;   // by net
  std::vector<std::size_t> column_;                   // by table: where its vector begins in its net's features
  std::vector<Setup::Parts> parts_;                   // by table
  std::vector<std::unique_ptr<HeldTable>> held_;      // by table: what the main shard itself holds
  std::vector<std::unique_ptr<Shard::Stub>> shards_;  // by target - 1
  Counters counters_;
  Main::AsyncService service_;
  Host host_;
};

}  // namespace shardsim::real
