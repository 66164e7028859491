// SPDX-License-Identifier: Apache-2.0
#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

class ClosedLoopOfClients final : public Arrivals {
 public:
  int clients = 1;
  Choice<Distribution> think_s;
  std::optional<ClosedLoop> closed_loop() const override {
    return ClosedLoop{clients, think_s.has_value() ? &*think_s : nullptr};
  }
  std::unique_ptr<ArrivalSource> open(std::uint64_t, std::uint32_t) const override { return nullptr; }
};

}  // namespace

template <>
void describe(Describe<ClosedLoopOfClients>& d) {
  d.object("closed-loop",
           "clients with one query outstanding each: when it is answered (or has failed) they think, then send the "
           "next; all send their first at the start");
  d.required("clients", &ClosedLoopOfClients::clients, "number of clients").at_least(1).at_most(1'000'000);
  d.optional("think_s", &ClosedLoopOfClients::think_s,
             "seconds between an answer and the next query; none if left out");
}

namespace arrivals {
Alternative<Arrivals> closed_loop() { return alternative<ClosedLoopOfClients, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
