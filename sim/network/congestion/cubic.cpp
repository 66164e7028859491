// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "network/hystart.hpp"

namespace shardsim {
namespace {

// RFC 9438, with Linux's figures (net/ipv4/tcp_cubic.c).
constexpr double kBeta = 717.0 / 1024;                       // what a loss leaves of the window; the RFC has 0.7
constexpr double kC = 0.4;                                   // packets / s^3
constexpr double kFriendly = 3 * (1 - kBeta) / (1 + kBeta);  // packets a window by which Reno's estimate grows
constexpr int kAtMostEach = 20;  // without a loss so far, at least one more for 20 acknowledged
constexpr int kAtLeastEach = 2;  // at most half as many more as were acknowledged

class Cubic final : public Congestion {
 public:
  explicit Cubic(bool hystart) : hystart_on_(hystart) {}

  void hear(const Acknowledgement& ack, CongestionWindow& window) override {
    if (!ack.round_trip) return;
    // Those right after a loss say nothing of the path.
    if (began_ && ack.now - *began_ < std::chrono::seconds(1)) return;
    least_round_trip_ = std::min(least_round_trip_, *ack.round_trip);
    if (!hystart_on_ || found_ || !window.in_slow_start()) return;
    found_ = hystart_.ends(ack, least_round_trip_, window.packets);
    if (found_) window.threshold = window.packets;
  }
  void grow(CongestionWindow& window, int acknowledged, Time now) override {
    if (window.in_slow_start()) acknowledged = window.slow_start(acknowledged);
    if (acknowledged > 0) window.one_more_for_each(each(window.packets, acknowledged, now), acknowledged);
  }
  int after_loss(const CongestionWindow& window) override {
    began_.reset();
    // Fast convergence (4.7): a window that shrinks again leaves room to others.
    most_ = window.packets < most_ ? window.packets * (1 + kBeta) / 2 : window.packets;
    return std::max(static_cast<int>(window.packets * kBeta), kLeast);
  }
  void timed_out() override {  // what was learnt of the path is forgotten
    began_.reset();
    most_ = 0;
    found_ = false;
    least_round_trip_ = kLongestDuration;
    hystart_ = HyStart();
  }
  void resume(Time now, Duration pause) override {
    if (began_) began_ = std::min(now, *began_ + pause);
  }

 private:
  // Acknowledged packets for one packet more.
  int each(int window, int acknowledged, Time now) {
    if (!began_) begin(window, now);
    // The window that is right a round trip from now.
    const Duration ahead = least_round_trip_ < kLongestDuration ? least_round_trip_ : Duration::zero();
    const double since = to_seconds(now - *began_ + ahead);
    const double target = plateau_ + kC * std::pow(since - until_plateau_, 3);
    double each = target > window ? window / (target - window) : 100.0 * window;
    if (most_ == 0) each = std::min<double>(each, kAtMostEach);
    reno_ += kFriendly * acknowledged / window;  // 4.3: never slower than Reno would be
    if (reno_ - window >= 1) each = std::min(each, window / std::floor(reno_ - window));
    return std::max(kAtLeastEach, static_cast<int>(each));
  }
  void begin(int window, Time now) {
    began_ = now;
    reno_ = window;
    until_plateau_ = most_ > window ? std::cbrt((most_ - window) / kC) : 0;
    plateau_ = std::max<double>(most_, window);
  }

  bool hystart_on_;
  HyStart hystart_;
  bool found_ = false;  // HyStart's end of slow start, since the last timeout
  Duration least_round_trip_ = kLongestDuration;
  std::optional<Time> began_;  // growing, since the last loss
  double most_ = 0;            // window at the last loss
  double until_plateau_ = 0;   // seconds
  double plateau_ = 0;
  double reno_ = 0;
};

class CubicSpec final : public CongestionSpec {
 public:
  bool hystart = true;
  std::unique_ptr<Congestion> make() const override { return std::make_unique<Cubic>(hystart); }
};

}  // namespace

template <>
void describe(Describe<CubicSpec>& d) {
  d.object("cubic", "the window grows by a cubic function of the time since the last loss (RFC 9438)");
  d.optional("hystart", &CubicSpec::hystart, "whether slow start ends before the first loss, as in Linux");
}

namespace congestions {
Alternative<CongestionSpec> cubic() { return alternative<CubicSpec, CongestionSpec>(); }
}  // namespace congestions

}  // namespace shardsim
