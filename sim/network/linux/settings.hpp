// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/congestion.hpp"

namespace shardsim {

/// What of Linux's TCP a connection has.
struct LinuxSettings {
  bool kept_connections = true;
  bool tail_loss_probe = true;
  bool rack = true;
  Duration delayed_ack = std::chrono::milliseconds(40);  // TCP_DELACK_MIN
  Duration tick = std::chrono::milliseconds(4);
  std::optional<Choice<CongestionSpec>> congestion;
};

}  // namespace shardsim
