// SPDX-License-Identifier: Apache-2.0
// Rows of a net that are read while its batch is busy with the net before it.
#pragma once

#include "engine/join.hpp"
#include "serving/fetch.hpp"

namespace shardsim {

/// The fetch of a gather's rows that was begun before the gather.
struct Prefetch {
  struct Path {
    Spans spans;
    Duration work() const { return spans.work(); }
  };
  Join<Path> rows;
};

/// Begins to fetch what `list` asks for, on `server`; `list->ahead` tells when it is done. All but the list outlives
/// it.
void prefetch(Context& context, const Activity& activity, Server& server, TieredStore& store, const GatherOps& list);

/// Gathers rows that were fetched ahead, when the last is there: what it waits for is booked to where the fetch spent
/// most of its time. Then it resumes `then`.
Process await_and_gather(Slot& slot, FarGather gather, std::coroutine_handle<> then);

}  // namespace shardsim
