// SPDX-License-Identifier: Apache-2.0
// Rows that are not in memory, on the path of a request.
#pragma once

#include "engine/process.hpp"
#include "serving/tiered_store.hpp"

namespace shardsim {

/// A gather of which not all rows are in memory; all that is named outlives it.
struct FarGather {
  Server& server;
  TieredStore& store;
  const Demand& demand;
  const GatherOpList& list;
  bool gathers = true;  ///< false: fetches only
};

/// Looks the rows up in the cache, asks the tiers for all others at once, waits for the last of them, and gathers. No
/// core is held while it waits. Then it resumes `then`. The slot's owner waits meanwhile.
Process fetch_and_gather(Slot& slot, FarGather gather, std::coroutine_handle<> then);

}  // namespace shardsim
