// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/timeline.hpp"

namespace shardsim {

/// Names of what activities know by number.
struct TimelineNames {
  std::vector<std::string> nets;
  std::vector<std::string> shards;
  std::vector<std::size_t> net_order;  ///< in which batches walk the nets
};

/// Chrome's trace events (Google, "Trace Event Format"; ui.perfetto.dev and chrome://tracing show them) of what was
/// done for queries: one process "queries" with rows for each query, its critical path and its batches; one for each
/// host with its cores, those who wait for one, those who wait for rows from its tiers, and its network ports; one
/// process "network" with the links between switches. Times are in microseconds from the arrival of the first query.
/// Slices of one thread never overlap, but for those of a batch, which nest. `about` goes into "otherData".
std::string trace_events(const std::map<std::uint64_t, TimelineQuery>& queries, const TimelineNames& names,
                         const Json& about);

}  // namespace shardsim
