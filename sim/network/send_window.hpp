// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/units.hpp"

namespace shardsim {

inline constexpr Duration kLongestTimeout = std::chrono::seconds(60);  // RFC 6298

/// How many packets a sender may have under way, and how long it waits for an acknowledgement: slow start, additive
/// increase, halving on loss (RFC 5681), retransmission timeout (RFC 6298), and DCTCP's reduction in proportion to the
/// packets marked (RFC 8257; nothing is marked without an ECN threshold). Transmissions are told apart by serial
/// numbers in the order of sending; `next` is the serial that the next one will have.
class SendWindow {
 public:
  SendWindow() = default;
  /// `round_trip`: known beforehand, of an idle path.
  SendWindow(int initial_packets, Duration least_timeout, Duration round_trip)
      : packets_(initial_packets), least_timeout_(least_timeout), smoothed_(round_trip), variation_(round_trip / 2) {}

  bool allows(std::int64_t in_flight) const { return static_cast<double>(in_flight) < std::floor(packets_); }

  void acknowledged(std::int64_t serial, std::int64_t next, Duration round_trip, bool marked) {
    backoff_ = 0;
    measure(round_trip);
    ++acks_;
    marks_ += marked ? 1 : 0;
    if (marked && serial >= reduced_until_) {  // once a window
      shrink_to(packets_ * (1 - alpha_ / 2));
      reduced_until_ = next;
    } else {
      packets_ += packets_ < threshold_ ? 1 : 1 / packets_;
    }
    if (serial < observed_until_) return;
    constexpr double kGain = 1.0 / 16;  // RFC 8257
    alpha_ += kGain * (static_cast<double>(marks_) / static_cast<double>(acks_) - alpha_);
    acks_ = marks_ = 0;
    observed_until_ = next;
  }
  void lost(std::int64_t serial, std::int64_t next) {
    if (serial < recover_until_) return;  // of a loss that was answered already
    shrink_to(packets_ / 2);
    recover_until_ = next;
  }
  void timed_out(std::int64_t next) {
    ++backoff_;
    threshold_ = std::max(kLeast, packets_ / 2);
    packets_ = 1;
    recover_until_ = next;
  }
  /// Timeouts since the last acknowledgement.
  int timeouts_in_a_row() const { return backoff_; }

  Duration timeout() const {
    const Duration plain = std::max(least_timeout_, smoothed_ + 4 * variation_);
    Duration backed_off = plain;
    for (int i = 0; i < backoff_ && backed_off < kLongestTimeout; ++i) backed_off *= 2;
    return std::max(plain, std::min(backed_off, kLongestTimeout));
  }

 private:
  static constexpr double kLeast = 2;
  void shrink_to(double packets) { threshold_ = packets_ = std::max(kLeast, packets); }
  void measure(Duration sample) {  // RFC 6298
    const Duration error = sample > smoothed_ ? sample - smoothed_ : smoothed_ - sample;
    variation_ += (error - variation_) / 4;
    smoothed_ += (sample - smoothed_) / 8;
  }

  double packets_ = 1;
  double threshold_ = 1e18;  // slow start below it
  Duration least_timeout_{};
  Duration smoothed_{};
  Duration variation_{};
  int backoff_ = 0;
  std::int64_t recover_until_ = 0;
  double alpha_ = 1;  // share of marked packets; at first as in Linux, so that the first mark halves
  std::int64_t acks_ = 0;
  std::int64_t marks_ = 0;
  std::int64_t observed_until_ = 0;
  std::int64_t reduced_until_ = 0;
};

}  // namespace shardsim
