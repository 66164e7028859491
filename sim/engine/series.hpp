// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "engine/station.hpp"

namespace shardsim {

/// Several visits to a station, one right after the other: at the end of each the customer goes to the end of the line,
/// as if it had left and entered again. As long as nobody waits there, one event at the end of the last visit stands
/// for all of them; who has to wait makes the visit that is under way then end with an event of its own.
class Series final : public Station::Customer, private Timer {
 public:
  static constexpr std::size_t kMost = 4;

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): add() and time fill them
  explicit Series(Station& station) : station_(station) {}
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;

  std::size_t size() const { return size_; }
  bool full() const { return size_ == kMost; }
  /// One more visit, of `time` > 0. Precondition: not full(), and not started yet.
  void add(Duration time) { times_[size_++] = time; }

  /// Enters the station. Does `on_done` at the end of the last visit; then finish() must be called. It must stay in
  /// place until then, and cannot be withdrawn.
  void start(EventTarget on_done);
  /// Leaves the station.
  void finish() {
    if (told == Station::Told::at_end) {
      const Station::Visit visit = station_.leave(*this);
      waits_[0] = visit.waited;
      times_[0] = visit.served;
    } else {
      finish_several();
    }
  }

  /// How visit i went; once finished.
  Station::Visit visit(std::size_t i) const { return {i <= now_at_ ? waits_[i] : Duration::zero(), times_[i]}; }
  /// What all visits waited; once finished.
  Duration waited() const {
    Duration sum = waits_[0];
    for (std::size_t i = 1; i <= now_at_; ++i) sum += waits_[i];
    return sum;
  }

 private:
  friend class Station;
  void granted();
  void interrupt();
  void fire() override;
  void wake_at(Time time);
  void finish_several();

  static constexpr Time kNever = Time::max();

  Station& station_;
  std::array<Duration, kMost> times_;  // of a visit; from its end on, what it took
  std::array<Duration, kMost> waits_;  // of those up to now_at_
  Time due_ = kNever;   // when this stretch ends: the visits from now_at_ to the last, or the one at now_at_
  Time wake_ = kNever;  // of the events that will come, the last
  std::uint8_t size_ = 0;
  std::uint8_t now_at_ = 0;
  bool all_the_rest_ = false;  // the stretch goes to the end
};

}  // namespace shardsim
