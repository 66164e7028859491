// SPDX-License-Identifier: Apache-2.0
#include "network/reno.hpp"

namespace shardsim {
namespace {

class RenoSpec final : public CongestionSpec {
 public:
  std::unique_ptr<Congestion> make() const override { return std::make_unique<Reno>(); }
};

}  // namespace

template <>
void describe(Describe<RenoSpec>& d) {
  d.object("reno", "one packet more a round trip, half the window at a loss (RFC 5681)");
}

namespace congestions {
Alternative<CongestionSpec> reno() { return alternative<RenoSpec, CongestionSpec>(); }
}  // namespace congestions

}  // namespace shardsim
