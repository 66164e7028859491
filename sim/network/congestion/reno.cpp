// SPDX-License-Identifier: Apache-2.0
#include "network/congestion.hpp"

namespace shardsim {
namespace {

class Reno final : public Congestion {
 public:
  void grow(CongestionWindow& window, int acknowledged, Time) override {
    if (window.in_slow_start()) acknowledged = window.slow_start(acknowledged);
    if (acknowledged > 0) window.one_more_for_each(window.packets, acknowledged);
  }
  int after_loss(const CongestionWindow& window) override { return std::max(window.packets / 2, kLeast); }
};

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
