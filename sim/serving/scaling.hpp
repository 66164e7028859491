// SPDX-License-Identifier: Apache-2.0
// How many replicas of a service there are as time goes on: the interface of scaling/.
#pragma once

#include "config/choice.hpp"
#include "engine/simulation.hpp"

namespace shardsim {

class Service;

class ScalingSpec {
 public:
  virtual ~ScalingSpec() = default;
  /// Starts what watches the service and changes its number of replicas during a run.
  virtual void start(Simulation& sim, Service& service) const = 0;
};

const Registry<ScalingSpec>& scaling_registry();

template <>
struct ChoiceTraits<ScalingSpec> {
  static constexpr const char* name = "scaling";
  static constexpr const char* doc = "how many replicas of a service there are as time goes on";
  static constexpr const char* tag = "type";
  static const Registry<ScalingSpec>& registry() { return scaling_registry(); }
};

}  // namespace shardsim
