// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/distribution.hpp"
#include "engine/process.hpp"
#include "network/network.hpp"
#include "stats/histogram.hpp"

namespace shardsim {

/// Messages that others send over the same network: Poisson in time, between random hosts of two sets.
struct BackgroundTraffic {
  std::string from = "*";
  std::string to = "*";
  std::optional<Rate> rate;
  std::optional<Bandwidth> load;
  Choice<Distribution> size;

  double messages_per_second() const { return rate ? rate->per_second : load->bytes_per_second / size->mean(); }
};
template <>
void describe(Describe<BackgroundTraffic>& d);

/// What came of one kind of background traffic.
struct BackgroundTotals {
  std::int64_t sent = 0;
  std::int64_t delivered = 0;
  std::int64_t lost = 0;
  Bytes bytes;
  Histogram times_ps;  ///< of delivered messages
};

/// Sends background traffic for as long as the simulation runs.
class Background {
 public:
  /// All named must outlive the object. Throws ScenarioError when a pattern matches no host.
  Background(Simulation& sim, const std::vector<BackgroundTraffic>& traffic, Network& network, std::uint64_t seed,
             std::uint32_t replication);
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  Simulation& simulation() { return sim_; }
  const std::deque<BackgroundTotals>& totals() const { return totals_; }

 private:
  Process generate(const BackgroundTraffic& traffic, BackgroundTotals& totals, std::vector<NodeId> from,
                   std::vector<NodeId> to, RandomStream random);
  Process deliver(std::vector<LinkNumber> route, Bytes size, BackgroundTotals& totals);

  Simulation& sim_;
  Network& network_;
  std::deque<BackgroundTotals> totals_;
};

}  // namespace shardsim
