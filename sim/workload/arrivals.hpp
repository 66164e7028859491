// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "config/choice.hpp"
#include "engine/random.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// When queries arrive, one after the other.
class ArrivalSource {
 public:
  virtual ~ArrivalSource() = default;
  /// Time of the next arrival, not before the last; nothing when there are no more. Throws InputError for bad data.
  virtual std::optional<Time> next() = 0;
};

/// Description of an arrival process. A closed loop has no source of its own: a query arrives when the one before is
/// done.
class Arrivals {
 public:
  virtual ~Arrivals() = default;
  virtual bool is_closed_loop() const { return false; }
  /// Throws InputError, such as for an empty trace.
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
