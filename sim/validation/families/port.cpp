// SPDX-License-Identifier: Apache-2.0
// Queries of one size wait at the frontend's port and take nothing after it: an M/D/1 queue, by Crommelin's chain and
// Franx's formula.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

constexpr double kSendingUs = 100;  // 12500 bytes at 1 Gb/s, of port.json

class Port final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const double load : {0.4, 0.6}) {
      const queueing::Mdc queue(1, load, kSendingUs);
      cases.push_back(steady_state(fmt::format("port-{}", load), "port.json",
                                   {{"traffic.arrivals.rate", per_second(load / kSendingUs * 1e6)}}, 300'000,
                                   {mean_latency(queue.mean()), latency_quantile(0.9, queue.quantile(0.9)),
                                    latency_quantile(0.99, queue.quantile(0.99))}));
    }
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<Port>& d) {
  d.object("port", "messages of one size at a network port: M/D/1");
}

namespace families {
Alternative<Family> port() { return alternative<Port, Family>(); }
}  // namespace families

}  // namespace shardsim
