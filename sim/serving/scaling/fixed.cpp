// SPDX-License-Identifier: Apache-2.0
#include "serving/scaling.hpp"

namespace shardsim {
namespace {

class FixedScaling final : public ScalingSpec {
 public:
  void start(Simulation&, Service&) const override {}
};

}  // namespace

template <>
void describe(Describe<FixedScaling>& d) {
  d.object("fixed", "as many as the cluster says, from beginning to end");
}

namespace scalings {
Alternative<ScalingSpec> fixed() { return alternative<FixedScaling, ScalingSpec>(); }
}  // namespace scalings

}  // namespace shardsim
