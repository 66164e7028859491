// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "network/transport.hpp"

namespace shardsim {
namespace {

enum class Forwarding { cut_through, store_and_forward };

// Every link is a first-come-first-served port: a message that reaches it waits until the port has sent all earlier
// ones, then keeps it for size / bandwidth. As that time is known at arrival, and who will be there first mostly
// before, a message foresees its time at the next port: every second hop costs one event, and another only if somebody
// comes in between. None does a port that nobody waits at: of unlimited bandwidth, and touched by no fault. There it
// makes no difference who comes first.
//
// store-and-forward: a message is passed on when its last byte is there.
// cut-through: its first byte is passed on at once; the last one leaves no earlier than it came.
// A message that reaches a port whose link is down is lost.
class PortTransport final : public Transport {
 public:
  PortTransport(Simulation& sim, std::span<LinkState> links, bool cut_through)
      : Transport(sim, links), cut_through_(cut_through), ports_(links.size()) {
    for (const LinkState& link : links) ports_[link.number()].never_waits = link.rate.is_unlimited();
  }

  void start(Transfer& t) override {
    if (t.is_background) [[unlikely]]
      ask(t, t.size);
    t.hop = 0;
    t.slowest_rate = Bandwidth::unlimited();
    t.slowest = t.route.front();
    t.tail = sim().now();
    go_on(t, sim().now());
  }

  void advance(Transfer& t) override {
    const Time now = sim().now();
    if (!t.is_foreseen) return go_on(t, now);
    LinkState& link = this->link(t.route[t.hop]);
    const Time crossed = crossed_at(t, link);
    if (now < crossed) return sim().at(crossed, t);  // somebody came in between
    const Time head = cross(t, link);
    if (t.hop < t.route.size()) return go_on(t, now);
    end(t, head);
    t.on_delivered.happen();
  }

  void expect_changes(const LinkState& link) override {
    ports_[link.number()].never_waits = false;
    ports_[link.number()].can_change = true;
  }

  // A query's message asks the links that it has come to; here those that it never came to are asked.
  void settle() override {
    for_each_pending([this](Transfer& t) {
      if (t.is_foreseen && t.comes <= sim().now()) cross(t, link(t.route[t.hop]));
    });
    for (LinkState& link : links()) link.asked += link.bytes - link.background;
    for_each_pending([this](const Transfer& t) {
      if (!t.is_background) ask(t, t.size, t.hop);
    });
  }

 private:
  // Of the messages that are on their way to the port, and whose time there is foreseen, the one that comes last. It
  // may have come by now, and be gone.
  struct Port {
    Transfer* last = nullptr;
    Time last_comes{};
    bool never_waits = false;
    bool can_change = false;  // then nothing is foreseen
  };

  // The first byte is at the next port at `head`: now, or later where nobody had to wait on the way.
  void go_on(Transfer& t, Time head) {
    const Time now = sim().now();
    while (t.hop < t.route.size()) {
      const LinkNumber number = t.route[t.hop];
      LinkState& link = this->link(number);
      Port& port = ports_[number];
      // It must be its turn at the port, unless there is no turn.
      if (head > now && !port.never_waits) return port.can_change ? sim().at(head, t) : foresee(t, link, port, head);
      ++t.hop;
      if (link.down > 0) [[unlikely]]
        return lose(link, t);
      const Time came = head;
      head = port.never_waits ? fly_through(link, t, came) : pass(link, port, t);
      t.times->append(number, head - came);
    }
    end(t, head);
    sim().at(std::max(t.tail, now), t.on_delivered);
  }
  // Cut through, the time between first and last byte belongs to the link that sends slowest.
  static void end(Transfer& t, Time head) {
    if (t.tail > head) t.times->add_behind(t.earlier_times, t.slowest, t.tail - head);
  }

  // Sends the message through one port, now; returns when its first byte (or, stored, its last) is at the other end.
  Time pass(LinkState& link, Port& port, Transfer& t) {
    Transfer* const later = take_out_later(link, port, sim().now());
    come(t, link, sim().now());
    send_next(link, t);
    put_back(link, port, later);
    return account(link, t);
  }

  // Says now when it will have crossed a port that it comes to at `comes`.
  void foresee(Transfer& t, LinkState& link, Port& port, Time comes) {
    Transfer* const later = take_out_later(link, port, comes);
    come(t, link, comes);
    t.is_foreseen = true;
    queue(link, port, t);
    put_back(link, port, later);
    sim().at(crossed_at(t, link), t);
  }
  void queue(LinkState& link, Port& port, Transfer& t) {
    t.free_before = link.free_at;
    t.before = port.last;
    t.before_comes = port.last_comes;
    port.last = &t;
    port.last_comes = t.comes;
    send_next(link, t);
  }
  // Those who come after `time`; their times are not foreseen any more.
  static Transfer* take_out_later(LinkState& link, Port& port, Time time) {
    Transfer* later = nullptr;
    while (port.last_comes > time) [[unlikely]] {
        Transfer& last = *port.last;
        link.free_at = last.free_before;
        port.last = last.before;
        port.last_comes = last.before_comes;
        last.before = later;
        later = &last;
      }
    return later;
  }
  void put_back(LinkState& link, Port& port, Transfer* later) {
    while (later != nullptr) [[unlikely]] {
        Transfer& t = *later;
        later = t.before;
        queue(link, port, t);
      }
  }
  static void come(Transfer& t, const LinkState& link, Time time) {
    t.comes = time;
    t.sending = t.size / link.rate;
    t.tail += link.latency;
  }
  // It is sent when the port is free.
  static void send_next(LinkState& link, Transfer& t) {
    t.starts = std::max(t.comes, link.free_at);
    link.free_at = t.starts + t.sending;
    t.tail = std::max(t.tail, link.free_at + link.latency);
  }
  Time crossed_at(const Transfer& t, const LinkState& link) const {
    return cut_through_ && t.hop + 1 < t.route.size() ? t.starts + link.latency : t.tail;
  }

  // It has crossed the port where its time was foreseen.
  Time cross(Transfer& t, LinkState& link) const {
    const Time head = account(link, t);
    t.times->append(link.number(), head - t.comes);
    ++t.hop;
    t.is_foreseen = false;
    return head;
  }
  // A message has crossed a port. Returns when its first byte (or, stored, its last) was at the other end.
  Time account(LinkState& link, Transfer& t) const {
    carry(link, t, t.sending);
    Bytes queued = t.size;
    const Duration waited = t.starts - t.comes;
    if (waited > Duration::zero()) {
      link.wait(waited);
      queued += backlog(waited, link.rate);
    }
    link.queue_peak = std::max(link.queue_peak, queued);
    if (!cut_through_) return t.tail;
    if (link.rate < t.slowest_rate) {
      t.slowest_rate = link.rate;
      t.slowest = link.number();
    }
    return t.starts + link.latency;
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
  template <class F>
  void for_each_pending(F f) {
    sim().for_each_pending_timer([this, f](Timer& timer) {
      auto* t = dynamic_cast<Transfer*>(&timer);
      if (t != nullptr && t->transport == this) f(*t);
    });
  }

  bool cut_through_;
  std::vector<Port> ports_;  // by number of link
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
