// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <set>

#include "engine/units.hpp"

namespace shardsim {

/// What a connection's sender knows of its packets under way: which are acknowledged, which are lost. Losses are found
/// by time (RACK, RFC 8985): what was sent before a packet that arrived, and is late, is lost, be it sent for the first
/// time or again. Without RACK: what three packets that were sent later have overtaken, unless it was sent again (RFC
/// 6675).
class Scoreboard {
 public:
  struct Segment {
    std::int64_t serial = 0;  ///< of its last transmission; the order of sending
    Time sent{};              ///< then
    bool acknowledged = false;
    bool lost = false;
    bool under_way_again = false;
    bool repeated = false;  ///< ever
    bool received = false;  ///< what the receiver knows; kept here as the two live as long
  };
  explicit Scoreboard(bool by_time = true) : by_time_(by_time) {}

  std::int64_t first() const { return first_; }  ///< not acknowledged
  std::int64_t next() const { return first_ + out(); }
  bool has(std::int64_t number) const { return number >= first_ && number < next(); }
  Segment& at(std::int64_t number) { return segments_[static_cast<std::size_t>(number - first_)]; }
  int out() const { return static_cast<int>(segments_.size()); }
  int acknowledged_out() const { return acknowledged_; }
  int lost() const { return lost_; }
  int in_flight() const { return out() - acknowledged_ - lost_ + again_; }
  /// Lost and not sent again.
  std::optional<std::int64_t> to_repeat() const {
    return to_repeat_.empty() ? std::nullopt : std::optional(*to_repeat_.begin());
  }

  /// Each returns the serial number of the transmission.
  std::int64_t send_new(Time now);
  std::int64_t send_again(std::int64_t number, Time now);

  struct Acknowledged {
    bool advanced = false;               ///< all before it is acknowledged too
    std::optional<Duration> round_trip;  ///< none where it was sent several times
    Time sent{};
  };
  /// The receiver has it, by this transmission. Nothing, where that was known.
  std::optional<Acknowledged> acknowledge(std::int64_t number, std::int64_t serial, Time now);

  struct Losses {
    int found = 0;
    Duration wait{};  ///< after which some that are late may be lost; zero: none
  };
  /// `tolerance`: how late a packet may be that others have overtaken.
  Losses find_losses(Time now, Duration tolerance);
  /// At a timeout: all are lost but those sent so recently that they may still arrive.
  void lose_all(Time now);
  /// The connection is given up: nothing of it is known from now on.
  void forget();

 private:
  static constexpr std::int64_t kReordering = 3;
  struct Sent {
    std::int64_t serial;
    std::int64_t number;
  };
  bool is_stale(const Sent& sent);
  void lose(std::int64_t number);
  std::int64_t transmit(std::int64_t number, Time now);

  bool by_time_;
  std::deque<Segment> segments_;
  std::int64_t first_ = 0;
  std::deque<Sent> sent_;  // in order of sending; some are stale
  std::int64_t next_serial_ = 0;
  std::set<std::int64_t> to_repeat_;
  int acknowledged_ = 0;
  int lost_ = 0;
  int again_ = 0;
  std::int64_t newest_serial_ = -1;  // that arrived
  Duration newest_round_trip_{};
};

}  // namespace shardsim
