// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "config/choice.hpp"
#include "engine/distribution.hpp"
#include "engine/random.hpp"
#include "engine/units.hpp"
#include "workload/trace.hpp"

namespace shardsim {

/// One arrival, and what its source knows of the query beside the time.
struct Arrival {
  Time time{};
  int items = 0;                          ///< 0: to be drawn
  const TraceRecord* recorded = nullptr;  ///< its lookups as they were recorded; valid until the next call
};

/// When queries arrive, one after the other.
class ArrivalSource {
 public:
  virtual ~ArrivalSource() = default;
  /// The next arrival, not before the last; nothing when there are no more. Throws InputError for bad data.
  virtual std::optional<Arrival> next() = 0;
};

/// Clients that each have one query outstanding, and think between an answer and their next query.
struct ClosedLoop {
  int clients = 1;
  std::optional<Duration> mean_think;          ///< nothing: not at all
  const Distribution* think_factor = nullptr;  ///< of mean 1, by which it varies; null: not at all
  const Distribution* think_s = nullptr;       ///< or: all of it, in seconds
  bool starts_at_once = false;                 ///< all send their first query at the start; else they think before

  bool thinks() const { return mean_think.has_value() || think_s != nullptr; }
  Duration think(RandomStream& random) const {
    if (think_s != nullptr) return from_seconds(think_s->sample(random));
    return think_factor != nullptr ? scaled(*mean_think, think_factor->sample(random)) : *mean_think;
  }
};

/// Description of an arrival process.
class Arrivals {
 public:
  virtual ~Arrivals() = default;
  /// Of a closed loop, which has no source of its own: a query arrives when a client has its last answer.
  virtual std::optional<ClosedLoop> closed_loop() const { return std::nullopt; }
  /// Whether each arrival comes with its number of items.
  virtual bool gives_items() const { return false; }
  /// Header of the trace that arrivals are replayed from, where they come with their lookups. Throws InputError.
  virtual std::optional<TraceHeader> recorded() const { return std::nullopt; }
  /// Header of the trace that arrivals are replayed from, whether or not they come with their lookups. Throws
  /// InputError.
  virtual std::optional<TraceHeader> trace() const { return std::nullopt; }
  /// Throws InputError, such as for an empty trace. Null for a closed loop.
  virtual std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const = 0;
};

const Registry<Arrivals>& arrivals_registry();

template <>
struct ChoiceTraits<Arrivals> {
  static constexpr const char* name = "arrivals";
  static constexpr const char* doc = "when queries arrive";
  static constexpr const char* tag = "type";
  static const Registry<Arrivals>& registry() { return arrivals_registry(); }
};

}  // namespace shardsim
