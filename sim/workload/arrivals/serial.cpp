// SPDX-License-Identifier: Apache-2.0
#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

class Serial final : public Arrivals {
 public:
  std::optional<ClosedLoop> closed_loop() const override { return ClosedLoop{}; }
  std::unique_ptr<ArrivalSource> open(std::uint64_t, std::uint32_t) const override { return nullptr; }
};

}  // namespace

template <>
void describe(Describe<Serial>& d) {
  d.object("serial", "replay with one query outstanding: each arrives when the one before is done");
}

namespace arrivals {
Alternative<Arrivals> serial() { return alternative<Serial, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
