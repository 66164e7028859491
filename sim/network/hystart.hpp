// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/congestion.hpp"

namespace shardsim {

/// HyStart as Linux has it (net/ipv4/tcp_cubic.c; Ha and Rhee 2008): slow start ends when acknowledgements of a round
/// keep coming for half the least round trip, as the path is full then, or when round trips have grown. RFC 9406's
/// HyStart++ is not what Linux does.
class HyStart {
 public:
  /// Of every acknowledgement in slow start. True: slow start is to end here.
  bool ends(const Acknowledgement& ack, Duration least_round_trip, int window) {
    if (ack.first_unacknowledged > round_end_) begin_round(ack);
    return window >= kLowWindow && (train_is_long(ack, least_round_trip) || round_trips_grew(ack, least_round_trip));
  }

 private:
  static constexpr int kLowWindow = 16;                                   // hystart_low_window
  static constexpr Duration kAckDelta = std::chrono::milliseconds(2);     // hystart_ack_delta_us
  static constexpr int kSamples = 8;                                      // HYSTART_MIN_SAMPLES
  static constexpr Duration kLeastGrowth = std::chrono::milliseconds(4);  // HYSTART_DELAY_MIN
  static constexpr Duration kMostGrowth = std::chrono::milliseconds(16);  // HYSTART_DELAY_MAX

  void begin_round(const Acknowledgement& ack) {
    round_end_ = ack.next;
    round_began_ = last_ack_ = ack.now;
    shortest_ = kLongestDuration;
    samples_ = 0;
  }
  bool train_is_long(const Acknowledgement& ack, Duration least_round_trip) {
    if (ack.now - last_ack_ > kAckDelta) return false;
    last_ack_ = ack.now;
    return ack.now - round_began_ > (least_round_trip + ack.burst_allowance) / 2;
  }
  bool round_trips_grew(const Acknowledgement& ack, Duration least_round_trip) {
    shortest_ = std::min(shortest_, ack.round_trip.value_or(shortest_));
    if (samples_ < kSamples) return ++samples_, false;
    return shortest_ > least_round_trip + std::clamp(least_round_trip / 8, kLeastGrowth, kMostGrowth);
  }

  std::int64_t round_end_ = 0;
  Time round_began_{};
  Time last_ack_{};
  Duration shortest_ = kLongestDuration;
  int samples_ = 0;
};

}  // namespace shardsim
