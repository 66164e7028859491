// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "network/packets/settings.hpp"
#include "network/transport.hpp"

namespace shardsim {

/// What packets belong to: a message, or a connection.
struct PacketFlow {
  std::vector<LinkState*> route;
};

/// One packet, or its acknowledgement on the way back.
struct Packet final : Timer {
  class PacketPorts* ports = nullptr;
  PacketFlow* flow = nullptr;
  std::int64_t segment = 0;
  std::int64_t serial = 0;  ///< of the transmission
  std::size_t hop = 0;
  Bytes size;  ///< on the wire
  bool marked = false;
  bool is_ack = false;
  void fire() override;
};

/// Packets cross store-and-forward ports with finite drop-tail queues, which mark those that meet more than
/// `ecn_threshold`. Acknowledgements take the latency of the way back and meet no queue. How senders send is a
/// subclass's affair.
class PacketPorts : public Transport {
 public:
  PacketPorts(Simulation& sim, std::span<LinkState> links, const PacketSettings& settings)
      : Transport(sim, links), set_(settings) {
    timeouts().least = set_.min_rto;
  }
  void on_packet(Packet& p);

 protected:
  const PacketSettings& set() const { return set_; }
  /// For a message that sets out: how many packets it takes. Counts it, and asks its links for them. Throws
  /// ScenarioError when it is larger than any that packets are for.
  std::int64_t ask_for_packets(const Transfer& t);
  /// A message waited for a retransmission timeout; `before`: also earlier.
  void note_timeout(const Transfer& t, bool before) { timeouts().met += before || t.is_background ? 0 : 1; }
  void send(PacketFlow& flow, std::int64_t segment, std::int64_t serial, Bytes on_wire);
  /// From where it arrived.
  void acknowledge(Packet& p);
  /// It is gone, and may be another's from now on.
  void discard(Packet& p) { free_packets_.push_back(&p); }
  /// Appends where the time of a message went, which began at `began` and is delivered now: at each link what its last
  /// packet took at least, and the rest, which is waiting, at `culprit`.
  void append_times(const Transfer& t, const PacketFlow& flow, Time began, Bytes last, const LinkState& culprit) const;

 private:
  virtual void arrived(Packet& p) = 0;
  virtual void acknowledged(Packet& p) = 0;
  virtual void waited(const Packet& p, Duration waited) = 0;  ///< at its hop
  virtual void dropped(Packet& p) = 0;
  void cross(Packet& p);

  PacketSettings set_;
  std::deque<Packet> packets_;
  std::vector<Packet*> free_packets_;
};

/// Of a message, the link that its waiting belongs to: that which dropped one of its packets last (`trouble`, a hop,
/// the number of hops: none did), else that where they waited longest, else the slowest.
const LinkState& culprit_of(const PacketFlow& flow, std::size_t trouble, const std::vector<Duration>& waited);

}  // namespace shardsim
