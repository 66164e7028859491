// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "network/transport.hpp"

namespace shardsim {
namespace {

enum class Forwarding { cut_through, store_and_forward };

// Every link is a first-come-first-served port: a message that reaches it waits until the port has sent all earlier
// ones, then keeps it for size / bandwidth. As that time is known at arrival, a hop costs one event; and none at a port
// that nobody waits at: of unlimited bandwidth, and touched by no fault. There it makes no difference who comes first.
//
// store-and-forward: a message is passed on when its last byte is there.
// cut-through: its first byte is passed on at once; the last one leaves no earlier than it came.
// A message that reaches a port whose link is down is lost.
class PortTransport final : public Transport {
 public:
  PortTransport(Simulation& sim, std::span<LinkState> links, bool cut_through)
      : Transport(sim, links), cut_through_(cut_through) {
    for (const LinkState& link : links) never_waits_.push_back(link.rate.is_unlimited());
  }

  void start(Transfer& t) override {
    if (t.is_background) [[unlikely]]
      ask(t, t.size);
    t.hop = 0;
    t.slowest_rate = Bandwidth::unlimited();
    t.slowest = t.route.front();
    t.tail = sim().now();
    advance(t);
  }

  void advance(Transfer& t) override {
    const Time now = sim().now();
    Time head = now;
    while (t.hop < t.route.size()) {
      const LinkNumber number = t.route[t.hop];
      LinkState& link = this->link(number);
      // It must be its turn at the port, unless there is no turn.
      if (head > now && !never_waits_[number]) {
        prefetch(link);
        return sim().at(head, t);
      }
      ++t.hop;
      if (link.down > 0) [[unlikely]]
        return lose(link, t);
      const Time at = head;
      head = never_waits_[number] ? fly_through(link, t, at) : pass(link, t, now);
      t.times->append(number, head - at);
    }
    // Cut through, the time between first and last byte belongs to the link that sends slowest.
    if (t.tail > head) t.times->append(t.slowest, t.tail - head);
    sim().at(std::max(t.tail, now), t.on_delivered);
  }

  void expect_changes(const LinkState& link) override { never_waits_[link.number()] = false; }

  // A query's message asks the links that it has come to; here those that it never came to are asked.
  void settle() override {
    for (LinkState& link : links()) link.asked += link.bytes - link.background;
    sim().for_each_pending_timer([this](const Timer& timer) {
      const auto* t = dynamic_cast<const Transfer*>(&timer);
      if (t != nullptr && t->transport == this && !t->is_background) ask(*t, t->size, t->hop);
    });
  }

 private:
  // Sends the message through one port, now; returns when its first byte (or, stored, its last) is at the other end.
  Time pass(LinkState& link, Transfer& t, Time now) const {
    const Duration sending = t.size / link.rate;
    const Time start = std::max(now, link.free_at);
    const Duration waited = start - now;
    link.free_at = start + sending;
    carry(link, t, sending);
    Bytes queued = t.size;
    if (waited > Duration::zero()) {
      link.wait(waited);
      queued += backlog(waited, link.rate);
    }
    link.queue_peak = std::max(link.queue_peak, queued);
    t.tail = std::max(start + sending, t.tail) + link.latency;
    if (!cut_through_) return t.tail;
    if (link.rate < t.slowest_rate) {
      t.slowest_rate = link.rate;
      t.slowest = link.number();
    }
    return start + link.latency;
  }
  // The same where nothing waits.
  Time fly_through(LinkState& link, Transfer& t, Time at) const {
    carry(link, t, Duration::zero());
    link.queue_peak = std::max(link.queue_peak, t.size);
    t.tail = std::max(at, t.tail) + link.latency;
    return cut_through_ ? at + link.latency : t.tail;
  }
  static void carry(LinkState& link, const Transfer& t, Duration sending) {
    link.carry(t.size, sending);
    if (t.is_background) [[unlikely]]
      link.background += t.size;
  }
  void lose(LinkState& link, Transfer& t) {
    link.lose(t.size);
    if (t.is_background)
      link.background += t.size;
    else
      ask(t, t.size, t.hop);
    t.lost = true;
    sim().at(sim().now(), t.on_delivered);
  }
  static Bytes backlog(Duration left, Bandwidth rate) {
    return {static_cast<std::int64_t>(to_seconds(left) * rate.bytes_per_second + 0.5)};
  }
  // In a fleet, hundreds of messages cross other ports before this one is there.
  static void prefetch(const LinkState& link) {
    __builtin_prefetch(&link, 1);
    __builtin_prefetch(reinterpret_cast<const char*>(&link) + 64, 1);
  }

  std::vector<char> never_waits_;  // by number
  bool cut_through_;
};

class PortSpec final : public TransportSpec {
 public:
  Forwarding forwarding = Forwarding::cut_through;
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links) const override {
    return std::make_unique<PortTransport>(sim, links, forwarding == Forwarding::cut_through);
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
