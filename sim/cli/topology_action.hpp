// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"
#include "network/network.hpp"
#include "topology/looked_into.hpp"

namespace shardsim {

/// A topology that the user named: its description's file, or a scenario with the servers in it.
struct GivenTopology {
  std::string name;
  BuiltTopology built;
  RoutingSpec routing;
  Choice<TransportSpec> transport;
  Speech speech = Speech::keys;           ///< how to advise
  std::vector<std::string> notes;         ///< what was not in the user's file, or not as it is here
  std::vector<TopologyFinding> findings;  ///< to be settled before it can be used; `built` has guesses then
};

/// What `shardsim topology ACTION FILE ...` does.
class TopologyAction {
 public:
  using Variables = boost::program_options::variables_map;
  virtual ~TopologyAction() = default;
  virtual std::string usage() const = 0;      ///< arguments after the action
  virtual std::size_t arguments() const = 0;  ///< how many, FILE included
  /// `arguments`: those after FILE.
  /// Whether it can do with a topology that has findings.
  virtual bool takes_unsettled() const { return false; }
  virtual int run(GivenTopology topology, const std::vector<std::string>& arguments, const Variables& given) const = 0;
};

const Registry<TopologyAction>& topology_action_registry();
template <>
struct ChoiceTraits<TopologyAction> {
  static constexpr const char* name = "topology action";
  static const Registry<TopologyAction>& registry() { return topology_action_registry(); }
};

}  // namespace shardsim
