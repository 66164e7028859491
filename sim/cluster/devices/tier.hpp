// SPDX-License-Identifier: Apache-2.0
// Where rows live that are not in a host's memory: the interface of cluster/tiers/.
#pragma once

#include <memory>

#include "config/choice.hpp"
#include "engine/random.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// What kind of place a tier is; a query's time there has a span of its own.
enum class TierKind : std::uint8_t { ssd, far_memory };

/// What a request reads from a tier, or writes to it, all of it asked for at once.
struct TierRead {
  std::int64_t rows = 0;
  Bytes bytes;  ///< moved for them: TierSpec::moved()
};

/// Where the backlog of a tier ends that cannot keep up at all. Who waits for so long is answered beyond kHorizon.
inline constexpr Time kLatestRead = kHorizon + kLongestDuration;

/// What a tier of a host did.
struct TierTotals {
  std::int64_t reads = 0;  ///< rows
  Bytes bytes;
  // Millions of reads that wait for seconds are more than a Duration holds.
  double waited_s = 0;       ///< of all reads, until the tier began with them
  double busy_s = 0;         ///< that the busiest part of it needs for them, and for writes
  std::int64_t refused = 0;  ///< rows that were asked for, and not read
  std::int64_t writes = 0;
  Bytes written;
  TierTotals& operator+=(const TierTotals& other) {
    reads += other.reads;
    bytes += other.bytes;
    waited_s += other.waited_s;
    busy_s += other.busy_s;
    refused += other.refused;
    writes += other.writes;
    written += other.written;
    return *this;
  }
};

/// A tier of one running host. First come, first served: when a read ends is known as soon as it is asked for.
class Tier {
 public:
  virtual ~Tier() = default;
  /// Asks for rows, at `now`, which never goes back. Returns when the last of them is there. A tier that has no room
  /// for all refuses the last of them, and counts these: they do not come. `random`: for this request alone.
  /// Precondition: read.rows > 0.
  virtual Time read(Time now, const TierRead& read, RandomStream random) = 0;
  /// The same of rows that are written: returns when the last of them is. Who asks later waits behind it.
  virtual Time write(Time now, const TierRead& write, RandomStream random) = 0;
  const TierTotals& totals() const { return totals_; }

 protected:
  TierTotals totals_;
};

/// A tier as a platform describes it.
class TierSpec {
 public:
  std::string name;
  std::string description;
  Bytes capacity;
  Remarks sources;

  virtual ~TierSpec() = default;
  virtual TierKind kind() const = 0;
  /// Bytes that the tier moves for a row of `row` bytes.
  virtual Bytes moved(Bytes row) const = 0;
  /// Core time that reading a row takes, beside gathering it from memory afterwards.
  virtual Duration core_time(Bytes row) const = 0;
  /// Whether what it moves for a row has to be read before the row can be written.
  virtual bool reads_to_write(Bytes row) const = 0;
  virtual std::unique_ptr<Tier> make() const = 0;
};

const Registry<TierSpec>& tier_registry();

template <>
struct ChoiceTraits<TierSpec> {
  static constexpr const char* name = "tier";
  static constexpr const char* doc = "a place for rows beside the memory of a host";
  static constexpr const char* tag = "type";
  static const Registry<TierSpec>& registry() { return tier_registry(); }
};

/// What all tiers say.
template <class Derived>
void describe_tier(Describe<Derived>& d) {
  d.required("name", &Derived::name, "what plans call it; \"memory\" is the host's own");
  d.optional("description", &Derived::description, "what it is");
  d.required("capacity", &Derived::capacity, "for tables").more_than(Bytes{0});
  d.optional("sources", &Derived::sources, "where each figure comes from");
}

}  // namespace shardsim
