// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/recorder.hpp"

namespace shardsim {

/// Where the time of the slowest 1 % of the counted queries went. Lists begin with the largest.
struct Slowest {
  std::uint64_t queries = 0;  ///< that it rests on: at least one, if any was counted
  double latency_us = 0;      ///< mean
  std::array<double, kSpans> spans_us{};

  /// A link, or the queue for a host's cores, on the critical path.
  struct Place {
    bool is_link;
    std::string name;
    double us;     ///< mean
    double share;  ///< of latency_us
  };
  std::vector<Place> places;

  struct Share {
    std::string name;
    double share;
  };
  /// What a net of the critical batch waited for: a shard, or "own work". The shares of a net add up to 1; where it was
  /// walked several times, each counts.
  struct Net {
    std::string name;
    std::vector<Share> last;
  };
  std::vector<Net> nets;

  struct Batch {
    std::uint64_t number;
    double share;
  };
  std::vector<Batch> last_batch;  ///< shares add up to 1

  Recorder::Size size;      ///< mean
  Recorder::Size of_all{};  ///< the same of all counted queries

  double items_ratio() const { return of_all.items > 0 ? size.items / of_all.items : 0; }
  double lookups_ratio() const { return of_all.lookups > 0 ? size.lookups / of_all.lookups : 0; }
};

/// Names of what the recorder knows by number: of links and hosts, those it has seen.
struct PlaceNames {
  std::map<std::uint64_t, std::string> links;
  std::map<std::uint64_t, std::string> hosts;
  std::vector<std::string> nets;  ///< in the order in which batches walk them
  std::vector<std::string> shards;
};

/// Ranks count as in Recorder: queries at the edge of the 1 % count in part.
Slowest slowest_of(const Recorder& recorder, const PlaceNames& names);

/// As in result.json.
Json slowest_json(const Slowest& slowest);
/// Two lines for a person; empty when no query was counted.
std::string slowest_text(const Slowest& slowest);

}  // namespace shardsim
