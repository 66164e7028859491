// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "topology/finding.hpp"
#include "topology/topology.hpp"

namespace shardsim {

/// A network as far as its description goes, and all that is to be settled before it can be used.
struct LookedInto {
  BuiltTopology topology;                 ///< with guesses where something is to be settled
  std::vector<TopologyFinding> findings;  ///< each kind once, with the first node or link
  std::vector<std::string> notes;         ///< what was not in the user's file, or not as it is here, a line each
};

/// A topology of a user's own nodes and links, which can be looked at before all is settled.
class Inspectable {
 public:
  virtual ~Inspectable() = default;
  virtual LookedInto look() const = 0;
};

/// A network that cannot be used as it is. what() speaks in keys.
class UnsettledTopology : public InputError {
 public:
  /// `file` is empty where the description itself is meant.
  UnsettledTopology(const std::string& file, LookedInto looked)
      : InputError(file.empty() ? "scenario" : file, file.empty() ? "/topology" : "",
                   text_of(looked.findings, Speech::keys)),
        looked_(std::move(looked)) {}
  const LookedInto& looked() const { return looked_; }

 private:
  LookedInto looked_;
};

/// The network where nothing is left to settle. Throws UnsettledTopology.
inline BuiltTopology settled(const std::string& file, LookedInto looked) {
  if (!looked.findings.empty()) throw UnsettledTopology(file, std::move(looked));
  return std::move(looked.topology);
}

/// The cable of hosts that are added to switches. What it leaves out is not known, rather than without limit.
struct HostCable {
  std::optional<Bandwidth> bandwidth;
  std::optional<Duration> latency;
};
template <>
void describe(Describe<HostCable>& d);

/// Adds `count` hosts, called SWITCH/host0, ..., to every switch.
void hang_hosts(LookedInto& looked, int count, const HostCable& cable);

}  // namespace shardsim
