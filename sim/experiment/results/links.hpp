// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/figure_list.hpp"
#include "network/network.hpp"

namespace shardsim {

struct LinkSource {
  const NetworkGraph& graph;
  const LinkState& link;
  double simulated_s = 0;
  double offered_load = 0;
  Bytes repeated;  ///< that repeated attempts sent
};

/// A directed link that was offered messages.
struct LinkResult {
  using Source = LinkSource;

  std::uint32_t link = 0;  ///< its number in the network
  std::string from;
  std::string to;
  Bandwidth bandwidth;
  double utilisation = 0;
  double offered_load = 0;
  double first_attempt_load = 0;
  Bytes bytes;
  std::int64_t messages = 0;
  Bytes lost_bytes;
  std::int64_t lost_messages = 0;
  std::int64_t marked = 0;
  Bytes queue_peak;
  double mean_wait_us = 0;
  double max_wait_us = 0;
  double p99_us = 0;
  double p99_share = 0;
  std::vector<double> more;  ///< figures without a member

  std::int64_t count() const { return messages; }
};

template <>
void describe(FigureList<LinkResult>& f);

/// Adds the links of another replication. One that was idle there or here is missing. Returns how many links of `ours`
/// are new.
std::size_t merge_links(std::vector<LinkResult>& ours, const Extent& our_extent, const std::vector<LinkResult>& theirs,
                        const Extent& their_extent);

}  // namespace shardsim
