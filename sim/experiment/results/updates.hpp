// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/figure_list.hpp"
#include "serving/updater.hpp"

namespace shardsim {

/// By server.
struct UpdatedServers {
  std::vector<UpdatedServer> servers;
  /// Those of another replication: rows are added up, and a refresh is that of the first.
  UpdatedServers& operator+=(const UpdatedServers& other);
};
Json figure_json(const UpdatedServers& servers);

struct UpdatesResult {
  using Source = UpdateTotals;

  std::int64_t batches = 0;
  std::int64_t rows = 0;
  std::int64_t messages = 0;
  std::int64_t lost = 0;
  std::int64_t sent = 0;
  std::int64_t written = 0;
  std::int64_t dropped = 0;
  Bytes bytes;
  Histogram times_ps;
  double cpu_us = 0;
  Bytes loaded;
  std::optional<double> refresh_s;
  UpdatedServers servers;
  std::vector<double> more;  ///< figures without a member

  std::size_t refreshed() const;
  double time_us(double quantile) const;
};

template <>
void describe(FigureList<UpdatesResult>& f);

/// A line of a run's summary.
std::string updates_text(const UpdatesResult& updates);

}  // namespace shardsim
