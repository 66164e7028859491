// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/congestion.hpp"

namespace shardsim {

/// A connection's congestion window through its states, as in Linux (net/ipv4/tcp_input.c, tcp_output.c): it shrinks
/// once for all losses of a round trip, in proportion to what comes home (PRR, RFC 6937), and grows only where it was
/// in use.
class LinuxWindow {
 public:
  enum class State {
    open,
    reducing,  ///< after a mark
    recovery,  ///< after a loss
    loss       ///< after a timeout
  };

  LinuxWindow(std::unique_ptr<Congestion> congestion, int initial)
      : congestion_(std::move(congestion)), initial_(initial) {
    window_.packets = initial;
  }

  State state() const { return state_; }
  const CongestionWindow& window() const { return window_; }
  bool is_shrinking() const { return state_ == State::reducing || state_ == State::recovery; }
  bool allows(int in_flight) const { return in_flight < window_.packets; }

  /// Of every acknowledgement, before the rest.
  void hear(const Acknowledgement& ack) { congestion_->hear(ack, window_); }
  /// All before `first` is acknowledged: the state ends where that is all that was sent before it began.
  void leave_state(std::int64_t first);
  void meet_loss(std::int64_t next);
  void meet_mark(std::int64_t next);
  /// `in_flight` is that after all was found lost; `news`: something was acknowledged since the last timeout.
  void meet_timeout(std::int64_t first, std::int64_t next, int in_flight, bool news);
  /// A probe arrived that made good for a loss: the window shrinks at once, and that is all (tcp_process_tlp_ack).
  void meet_repaired_loss();

  struct Progress {
    int acknowledged = 0;
    int lost = 0;
    bool advanced = false;
    int in_flight = 0;
    Time now{};
  };
  /// After an acknowledgement: grows, or shrinks on.
  void progress(const Progress& p);
  /// A packet was sent.
  void sent() { sent_ += is_shrinking() ? 1 : 0; }

  /// After sending, of what was to be sent (tcp_cwnd_validate). `filled`: the window held more back.
  struct Use {
    std::int64_t first = 0;
    std::int64_t next = 0;
    int out = 0;
    bool filled = false;
    Time now{};
    Duration timeout{};
  };
  void validate(const Use& use);
  /// Before sending again with nothing under way since `last`: RFC 2861, tcp_slow_start_after_idle.
  void resume(Time now, Time last, Duration timeout);

 private:
  void begin_reduction(int threshold, std::int64_t next);
  void reduce(const Progress& p);
  bool was_in_use() const;
  void keep_threshold() { window_.threshold = std::max(window_.threshold, window_.packets / 4 * 3); }

  std::unique_ptr<Congestion> congestion_;
  CongestionWindow window_;
  int initial_;
  State state_ = State::open;
  std::int64_t until_ = 0;  // the state ends when all before it is acknowledged
  // Proportional rate reduction.
  int before_ = 0;
  int acknowledged_ = 0;
  int sent_ = 0;
  // Use of the window.
  bool filled_ = false;
  int most_out_ = 0;
  std::int64_t use_until_ = 0;
  int used_ = 0;
  Time used_since_{};
};

}  // namespace shardsim
