// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/host.hpp"
#include "network/network.hpp"
#include "serving/activity.hpp"
#include "serving/spans.hpp"

namespace shardsim {

/// Is told of each piece of work and each message when it is done. What it is told of is only valid during the call.
class Timeline {
 public:
  struct Piece {
    const Activity& activity;
    Step step{};
    const Server& server;
    Server::Booking booking{};
    Time ended;
    Time started() const { return ended - booking.served; }
    Time queued() const { return started() - booking.waited; }  ///< when it began to wait for a core
  };
  struct Message {
    const Activity& activity;
    Step step{};
    const Network& network;
    Route route;  ///< empty: from a host to itself
    const Network::Transit& transit;
    std::span<const LinkTimes::Entry> times;  ///< where it went, unless it was lost
    Bytes size;
    Time arrived;  ///< or was lost
    Time sent() const { return arrived - transit.took; }
  };
  /// The rows of a gather came from tiers, or from a fetch ahead of it: it waited for the last without a core.
  struct Read {
    const Activity& activity;
    const Server& server;
    Span span{};  ///< that the wait is booked to
    Time asked;
    Time there;          ///< as `asked` where the gather goes on without these rows
    bool ahead = false;  ///< it is the fetch ahead of a gather that waits, not the gather
  };
  virtual void on_piece(const Piece& piece) = 0;
  virtual void on_message(const Message& message) = 0;
  virtual void on_read(const Read&) {}

 protected:
  ~Timeline() = default;
};

}  // namespace shardsim
