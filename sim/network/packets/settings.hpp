// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "engine/units.hpp"

namespace shardsim {

/// What all senders and ports of a network of packets have in common.
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
  /// Packets that a message takes; an empty one takes one.
  std::int64_t packets_of(Bytes message) const {
    return std::max<std::int64_t>(1, (message.count + payload().count - 1) / payload().count);
  }
  /// On the wire, of the packet at place `number` of a message.
  Bytes on_wire(Bytes message, std::int64_t number) const {
    return Bytes{std::min(message.count - number * payload().count, payload().count)} + headers + framing;
  }
};

}  // namespace shardsim
