// SPDX-License-Identifier: Apache-2.0
#include "network/packets/ports.hpp"

namespace shardsim {

void Packet::fire() { ports->on_packet(*this); }

void PacketPorts::on_packet(Packet& p) {
  if (p.is_ack) return acknowledged(p);
  if (p.hop < p.flow->route.size()) return cross(p);
  arrived(p);
}

std::int64_t PacketPorts::ask_for_packets(const Transfer& t) {
  constexpr Bytes kLargest{std::int64_t{1} << 40};
  if (t.size > kLargest) throw ScenarioError("/transport", "packet: a message has more than 1 TiB; use fluid");
  const std::int64_t packets = set_.packets_of(t.size);
  timeouts().messages += t.is_background ? 0 : 1;
  ask(t, t.size + Bytes{packets * (set_.headers + set_.framing).count});
  return packets;
}

void PacketPorts::send(PacketFlow& flow, std::int64_t segment, std::int64_t serial, Bytes on_wire) {
  if (free_packets_.empty()) free_packets_.push_back(&packets_.emplace_back());
  Packet& p = *free_packets_.back();
  free_packets_.pop_back();
  p.ports = this;
  p.flow = &flow;
  p.segment = segment;
  p.serial = serial;
  p.hop = 0;
  p.size = on_wire;
  p.marked = p.is_ack = false;
  cross(p);
}

// One port. What it has not sent yet is its queue; a host does not drop what it sends itself.
void PacketPorts::cross(Packet& p) {
  LinkState& link = *p.flow->route[p.hop];
  const Time start = std::max(sim().now(), link.free_at);
  const Duration wait = start - sim().now();
  const Bytes queued{
      wait == Duration::zero() ? 0 : static_cast<std::int64_t>(to_seconds(wait) * link.rate.bytes_per_second + 0.5)};
  const bool own_port = p.hop == 0;
  if (link.down > 0 || (!own_port && queued + p.size > set_.buffer)) {
    link.lose(p.size);
    return dropped(p);
  }
  if (set_.ecn_threshold && queued > *set_.ecn_threshold) {
    p.marked = true;
    ++link.marked;
  }
  const Duration sending = p.size / link.rate;
  link.free_at = start + sending;
  link.carry(p.size, sending);
  link.wait(wait);
  link.queue_peak = std::max(link.queue_peak, queued + p.size);
  waited(p, wait);
  ++p.hop;
  sim().at(start + sending + link.latency, p);
}

void PacketPorts::acknowledge(Packet& p) {
  p.is_ack = true;
  Duration back{};
  for (const LinkState* link : p.flow->route) back += link->latency;
  sim().at(sim().now() + back, p);
}

void PacketPorts::append_times(const Transfer& t, const PacketFlow& flow, Time began, Bytes last,
                               const LinkState& culprit) const {
  Duration rest = sim().now() - began;
  for (const LinkState* link : flow.route) {
    const Duration crossing = link->latency + last / link->link.bandwidth;  // at least; faults only slow
    t.times->append(link->number(), crossing);
    rest -= crossing;
  }
  t.times->append(culprit.number(), rest);
}

const LinkState& culprit_of(const PacketFlow& flow, std::size_t trouble, const std::vector<Duration>& waited) {
  if (trouble < flow.route.size()) return *flow.route[trouble];
  const auto longest = std::max_element(waited.begin(), waited.end());
  if (*longest > Duration::zero()) return *flow.route[static_cast<std::size_t>(longest - waited.begin())];
  return **std::ranges::min_element(flow.route, {}, &LinkState::rate);
}

}  // namespace shardsim
