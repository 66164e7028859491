// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/events.hpp"
#include "server/host.hpp"
#include "server/rank.grpc.pb.h"
#include "server/setup.hpp"

namespace shardsim::real {

/// A sparse shard: gathers and pools.
class SparseShard {
 public:
  /// Holds what the plan's shard `number`, from 0, holds.
  SparseShard(const Setup& setup, std::size_t number, const std::string& address);
  void serve(int threads);

 private:
  Detached answer_gather();
  bool is_held(const GatherRequest& request) const;

  std::vector<std::unique_ptr<HeldTable>> tables_;
  Counters counters_;
  Shard::AsyncService service_;
  Host host_;
};

}  // namespace shardsim::real
