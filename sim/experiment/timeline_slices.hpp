// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "experiment/timeline_events.hpp"

namespace shardsim {

/// Rows of a host, from top to bottom.
enum HostRow : std::size_t { kCores, kWaiting, kReading, kPortOut, kPortIn, kDevice };

/// A row, or several where slices overlap: as many lanes as are busy at once.
struct Row {
  enum class Of { queries, host, network };
  Of of = Of::queries;
  std::string host;       ///< its name
  std::size_t order = 0;  ///< within the host, or among the queries
  std::string name;
  bool nests = false;  ///< slices lie within each other, and share the one lane
  auto key() const { return std::tie(of, host, order, name); }
};

struct TimelineSlice {
  Row row;
  Stretch at;
  std::string name;
  std::string category;
  Json args;
  std::size_t lane = 0;
};

/// From the end of one slice to the beginning of another, by their places in the list.
struct TimelineFlow {
  std::string name;
  std::size_t from;
  std::size_t to;
};

/// What was done for queries, as slices on lanes, and the messages between them. No two slices on a lane overlap,
/// unless the row nests.
struct TimelineDrawing {
  std::vector<TimelineSlice> slices;
  std::vector<TimelineFlow> flows;
};
TimelineDrawing draw_timeline(const std::map<std::uint64_t, TimelineQuery>& queries, const TimelineNames& names);

}  // namespace shardsim
