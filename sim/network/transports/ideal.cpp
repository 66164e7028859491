// SPDX-License-Identifier: Apache-2.0
#include "network/transport.hpp"

namespace shardsim {
namespace {

// Latency of all links + size / bandwidth of the slowest, whatever else is under way: nothing ever waits.
class IdealTransport final : public Transport {
 public:
  using Transport::Transport;

  void start(Transfer& t) override {
    ask(t, t.size);
    Duration latency{};
    for (const LinkNumber number : t.route) {
      LinkState& link = this->link(number);
      if (link.down > 0) {
        link.lose(t.size);
        t.lost = true;
        return sim().at(sim().now(), t.on_delivered);
      }
      link.carry(t.size, t.size / link.rate);
      latency += link.latency;
      t.times->append(number, link.latency);
    }
    const LinkState& bottleneck = slowest(t.route);
    const Duration sending = t.size / bottleneck.rate;
    t.times->append(bottleneck.number(), sending);
    sim().at(sim().now() + latency + sending, t.on_delivered);
  }
  void advance(Transfer&) override {}
};

class IdealSpec final : public TransportSpec {
 public:
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links) const override {
    return std::make_unique<IdealTransport>(sim, links);
  }
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
