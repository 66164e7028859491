// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <memory>

#include "config/choice.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// What a connection may have under way, in whole packets as in Linux.
struct CongestionWindow {
  int packets = 10;
  int threshold = std::numeric_limits<int>::max();  ///< slow start below it

  bool in_slow_start() const { return packets < threshold; }
  /// Slow start (RFC 5681): one more for each acknowledged, up to the threshold. Returns the acknowledged that are
  /// left.
  int slow_start(int acknowledged) {
    const int grown = static_cast<int>(std::min<std::int64_t>(std::int64_t{packets} + acknowledged, threshold));
    const int left = acknowledged - (grown - packets);
    packets = grown;
    return left;
  }
  /// One more for every `each` acknowledged (Linux: tcp_cong_avoid_ai).
  void one_more_for_each(int each, int acknowledged) {
    if (counted_ >= each) counted_ = 0, ++packets;
    counted_ += acknowledged;
    packets += counted_ / each;
    counted_ %= each;
  }
  /// Forgets the acknowledged that were counted.
  void count_anew() { counted_ = 0; }

 private:
  int counted_ = 0;
};

/// What an acknowledgement tells a congestion control.
struct Acknowledgement {
  Time now;
  std::optional<Duration> round_trip;  ///< none: its packet was sent more than once
  bool marked = false;                 ///< by a port whose queue was above the ECN threshold
  std::int64_t first_unacknowledged = 0;
  std::int64_t next = 0;       ///< the packet that will be sent next for the first time
  Duration burst_allowance{};  ///< what four full bursts of the sender take at its pace (Linux: hystart_ack_delay)
};

/// How a connection's window grows, and to what it shrinks.
class Congestion {
 public:
  static constexpr int kLeast = 2;  ///< packets that are left after a loss (RFC 5681)
  Congestion() = default;
  Congestion(const Congestion&) = delete;
  Congestion& operator=(const Congestion&) = delete;
  virtual ~Congestion() = default;
  /// Of every acknowledgement, before the window grows by it.
  virtual void hear(const Acknowledgement&, CongestionWindow&) {}
  /// `acknowledged` packets came home, and the window was in use.
  virtual void grow(CongestionWindow&, int acknowledged, Time now) = 0;
  /// The window after a loss; the other after marks, where these are told apart.
  virtual int after_loss(const CongestionWindow&) = 0;
  virtual int after_marks(const CongestionWindow& window) { return after_loss(window); }
  virtual void timed_out() {}
  /// It sends again after a pause with nothing under way.
  virtual void resume(Time, Duration) {}
};

/// Description of a congestion control, from which one is made for each connection.
class CongestionSpec {
 public:
  virtual ~CongestionSpec() = default;
  virtual std::unique_ptr<Congestion> make() const = 0;
};

const Registry<CongestionSpec>& congestion_registry();

template <>
struct ChoiceTraits<CongestionSpec> {
  static constexpr const char* name = "congestion";
  static constexpr const char* doc = "how a connection's window grows and shrinks";
  static constexpr const char* tag = "type";
  static const Registry<CongestionSpec>& registry() { return congestion_registry(); }
  /// A bare name stands for the alternative with its defaults.
  static std::optional<Json> from_path(const std::string& path) {
    if (congestion_registry().find(path) == nullptr) return std::nullopt;
    return Json{{tag, path}};
  }
};

}  // namespace shardsim
