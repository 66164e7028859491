// SPDX-License-Identifier: Apache-2.0
#include "network/send_window.hpp"
#include "network/tcp_stack.hpp"

namespace shardsim {
namespace {

class PacketSpec final : public TransportSpec, public PacketSettings {
 public:
  Choice<TcpStackSpec> stack = Choice<TcpStackSpec>::of("linux");
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links) const override {
    return stack->make(sim, links, *this);
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
  d.optional("stack", &PacketSpec::stack, "the senders' TCP");
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
