// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/units.hpp"

namespace shardsim {

/// What a connection knows of its round trip, and the timeouts that follow (RFC 6298 as Linux has it: the variation,
/// not their sum, is at least `min_rto`).
class RoundTrip {
 public:
  static constexpr Duration kLongestTimeout = std::chrono::seconds(120);  // TCP_RTO_MAX
  RoundTrip() = default;
  /// `known`: of the handshake.
  RoundTrip(Duration min_rto, Duration known)
      : min_rto_(min_rto), smoothed_(known), variation_(known / 2), least_(known) {}

  void measure(Duration sample) {
    const Duration error = sample > smoothed_ ? sample - smoothed_ : smoothed_ - sample;
    variation_ += (error - variation_) / 4;
    smoothed_ += (sample - smoothed_) / 8;
    least_ = std::min(least_, sample);
  }
  /// Something new was acknowledged, which ends the doubling of timeouts: with timestamps (RFC 7323) it is a
  /// measurement whatever was sent again.
  void hear() { backoff_ = 0; }
  void back_off() { ++backoff_; }
  /// Timeouts since something new was acknowledged.
  int backoff() const { return backoff_; }

  Duration smoothed() const { return smoothed_; }
  Duration least() const { return least_; }
  Duration timeout() const {
    Duration out = smoothed_ + std::max(min_rto_, 4 * variation_);
    for (int i = 0; i < backoff_ && out < kLongestTimeout; ++i) out *= 2;
    return std::min(out, kLongestTimeout);
  }
  /// Until a tail is probed (RFC 8985, 7.2; Linux: tcp_schedule_loss_probe): two round trips, and 2 ms; where one
  /// packet alone is under way, whose acknowledgement may be delayed, `min_rto` instead of these.
  Duration probe_timeout(bool is_one) const { return 2 * smoothed_ + (is_one ? min_rto_ : kTimerSlack); }
  static constexpr Duration kTimerSlack = std::chrono::milliseconds(2);  // TCP_TIMEOUT_MIN_US

 private:
  Duration min_rto_{};
  Duration smoothed_{};
  Duration variation_{};
  Duration least_{};
  int backoff_ = 0;
};

}  // namespace shardsim
