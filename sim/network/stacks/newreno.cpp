// SPDX-License-Identifier: Apache-2.0
#include "network/send_window.hpp"
#include "network/tcp_stack.hpp"

namespace shardsim {
namespace {

// A message: what its sender knows and what its receiver has. It outlives the Transfer when duplicates of its packets
// are still under way.
struct Flow final : PacketFlow, Timer {  // NOLINT(cppcoreguidelines-virtual-class-destructor): final
  class NewRenoTransport* transport = nullptr;
  Transfer* transfer = nullptr;  // null once delivered or given up
  Time started{};
  int references = 0;  // packets under way, and the timer

  // Receiver.
  std::vector<bool> received;
  std::int64_t missing = 0;

  // Sender. A transmission's serial number is its place in the order of sending: paths keep that order, so that an
  // acknowledgement three serials on tells of a loss (RFC 9002's packet threshold, TCP's three duplicates).
  struct Sent {
    std::int64_t segment;
    Time time;
    bool acknowledged;
  };
  std::deque<Sent> sent;
  std::int64_t first_serial = 0;  // of sent.front()
  std::deque<std::int64_t> again;
  std::int64_t next_segment = 0;
  std::int64_t segments = 0;
  std::int64_t in_flight = 0;
  SendWindow window;
  Time deadline{};
  bool timer_set = false;
  bool has_met_timeout = false;

  std::vector<Duration> waited;  // by hop
  std::size_t trouble = 0;       // hop that last dropped one; route.size(): none did

  std::int64_t next_serial() const { return first_serial + static_cast<std::int64_t>(sent.size()); }
  void fire() override;
};

// Each message is a flow of its own, under a window that grows and shrinks as in TCP: slow start, additive increase,
// halving on loss (RFC 5681, 6298), or with an ECN threshold DCTCP's reduction in proportion to the packets marked (RFC
// 8257). Connections are open beforehand.
class NewRenoTransport final : public PacketPorts {
 public:
  using PacketPorts::PacketPorts;

  void start(Transfer& t) override {
    Flow& flow = new_flow(t, ask_for_packets(t));
    send_more(flow);
  }
  void advance(Transfer&) override {}

  void on_timer(Flow& flow) {
    flow.timer_set = false;
    if (flow.transfer != nullptr) {
      if (sim().now() < flow.deadline)
        set_timer(flow);
      else
        time_out(flow);
    }
    release(flow);
  }

 private:
  static constexpr std::int64_t kReordering = 3;

  Flow& new_flow(Transfer& t, std::int64_t packets) {
    if (free_flows_.empty()) free_flows_.push_back(&flows_.emplace_back());
    Flow& flow = *free_flows_.back();
    free_flows_.pop_back();
    flow = Flow{};
    flow.transport = this;
    flow.transfer = &t;
    for (const LinkNumber number : t.route) flow.route.push_back(&link(number));
    flow.started = sim().now();
    flow.segments = packets;
    flow.received.resize(static_cast<std::size_t>(flow.segments));
    flow.missing = flow.segments;
    flow.waited.resize(flow.route.size());
    flow.trouble = flow.route.size();
    Duration round_trip{};
    for (const LinkState* link : flow.route) round_trip += 2 * link->latency + size_of(flow, 0) / link->rate;
    flow.window = SendWindow(set().initial_cwnd, set().min_rto, round_trip);
    return flow;
  }
  Bytes size_of(const Flow& flow, std::int64_t segment) const { return set().on_wire(flow.transfer->size, segment); }

  void send_more(Flow& flow) {
    while (flow.transfer != nullptr && flow.window.allows(flow.in_flight)) {
      if (!flow.again.empty()) {
        send(flow, flow.again.front());
        flow.again.pop_front();
      } else if (flow.next_segment < flow.segments) {
        send(flow, flow.next_segment++);
      } else {
        break;
      }
    }
  }
  void send(Flow& flow, std::int64_t segment) {
    const std::int64_t serial = flow.next_serial();
    ++flow.references;
    ++flow.in_flight;
    flow.sent.push_back({segment, sim().now(), false});
    flow.deadline = sim().now() + flow.window.timeout();
    if (!flow.timer_set) set_timer(flow);
    PacketPorts::send(flow, segment, serial, size_of(flow, segment));
  }

  void waited(const Packet& p, Duration waited) override { flow_of(p).waited[p.hop] += waited; }
  void dropped(Packet& p) override {
    flow_of(p).trouble = p.hop;
    discard(p);
  }

  void arrived(Packet& p) override {
    Flow& flow = flow_of(p);
    if (flow.transfer == nullptr) return discard(p);
    const auto segment = static_cast<std::size_t>(p.segment);
    if (!flow.received[segment]) {
      flow.received[segment] = true;
      if (--flow.missing == 0) {
        // The waiting is in queues, for the window, for retransmissions. It belongs to the link that caused it.
        append_times(*flow.transfer, flow, flow.started, p.size, culprit_of(flow, flow.trouble, flow.waited));
        end(flow);
        return discard(p);
      }
    }
    acknowledge(p);
  }
  void end(Flow& flow) {
    sim().at(sim().now(), flow.transfer->on_delivered);
    flow.transfer = nullptr;
  }

  void acknowledged(Packet& p) override {
    Flow& flow = flow_of(p);
    if (flow.transfer != nullptr && p.serial >= flow.first_serial) {
      Flow::Sent& sent = flow.sent[static_cast<std::size_t>(p.serial - flow.first_serial)];
      sent.acknowledged = true;
      --flow.in_flight;
      flow.window.acknowledged(p.serial, flow.next_serial(), sim().now() - sent.time, p.marked);
      flow.deadline = sim().now() + flow.window.timeout();
      forget_up_to(flow, p.serial);
      send_more(flow);
    }
    discard(p);
  }
  // Transmissions well before one that arrived, and not acknowledged, are lost.
  void forget_up_to(Flow& flow, std::int64_t serial) {
    while (!flow.sent.empty() && (flow.sent.front().acknowledged || flow.first_serial + kReordering <= serial)) {
      if (!flow.sent.front().acknowledged) on_loss(flow);
      flow.sent.pop_front();
      ++flow.first_serial;
    }
  }
  static void on_loss(Flow& flow) {
    --flow.in_flight;
    flow.again.push_back(flow.sent.front().segment);
    flow.window.lost(flow.first_serial, flow.next_serial());
  }

  void set_timer(Flow& flow) {
    flow.timer_set = true;
    ++flow.references;
    sim().at(flow.deadline, flow);
  }
  void time_out(Flow& flow) {
    if (flow.window.timeouts_in_a_row() >= set().max_retransmits) {
      flow.transfer->lost = true;
      return end(flow);
    }
    note_timeout(*flow.transfer, std::exchange(flow.has_met_timeout, true));
    for (const Flow::Sent& sent : flow.sent)
      if (!sent.acknowledged) flow.again.push_back(sent.segment);
    flow.first_serial = flow.next_serial();
    flow.sent.clear();
    flow.in_flight = 0;
    flow.window.timed_out(flow.first_serial);
    send_more(flow);
  }

  static Flow& flow_of(const Packet& p) { return static_cast<Flow&>(*p.flow); }
  void discard(Packet& p) {
    Flow& flow = flow_of(p);
    PacketPorts::discard(p);
    release(flow);
  }
  void release(Flow& flow) {
    if (--flow.references == 0 && flow.transfer == nullptr) free_flows_.push_back(&flow);
  }

  std::deque<Flow> flows_;
  std::vector<Flow*> free_flows_;
};

void Flow::fire() { transport->on_timer(*this); }

class NewRenoSpec final : public TcpStackSpec {
 public:
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links,
                                  const PacketSettings& settings) const override {
    return std::make_unique<NewRenoTransport>(sim, links, settings);
  }
};

}  // namespace

template <>
void describe(Describe<NewRenoSpec>& d) {
  d.object("newreno",
           "each message has a window of its own; halving on loss, or DCTCP's reduction with an ECN threshold; a lost "
           "tail waits for the retransmission timeout. As in ns-3");
}

namespace stacks {
Alternative<TcpStackSpec> newreno() { return alternative<NewRenoSpec, TcpStackSpec>(); }
}  // namespace stacks

}  // namespace shardsim
