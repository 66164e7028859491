// SPDX-License-Identifier: Apache-2.0
#include "serving/serving.hpp"

namespace shardsim {

Simulation& Caller::simulation() { return serving_->sim_; }

void Caller::call(const Rpc& rpc, Calls& calls) { serving_->call_shard(rpc, *main_, &calls, nullptr); }

Attempt& Caller::attempt(const Rpc& rpc) {
  Attempt& attempt = serving_->attempts_.take();
  serving_->call_shard(rpc, *main_, nullptr, &attempt);
  return attempt;
}

}  // namespace shardsim
