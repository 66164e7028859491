// SPDX-License-Identifier: Apache-2.0
#include <boost/functional/hash.hpp>
#include <unordered_map>

#include "network/linux/connection.hpp"
#include "network/tcp_stack.hpp"

namespace shardsim {
namespace {

// Each ordered pair of hosts has one connection, over which all messages from one to the other go. Cross traffic, whose
// messages may have ways of their own, has one for each message.
class LinuxTransport final : public PacketPorts, private ConnectionOwner {
 public:
  LinuxTransport(Simulation& sim, std::span<LinkState> links, const PacketSettings& packets,
                 const LinuxSettings& settings)
      : PacketPorts(sim, links, packets), settings_(settings) {}

  void start(Transfer& t) override {
    ask_for_packets(t);
    connection_for(t).queue(t);
  }
  void advance(Transfer&) override {}

 private:
  using Pair = std::pair<NodeId, NodeId>;

  LinuxConnection& connection_for(const Transfer& t) {
    const bool is_kept = settings_.kept_connections && !t.is_background;
    if (!is_kept) return open(t, false);
    LinuxConnection*& kept = kept_[{link(t.route.front()).from, link(t.route.back()).to}];
    if (kept != nullptr) return *kept;
    kept = &open(t, true);
    const auto back = kept_.find({link(t.route.back()).to, link(t.route.front()).from});
    if (back == kept_.end()) return *kept;
    kept->back = back->second;
    back->second->back = kept;
    return *kept;
  }
  LinuxConnection& open(const Transfer& t, bool is_kept) {
    std::vector<LinkState*> way;
    for (const LinkNumber number : t.route) way.push_back(&link(number));
    ConnectionOwner& owner = *this;
    auto made = std::make_unique<LinuxConnection>(sim(), owner, std::move(way), set(), settings_, is_kept);
    LinuxConnection& c = *made;
    connections_.emplace(&c, std::move(made));
    return c;
  }
  static LinuxConnection& connection_of(const Packet& p) { return static_cast<LinuxConnection&>(*p.flow); }

  void waited(const Packet& p, Duration time) override { connection_of(p).waited(p, time); }
  void dropped(Packet& p) override {
    connection_of(p).dropped(p);
    end(p);
  }
  void arrived(Packet& p) override {
    LinuxConnection& c = connection_of(p);
    switch (c.receive(p)) {
      case LinuxConnection::Answer::none:
        return end(p);
      case LinuxConnection::Answer::delayed:
        return c.hold(p);
      case LinuxConnection::Answer::at_once:
        acknowledge_held(c);
        acknowledge(p);
    }
  }
  void acknowledge_held(LinuxConnection& c) {
    if (Packet* held = c.take_held()) acknowledge(*held);
  }
  void acknowledged(Packet& p) override {
    connection_of(p).acknowledged(p);
    end(p);
  }
  void end(Packet& p) {
    LinuxConnection& c = connection_of(p);
    discard(p);
    release(c);
  }
  void release(LinuxConnection& c) {
    if (--c.references == 0 && !c.is_kept() && c.is_idle()) connections_.erase(&c);
  }

  // ConnectionOwner
  void send_packet(LinuxConnection& c, std::int64_t segment, std::int64_t serial, Bytes on_wire) override {
    ++c.references;
    if (c.back != nullptr) acknowledge_held(*c.back);  // its data carry the acknowledgement
    send(c, segment, serial, on_wire);
  }
  void deliver(LinuxConnection& c, ConnectionMessage& m, Bytes last) override {
    append_times(*m.transfer, c, m.began, last, culprit_of(c, c.trouble_since(m.began), m.waited));
    end(m);
  }
  void give_up(LinuxConnection&, ConnectionMessage& m) override {
    m.transfer->lost = true;
    end(m);
  }
  void end(const ConnectionMessage& m) { sim().at(sim().now(), m.transfer->on_delivered); }
  void met_timeout(ConnectionMessage& m) override { note_timeout(*m.transfer, std::exchange(m.has_met_timeout, true)); }
  void on_timer(LinuxConnection& c) override {
    c.on_timer();
    release(c);
  }
  void on_acknowledgement_due(LinuxConnection& c) override {
    if (c.is_acknowledgement_due()) acknowledge_held(c);
    release(c);
  }

  LinuxSettings settings_;
  std::unordered_map<Pair, LinuxConnection*, boost::hash<Pair>> kept_;
  std::unordered_map<LinuxConnection*, std::unique_ptr<LinuxConnection>> connections_;
};

class LinuxSpec final : public TcpStackSpec, public LinuxSettings {
 public:
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links,
                                  const PacketSettings& settings) const override {
    return std::make_unique<LinuxTransport>(sim, links, settings, *this);
  }
};

}  // namespace

template <>
void describe(Describe<LinuxSpec>& d) {
  d.object(
      "linux",
      "as Linux 6: a connection for each ordered pair of hosts, whose messages go out one after the other and whose "
      "window is kept; losses are found by time and by probes of the tail");
  d.optional("kept_connections", &LinuxSpec::kept_connections,
             "false: each message has a connection, with a window and a queue of its own");
  d.optional("tail_loss_probe", &LinuxSpec::tail_loss_probe,
             "whether the end of what was sent is probed after two round trips (RFC 8985; Linux: tcp_early_retrans)");
  d.optional("rack", &LinuxSpec::rack,
             "whether losses are found by time, also of what was sent again (RFC 8985; Linux: tcp_recovery); else by "
             "three packets that arrived before");
  d.optional(
       "delayed_ack", &LinuxSpec::delayed_ack,
       "how long a receiver waits for a second packet, or for data of its own, before it acknowledges one (Linux: "
       "40 ms); 0 s: each is acknowledged at once")
      .at_least(Duration{0})
      .at_most(Duration{std::chrono::seconds(1)});
  d.optional("tick", &LinuxSpec::tick, "at whose multiples timers ring (Debian: 4 ms, HZ=250); 0 s: at their times")
      .at_least(Duration{0})
      .at_most(Duration{std::chrono::seconds(1)});
  d.optional("congestion", &LinuxSpec::congestion,
             "how windows grow and shrink; left out: cubic, with an ecn_threshold dctcp");
}

namespace stacks {
Alternative<TcpStackSpec> linux_tcp() { return alternative<LinuxSpec, TcpStackSpec>(); }
}  // namespace stacks

}  // namespace shardsim
