// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "config/choice.hpp"
#include "engine/simulation.hpp"
#include "stats/place_times.hpp"
#include "topology/graph.hpp"

namespace shardsim {

/// A directed link in use: its figures, and what it has carried. What each message changes comes first, so that a port
/// is two cache lines.
struct alignas(64) LinkState {
  // clang-format off
  Bandwidth rate{};    ///< what it sends at now: link.bandwidth, less while a fault slows it
  Time free_at{};      ///< for transports that queue at ports
  Duration latency{};  ///< that of link
  Duration waited{};
  Duration longest_wait{};
  Bytes bytes{};       ///< offered = carried + lost; so are messages (packets, where the transport has them)
  Duration busy{};     ///< sending time of all that was carried
  int down = 0;        ///< faults that keep it down now
  std::int64_t messages = 0;
  Bytes queue_peak{};
  // clang-format on

  // Of all messages whose route has this link, whether they have come so far or not: on the wire, each once.
  Bytes asked{};                ///< for queries; complete once the transport has settled
  Bytes asked_by_background{};  ///< for others
  Bytes background{};           ///< of bytes, those of others; where the transport needs it
  std::int64_t lost_messages = 0;
  Bytes lost_bytes{};
  std::int64_t marked = 0;  ///< packets that met a queue above the ECN threshold

  NetworkLink link;
  NodeId from = 0;
  NodeId to = 0;
  LinkNumber number() const { return static_cast<LinkNumber>(link.number); }

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
/// The links that a message crosses, in their order.
using Route = std::span<const LinkNumber>;

/// A message under way. It lives in the frame of the process that awaits it.
class Transfer : public Timer {
 public:
  class Transport* transport = nullptr;
  Route route;
  Bytes size;
  LinkTimes* times = nullptr;       ///< the transport appends to it what adds up to the time from start to delivery
  EventTarget on_delivered;         ///< also when it is lost
  std::uint32_t earlier_times = 0;  ///< entries of `times` that were there before
  bool lost = false;
  bool is_background = false;  ///< not sent for a query

  // State of the transport; what it means is the transport's own affair.
  bool is_foreseen = false;
  std::uint32_t hop = 0;
  LinkNumber slowest = 0;
  Bandwidth slowest_rate{};
  Time tail{};
  Time comes;
  Time starts;
  Duration sending{};
  Time free_before;
  Transfer* before = nullptr;
  Time before_comes;

  void fire() override;

 protected:
  ~Transfer() = default;
};

/// How messages cross the network. One object serves a whole run; start() is called once a message. The transport must
/// see to it that on_delivered happens, at the time the last byte arrives or, with `lost` set, when it is lost; and
/// that each link of a route is asked for what the message has on the wire, also one that it never comes to, or comes
/// to late, as others are full.
class Transport {
 public:
  /// `sim`, and `links`, by number, must outlive the transport.
  Transport(Simulation& sim, std::span<LinkState> links) : sim_(sim), links_(links) {}
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;
  Simulation& sim() const { return sim_; }
  virtual void start(Transfer& transfer) = 0;
  /// An event of this transfer is due (the transport scheduled the transfer as a timer).
  virtual void advance(Transfer& transfer) = 0;
  /// A fault of this run is going to touch this link.
  virtual void expect_changes(const LinkState&) {}
  /// The rate of a link has changed, or it went down or came up.
  virtual void link_changed(LinkState&) {}
  /// No more events will happen: now all links have been asked for what they ever will.
  virtual void settle() {}

  /// Messages sent for queries, where the transport can have them wait for a retransmission timeout, and those that
  /// did, each once.
  struct Timeouts {
    std::int64_t messages = 0;
    std::int64_t met = 0;
    Duration least{};  ///< the shortest that there can be
  };
  const Timeouts& timeouts() const { return timeouts_; }

 protected:
  Timeouts& timeouts() { return timeouts_; }
  LinkState& link(LinkNumber number) const { return links_[number]; }
  std::span<LinkState> links() const { return links_; }
  /// The link of a route at which a message takes longest to send. Precondition: the route is not empty.
  const LinkState& slowest(Route route) const {
    return link(*std::ranges::min_element(route, {}, [this](LinkNumber l) { return link(l).rate; }));
  }
  /// Asks the links of a route that begin with `first`.
  void ask(const Transfer& transfer, Bytes on_wire, std::size_t first = 0) const {
    for (const LinkNumber l : transfer.route.subspan(first))
      (transfer.is_background ? link(l).asked_by_background : link(l).asked) += on_wire;
  }

 private:
  Simulation& sim_;
  std::span<LinkState> links_;
  Timeouts timeouts_;
};

inline void Transfer::fire() { transport->advance(*this); }

/// Description of a transport, from which one is made for each run.
class TransportSpec {
 public:
  virtual ~TransportSpec() = default;
  virtual std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links) const = 0;
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
