// SPDX-License-Identifier: Apache-2.0
// The load generator.
#pragma once

#include <optional>

#include "server/setup.hpp"

namespace shardsim::real {

struct LoadOptions {
  std::string main;                 ///< address of the main shard
  std::vector<std::string> shards;  ///< whose CPU time is to be reported too
  double patience_s = 20;           ///< until the main shard must be there
  std::string latencies;            ///< file: a line for each query
  std::string stamps;               ///< file: what each step of each query took; empty: not asked for
  std::string scores;               ///< file: what came back
};

/// Sends the scenario's queries: at their times of arrival whatever the answers do, or one after the other where its
/// arrivals say so. A latency counts from the time at which the query was to be sent, so that a server which holds up
/// the generator does not hide it. Returns a summary as JSON. Throws std::runtime_error when the main shard cannot be
/// reached or a query fails.
Json send_load(const Setup& setup, const LoadOptions& options);

}  // namespace shardsim::real
