// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "network/transport.hpp"

namespace shardsim {
namespace {

enum class Forwarding { cut_through, store_and_forward };

// Every link is a first-come-first-served port: a message that reaches it waits until the port has sent all earlier
// ones, then keeps it for size / bandwidth. As that time is known at arrival, a hop costs one event; and none at a port
// of unlimited bandwidth, as there it makes no difference who comes first.
//
// store-and-forward: a message is passed on when its last byte is there.
// cut-through: its first byte is passed on at once; the last one leaves no earlier than it came.
// A message that reaches a port whose link is down is lost.
class PortTransport final : public Transport {
 public:
  PortTransport(Simulation& sim, bool cut_through) : sim_(sim), cut_through_(cut_through) {}

  void start(Transfer& t) override {
    t.ask_for(t.size);
    t.hop = 0;
    t.tail = sim_.now();
    advance(t);
  }

  void advance(Transfer& t) override {
    const Time now = sim_.now();
    const std::size_t hops = t.route->size();
    for (Time head = now; t.hop < hops;) {
      LinkState& link = *(*t.route)[t.hop];
      // It must be its turn at the port, unless there is no turn.
      if (head > now && !link.never_waits) return sim_.at(head, t);
      ++t.hop;
      if (link.down > 0) [[unlikely]]
        return lose(link, t);
      const Time at = head;
      head = link.never_waits ? fly_through(link, t, at) : pass(link, t);
      t.times->append(link.number(), head - at);
      // Cut through, the time between first and last byte belongs to the link that sends slowest.
      if (t.hop == hops && t.tail > head) t.times->append(slowest(*t.route).number(), t.tail - head);
    }
    sim_.at(std::max(t.tail, now), t.on_delivered);
  }

 private:
  // Sends the message through one port, now; returns when its first byte (or, stored, its last) is at the other end.
  Time pass(LinkState& link, Transfer& t) const {
    const Duration sending = t.size / link.rate;
    const Time start = std::max(sim_.now(), link.free_at);
    const Duration waited = start - sim_.now();
    link.free_at = start + sending;
    link.carry(t.size, sending);
    link.wait(waited);
    const Bytes queued = waited == Duration::zero() ? Bytes{} : backlog(waited, link.rate);
    link.queue_peak = std::max(link.queue_peak, queued + t.size);
    t.tail = std::max(start + sending, t.tail) + link.link.latency;
    return cut_through_ ? start + link.link.latency : t.tail;
  }
  // The same where nothing waits.
  Time fly_through(LinkState& link, Transfer& t, Time at) const {
    link.carry(t.size, Duration::zero());
    link.queue_peak = std::max(link.queue_peak, t.size);
    t.tail = std::max(at, t.tail) + link.link.latency;
    return cut_through_ ? at + link.link.latency : t.tail;
  }
  void lose(LinkState& link, Transfer& t) {
    link.lose(t.size);
    t.lost = true;
    sim_.at(sim_.now(), t.on_delivered);
  }
  static Bytes backlog(Duration left, Bandwidth rate) {
    return {static_cast<std::int64_t>(to_seconds(left) * rate.bytes_per_second + 0.5)};
  }

  Simulation& sim_;
  bool cut_through_;
};

class PortSpec final : public TransportSpec {
 public:
  Forwarding forwarding = Forwarding::cut_through;
  std::unique_ptr<Transport> make(Simulation& sim) const override {
    return std::make_unique<PortTransport>(sim, forwarding == Forwarding::cut_through);
  }
};

}  // namespace

template <>
struct EnumNames<Forwarding> {
  static constexpr std::array<std::pair<Forwarding, std::string_view>, 2> names{
      {{Forwarding::cut_through, "cut-through"}, {Forwarding::store_and_forward, "store-and-forward"}}};
};

template <>
void describe(Describe<PortSpec>& d) {
  d.object("port", "every link is a FIFO port with bandwidth and latency; whole messages, queues without bound");
  d.optional("forwarding", &PortSpec::forwarding, "whether a switch passes a message on before it has all of it");
}

namespace transports {
Alternative<TransportSpec> port() { return alternative<PortSpec, TransportSpec>(); }
}  // namespace transports

}  // namespace shardsim
