// SPDX-License-Identifier: Apache-2.0
#include "network/transport.hpp"

namespace shardsim {
namespace {

// Latency of all links + size / bandwidth of the slowest, whatever else is under way: nothing ever waits.
class IdealTransport final : public Transport {
 public:
  explicit IdealTransport(Simulation& sim) : sim_(sim) {}

  void start(Transfer& t) override {
    t.ask_for(t.size);
    Duration latency{};
    for (LinkState* link : *t.route) {
      if (link->down > 0) {
        link->lose(t.size);
        t.lost = true;
        return sim_.at(sim_.now(), t.on_delivered);
      }
      link->carry(t.size, t.size / link->rate);
      latency += link->link.latency;
      t.times->append(link->number(), link->link.latency);
    }
    const LinkState& bottleneck = slowest(*t.route);
    const Duration sending = t.size / bottleneck.rate;
    t.times->append(bottleneck.number(), sending);
    sim_.at(sim_.now() + latency + sending, t.on_delivered);
  }
  void advance(Transfer&) override {}

 private:
  Simulation& sim_;
};

class IdealSpec final : public TransportSpec {
 public:
  std::unique_ptr<Transport> make(Simulation& sim) const override { return std::make_unique<IdealTransport>(sim); }
};

}  // namespace

template <>
void describe(Describe<IdealSpec>& d) {
  d.object("ideal", "latency + size / bandwidth of the slowest link; messages never meet");
}

namespace transports {
Alternative<TransportSpec> ideal() { return alternative<IdealSpec, TransportSpec>(); }
}  // namespace transports

}  // namespace shardsim
