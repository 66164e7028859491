// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>

#include "config/choice.hpp"
#include "engine/simulation.hpp"
#include "stats/place_times.hpp"
#include "topology/graph.hpp"

namespace shardsim {

/// A directed link in use: its figures, and what it has carried.
struct LinkState {
  NetworkLink link;
  NodeId from = 0;
  NodeId to = 0;
  Bandwidth rate{};  ///< what it sends at now: link.bandwidth, less while a fault slows it
  int down = 0;      ///< faults that keep it down now
  /// Whether messages pass it without waiting, whatever comes before or after them, so that it may be asked ahead of
  /// time: its bandwidth is unlimited, and no fault of this run ever touches it.
  bool never_waits = false;
  std::size_t number() const { return link.number; }

  Time free_at{};  ///< for transports that queue at ports

  // Of all messages whose route has this link, whether they have come so far or not: on the wire, each once.
  Bytes asked{};                ///< for queries
  Bytes asked_by_background{};  ///< for others
  // Offered = carried + lost, for messages (packets, where the transport has them) and for bytes.
  std::int64_t messages = 0;
  Bytes bytes{};
  std::int64_t lost_messages = 0;
  Bytes lost_bytes{};
  std::int64_t marked = 0;  ///< packets that met a queue above the ECN threshold
  Duration busy{};          ///< sending time of all that was carried
  Duration waited{};
  Duration longest_wait{};
  Bytes queue_peak{};

  /// Changes what it sends at.
  void set_rate(Bandwidth now_on, Time now) {
    could_send_ = could_send_until(now);
    rated_ = now;
    rate = now_on;
  }
  /// Bytes that it could have sent up to now at the rates it had. Infinite where unlimited.
  double could_send_until(Time now) const {
    if (now == rated_) return could_send_;
    return could_send_ + rate.bytes_per_second * to_seconds(now - rated_);
  }

  void lose(Bytes size) {
    ++messages, ++lost_messages;
    bytes += size, lost_bytes += size;
  }
  void carry(Bytes size, Duration sending) {
    ++messages;
    bytes += size;
    busy += sending;
  }
  void wait(Duration waiting) {
    waited += waiting;
    longest_wait = std::max(longest_wait, waiting);
  }

 private:
  double could_send_ = 0;
  Time rated_{};  // since when it has its rate
};
using Route = std::vector<LinkState*>;

/// The link of a route at which a message takes longest to send. Precondition: the route is not empty.
inline const LinkState& slowest(const Route& route) {
  return **std::min_element(route.begin(), route.end(),
                            [](const LinkState* a, const LinkState* b) { return a->rate < b->rate; });
}

/// A message under way. It lives in the frame of the process that awaits it.
class Transfer : public Timer {
 public:
  const Route* route = nullptr;
  Bytes size;
  EventTarget on_delivered;  ///< also when it is lost
  bool lost = false;
  LinkTimes* times = nullptr;  ///< the transport appends to it what adds up to the time from start to delivery
  bool is_background = false;  ///< not sent for a query

  /// The transport says once, at the start, what the message has on the wire: each link of its route is asked for that,
  /// also one that it never comes to, or comes to late, as others are full.
  void ask_for(Bytes on_wire) const {
    if (is_background) [[unlikely]] {
      for (LinkState* link : *route) link->asked_by_background += on_wire;
      return;
    }
    for (LinkState* link : *route) link->asked += on_wire;
  }

  // State of the transport; what it means is the transport's own affair.
  std::size_t hop = 0;
  Time tail{};
  class Transport* transport = nullptr;

  void fire() override;

 protected:
  ~Transfer() = default;
};

/// How messages cross the network. One object serves a whole run; start() is called once a message. The transport calls
/// the transfer's ask_for(), and must see to it that on_delivered happens, at the time the last byte arrives or, with
/// `lost` set, when it is lost.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void start(Transfer& transfer) = 0;
  /// An event of this transfer is due (the transport scheduled the transfer as a timer).
  virtual void advance(Transfer& transfer) = 0;
  /// The rate of a link has changed, or it went down or came up.
  virtual void link_changed(LinkState&) {}
};

inline void Transfer::fire() { transport->advance(*this); }

/// Description of a transport, from which one is made for each run.
class TransportSpec {
 public:
  virtual ~TransportSpec() = default;
  virtual std::unique_ptr<Transport> make(Simulation& sim) const = 0;
};

const Registry<TransportSpec>& transport_registry();

template <>
struct ChoiceTraits<TransportSpec> {
  static constexpr const char* name = "transport";
  static constexpr const char* doc = "how faithfully messages cross the network";
  static constexpr const char* tag = "type";
  static const Registry<TransportSpec>& registry() { return transport_registry(); }
};

}  // namespace shardsim
