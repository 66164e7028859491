// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/network.hpp"

namespace shardsim {

/// One message to send, and what came of it.
struct ReplayedFlow {
  Duration start{};
  NodeId from = 0;
  NodeId to = 0;
  Bytes size;
  double round = 0;  ///< `start` counts from the time at which all flows of the round before have ended
  Duration took{};
  bool lost = false;
};

/// Reads flows from a CSV file with the columns start_us, from, to and bytes, and round if they come in rounds. Throws
/// InputError.
std::vector<ReplayedFlow> read_flows(const std::filesystem::path& file, const NetworkGraph& graph);

/// Sends each flow at its start over a network of its own, and fills in what came of it.
void replay(std::vector<ReplayedFlow>& flows, Simulation& sim, Network& network);

}  // namespace shardsim
