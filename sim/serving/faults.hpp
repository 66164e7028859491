// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "engine/process.hpp"
#include "serving/serving.hpp"

namespace shardsim {

/// down: links carry nothing, and a host's links are its own; slow: bandwidth divided, core times multiplied by a
/// factor; flapping: up and down by turns, beginning with down.
enum class FaultState { down, slow, flapping };
template <>
struct EnumNames<FaultState> {
  static constexpr std::array<std::pair<FaultState, std::string_view>, 3> names{
      {{FaultState::down, "down"}, {FaultState::slow, "slow"}, {FaultState::flapping, "flapping"}}};
};

/// Something that goes wrong for a while.
struct Fault {
  std::string links;  ///< pattern of link names, "leaf0 -> spine1"
  std::string hosts;  ///< or: pattern of host names
  FaultState state = FaultState::down;
  std::optional<double> factor;
  Duration from{};
  std::optional<Duration> until;
  std::optional<Duration> down_for;
  std::optional<Duration> up_for;

  bool loses_messages() const { return state != FaultState::slow; }
};
template <>
void describe(Describe<Fault>& d);

/// Makes faults happen while a simulation runs.
class FaultInjector {
 public:
  /// All named must outlive the object. Throws ScenarioError when a pattern matches nothing.
  FaultInjector(Simulation& sim, const std::vector<Fault>& faults, Network& network, Serving& serving);
  FaultInjector(const FaultInjector&) = delete;
  FaultInjector& operator=(const FaultInjector&) = delete;

  Simulation& simulation() { return sim_; }

 private:
  struct Target {
    std::vector<LinkState*> links;
    std::vector<Host*> hosts;
  };
  Target target_of(const Fault& fault, std::size_t number) const;
  Target links_of(const Fault& fault, const std::string& pointer) const;
  Target hosts_of(const Fault& fault, const std::string& pointer) const;
  Process happen(const Fault& fault, Target target);
  void switch_links(const Target& target, int change);
  void slow_down(const Target& target, double factor, bool begins);

  Simulation& sim_;
  Network& network_;
  Serving& serving_;
  // Factors of the windows that a link or host is in.
  std::map<LinkState*, std::multiset<double>> link_factors_;
  std::map<Host*, std::multiset<double>> host_factors_;
};

}  // namespace shardsim
