// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "network/send_window.hpp"
#include "network/transport.hpp"

namespace shardsim {
namespace {

struct PacketSettings {
  Bytes mtu{1500};
  Bytes headers{40};
  Bytes framing{38};
  Bytes buffer{512 << 10};
  std::optional<Bytes> ecn_threshold;
  int initial_cwnd = 10;
  Duration min_rto = std::chrono::milliseconds(200);
  int max_retransmits = 15;

  Bytes payload() const { return mtu - headers; }
};

struct Flow;  // NOLINT(cppcoreguidelines-virtual-class-destructor): final, and never owned by its base

// One packet, or its acknowledgement on the way back.
struct Packet final : Timer {
  class PacketTransport* transport = nullptr;
  Flow* flow = nullptr;
  std::int64_t segment = 0;
  std::int64_t serial = 0;  // of the transmission
  std::size_t hop = 0;
  Bytes size;  // on the wire
  bool marked = false;
  bool is_ack = false;
  void fire() override;
};

// A message: what its sender knows and what its receiver has. It outlives the Transfer when duplicates of its packets
// are still under way.
struct Flow final : Timer {
  class PacketTransport* transport = nullptr;
  Transfer* transfer = nullptr;  // null once delivered or given up
  std::vector<LinkState*> route;
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

  std::vector<Duration> waited;  // by hop
  std::size_t trouble = 0;       // hop that last dropped one; route.size(): none did

  std::int64_t next_serial() const { return first_serial + static_cast<std::int64_t>(sent.size()); }
  void fire() override;
};

// Messages are cut in packets that cross store-and-forward ports with finite drop-tail queues, under a window that
// grows and shrinks as in TCP: slow start, additive increase, halving on loss (RFC 5681, 6298), or with an ECN
// threshold DCTCP's reduction in proportion to the packets marked (RFC 8257). Connections are open beforehand.
// Acknowledgements take the latency of the way back and meet no queue.
class PacketTransport final : public Transport {
 public:
  PacketTransport(Simulation& sim, std::span<LinkState> links, const PacketSettings& settings)
      : Transport(sim, links), set_(settings) {}

  void start(Transfer& t) override {
    constexpr Bytes kLargest{std::int64_t{1} << 40};
    if (t.size > kLargest) throw ScenarioError("/transport", "packet: a message has more than 1 TiB; use fluid");
    Flow& flow = new_flow(t);
    const std::int64_t around = (set_.headers + set_.framing).count;
    ask(t, t.size + Bytes{flow.segments * around});
    send_more(flow);
  }
  void advance(Transfer&) override {}

  void on_packet(Packet& p) {
    if (p.is_ack) return on_acknowledgement(p);
    if (p.hop < p.flow->route.size()) return cross(p);
    arrive(p);
  }
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

  Flow& new_flow(Transfer& t) {
    if (free_flows_.empty()) free_flows_.push_back(&flows_.emplace_back());
    Flow& flow = *free_flows_.back();
    free_flows_.pop_back();
    flow = Flow{};
    flow.transport = this;
    flow.transfer = &t;
    for (const LinkNumber number : t.route) flow.route.push_back(&link(number));
    flow.started = sim().now();
    flow.segments = std::max<std::int64_t>(1, (t.size.count + set_.payload().count - 1) / set_.payload().count);
    flow.received.resize(static_cast<std::size_t>(flow.segments));
    flow.missing = flow.segments;
    flow.waited.resize(flow.route.size());
    flow.trouble = flow.route.size();
    Duration round_trip{};
    for (const LinkState* link : flow.route) round_trip += 2 * link->latency + size_of(flow, 0) / link->rate;
    flow.window = SendWindow(set_.initial_cwnd, set_.min_rto, round_trip);
    return flow;
  }
  Bytes size_of(const Flow& flow, std::int64_t segment) const {
    const std::int64_t payload = set_.payload().count;
    const std::int64_t rest = flow.transfer->size.count - segment * payload;
    return Bytes{std::min(rest, payload)} + set_.headers + set_.framing;
  }

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
    if (free_packets_.empty()) free_packets_.push_back(&packets_.emplace_back());
    Packet& p = *free_packets_.back();
    free_packets_.pop_back();
    p.transport = this;
    p.flow = &flow;
    p.segment = segment;
    p.serial = flow.next_serial();
    p.hop = 0;
    p.size = size_of(flow, segment);
    p.marked = p.is_ack = false;
    ++flow.references;
    ++flow.in_flight;
    flow.sent.push_back({segment, sim().now(), false});
    flow.deadline = sim().now() + flow.window.timeout();
    if (!flow.timer_set) set_timer(flow);
    cross(p);
  }

  // One port. What it has not sent yet is its queue; a host does not drop what it sends itself.
  void cross(Packet& p) {
    Flow& flow = *p.flow;
    LinkState& link = *flow.route[p.hop];
    const Time start = std::max(sim().now(), link.free_at);
    const Duration waited = start - sim().now();
    const Bytes queued{waited == Duration::zero()
                           ? 0
                           : static_cast<std::int64_t>(to_seconds(waited) * link.rate.bytes_per_second + 0.5)};
    const bool own_port = p.hop == 0;
    if (link.down > 0 || (!own_port && queued + p.size > set_.buffer)) {
      link.lose(p.size);
      flow.trouble = p.hop;
      return discard(p);
    }
    if (set_.ecn_threshold && queued > *set_.ecn_threshold) {
      p.marked = true;
      ++link.marked;
    }
    const Duration sending = p.size / link.rate;
    link.free_at = start + sending;
    link.carry(p.size, sending);
    link.wait(waited);
    link.queue_peak = std::max(link.queue_peak, queued + p.size);
    flow.waited[p.hop] += waited;
    ++p.hop;
    sim().at(start + sending + link.latency, p);
  }

  void arrive(Packet& p) {
    Flow& flow = *p.flow;
    if (flow.transfer == nullptr) return discard(p);
    const auto segment = static_cast<std::size_t>(p.segment);
    if (!flow.received[segment]) {
      flow.received[segment] = true;
      if (--flow.missing == 0) {
        deliver(flow, p.size);
        return discard(p);
      }
    }
    p.is_ack = true;
    Duration back{};
    for (const LinkState* link : flow.route) back += link->latency;
    sim().at(sim().now() + back, p);
  }

  void deliver(Flow& flow, Bytes last) {
    Transfer& t = *flow.transfer;
    Duration rest = sim().now() - flow.started;
    for (const LinkState* link : flow.route) {
      const Duration crossing = link->latency + last / link->link.bandwidth;  // at least; faults only slow
      t.times->append(link->number(), crossing);
      rest -= crossing;
    }
    // The rest is waiting: in queues, for the window, for retransmissions. It belongs to the link that caused it.
    t.times->append(culprit(flow).number(), rest);
    end(flow);
  }
  static const LinkState& culprit(const Flow& flow) {
    if (flow.trouble < flow.route.size()) return *flow.route[flow.trouble];
    const auto longest = std::max_element(flow.waited.begin(), flow.waited.end());
    if (*longest > Duration::zero()) return *flow.route[static_cast<std::size_t>(longest - flow.waited.begin())];
    return **std::ranges::min_element(flow.route, {}, &LinkState::rate);
  }
  void end(Flow& flow) {
    sim().at(sim().now(), flow.transfer->on_delivered);
    flow.transfer = nullptr;
  }

  void on_acknowledgement(Packet& p) {
    Flow& flow = *p.flow;
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
    if (flow.window.timeouts_in_a_row() >= set_.max_retransmits) {
      flow.transfer->lost = true;
      return end(flow);
    }
    for (const Flow::Sent& sent : flow.sent)
      if (!sent.acknowledged) flow.again.push_back(sent.segment);
    flow.first_serial = flow.next_serial();
    flow.sent.clear();
    flow.in_flight = 0;
    flow.window.timed_out(flow.first_serial);
    send_more(flow);
  }

  void discard(Packet& p) {
    free_packets_.push_back(&p);
    release(*p.flow);
  }
  void release(Flow& flow) {
    if (--flow.references == 0 && flow.transfer == nullptr) free_flows_.push_back(&flow);
  }

  PacketSettings set_;
  std::deque<Packet> packets_;
  std::vector<Packet*> free_packets_;
  std::deque<Flow> flows_;
  std::vector<Flow*> free_flows_;
};

void Packet::fire() { transport->on_packet(*this); }
void Flow::fire() { transport->on_timer(*this); }

class PacketSpec final : public TransportSpec, public PacketSettings {
 public:
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links) const override {
    return std::make_unique<PacketTransport>(sim, links, *this);
  }
};

}  // namespace

template <>
void describe(Describe<PacketSpec>& d) {
  d.object("packet", "packets, finite drop-tail queues, and a window with retransmission; incast shows");
  d.optional("mtu", &PacketSpec::mtu, "largest packet, headers included").at_least(Bytes{64}).at_most(Bytes{1 << 20});
  d.optional("headers", &PacketSpec::headers, "IP and TCP headers of a packet, within the mtu");
  d.optional("framing", &PacketSpec::framing, "around a packet on the wire; Ethernet: 38 B with preamble and gap");
  d.optional("buffer", &PacketSpec::buffer, "of a switch's port, for what it has not sent yet")
      .formerly("queue")
      .more_than(Bytes{0});
  d.optional("ecn_threshold", &PacketSpec::ecn_threshold,
             "queue above which packets are marked, and windows shrink as in DCTCP; left out: loss alone tells");
  d.optional("initial_cwnd", &PacketSpec::initial_cwnd,
             "congestion window at the start: packets sent before the first acknowledgement (RFC 6928: 10)")
      .formerly("initial_window")
      .at_least(1)
      .at_most(100'000);
  d.optional("min_rto", &PacketSpec::min_rto, "shortest retransmission timeout (Linux: 200 ms)")
      .formerly("least_timeout")
      .more_than(Duration{0})
      .at_most(kLongestTimeout);
  d.optional("max_retransmits", &PacketSpec::max_retransmits,
             "retransmission timeouts in a row after which a message is lost (Linux: 15)")
      .formerly("timeouts")
      .at_least(0)
      .at_most(1000);
  d.check([](const PacketSpec& s) -> std::optional<Complaint> {
    if (s.headers >= s.mtu)
      return Complaint{"headers",
                       fmt::format("found '{}'; expected less than 'mtu' ('{}')", to_text(s.headers), to_text(s.mtu))};
    if (s.buffer < s.mtu + s.framing)
      return Complaint{"buffer", fmt::format("found '{}'; expected room for a packet: 'mtu' + 'framing' ('{}')",
                                             to_text(s.buffer), to_text(s.mtu + s.framing))};
    return std::nullopt;
  });
}

namespace transports {
Alternative<TransportSpec> packet() { return alternative<PacketSpec, TransportSpec>(); }
}  // namespace transports

}  // namespace shardsim
