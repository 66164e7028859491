// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/platform.hpp"
#include "engine/station.hpp"

namespace shardsim {

/// Classes of CPU work.
enum class Work : std::uint8_t { dense, sparse, serde, service };
inline constexpr std::size_t kWorks = 4;
template <>
struct EnumNames<Work> {
  static constexpr std::array<std::pair<Work, std::string_view>, kWorks> names{
      {{Work::dense, "dense"}, {Work::sparse, "sparse"}, {Work::serde, "serde"}, {Work::service, "service"}}};
};

using CpuTimes = std::array<Duration, kWorks>;

/// The cores of a host: a station with one line for all of them. Its slowdown is the factor by which work takes longer
/// than described, where it begins from now on: not where it queues now.
class Cores final : public Station {
 public:
  Cores(Simulation& sim, const Platform& platform) : Station(sim, platform.cores) {}

  /// Core time asked for in `seconds`, as a share of what there is; above 1 the line grows.
  double offered_load(double seconds) const { return to_seconds(offered()) / (seconds * servers()); }
  /// Share of `seconds` in which a core was held.
  double utilisation(double seconds) const { return to_seconds(served()) / (seconds * servers()); }
  /// Mean wait of a visit, in seconds.
  double mean_wait() const { return to_seconds(waited()) / std::max<double>(1, static_cast<double>(visits())); }
};

}  // namespace shardsim
