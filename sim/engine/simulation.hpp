// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>

#include "engine/event_queue.hpp"
#include "engine/frame_pool.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// Something other than a coroutine that can be scheduled, such as a message that crosses several links.
class Timer {
 public:
  virtual void fire() = 0;

 protected:
  ~Timer() = default;
};

/// What an event does: resume a coroutine or fire a timer, packed in one word.
class EventTarget {
 public:
  EventTarget() = default;
  explicit EventTarget(std::coroutine_handle<> process) : word_(reinterpret_cast<std::uintptr_t>(process.address())) {}
  explicit EventTarget(Timer& timer) : word_(reinterpret_cast<std::uintptr_t>(&timer) | kTimerTag) {}

  /// Does it now.
  void happen() const { happen(word_); }

 private:
  friend class Simulation;
  static void happen(std::uintptr_t word) {
    if ((word & kTimerTag) != 0)
      reinterpret_cast<Timer*>(word & ~kTimerTag)->fire();
    else
      std::coroutine_handle<>::from_address(reinterpret_cast<void*>(word)).resume();
  }
  static constexpr std::uintptr_t kTimerTag = 1;  // objects are aligned, so the lowest bit of an address is free
  std::uintptr_t word_ = 0;
};

/// Owns the clock, the pending events and the frames of all processes. Independent simulations may run on independent
/// threads; one simulation belongs to one thread.
class Simulation {
 public:
  Simulation() = default;
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  Time now() const { return now_; }
  Simulation& simulation() { return *this; }

  /// Does `target` at `time` (not before now). What it names must outlive the event.
  void at(Time time, EventTarget target) { queue_.push(time, target.word_); }
  void at(Time time, std::coroutine_handle<> process) { at(time, EventTarget(process)); }
  void at(Time time, Timer& timer) { at(time, EventTarget(timer)); }

  /// Runs until no event is left or stop() is called. Rethrows what a process threw.
  void run();
  /// Ends run() after the current event.
  void stop() { stopped_ = true; }
  /// Calls f(Timer&) for each that is due later, in no particular order.
  template <class F>
  void for_each_pending_timer(F f) const {
    queue_.for_each([&f](std::uintptr_t target) {
      if ((target & EventTarget::kTimerTag) != 0) f(*reinterpret_cast<Timer*>(target & ~EventTarget::kTimerTag));
    });
  }
  /// Called by run() every `every` events; for progress and interruption.
  void on_heartbeat(std::uint64_t every, std::function<void()> call);

  std::uint64_t events_fired() const { return events_; }

  /// Hash of the times of all events fired and of all notes taken, in order: two runs with the same value took the
  /// same trajectory.
  std::uint64_t fingerprint() const { return fingerprint_; }
  /// Mixes a fact of the model (say, which query completed) into the fingerprint.
  void note(std::uint64_t fact) { mix(fact); }

  /// `co_await sim.until(t)`: continue at t, at once if t is now.
  auto until(Time time) {
    struct Awaiter {
      Simulation& sim;
      Time time;
      bool await_ready() const { return time <= sim.now_; }
      void await_suspend(std::coroutine_handle<> h) const { sim.at(time, h); }
      void await_resume() const {}
    };
    return Awaiter{*this, time};
  }

  /// `co_await sim.after_all_at(t)`: continue at t by an event of its own, after all else that happens at t.
  auto after_all_at(Time time) {
    struct Awaiter : std::suspend_always {
      Awaiter(Simulation& s, Time t) : sim(s), time(t) {}
      void await_suspend(std::coroutine_handle<> h) const { sim.queue_.push_last(time, EventTarget(h).word_); }
      Simulation& sim;
      Time time;
    };
    return Awaiter(*this, time);
  }

  // For Process only.
  FramePool& frames() { return frames_; }
  void fail(std::exception_ptr error);

 private:
  void mix(std::uint64_t value) {
    fingerprint_ = (fingerprint_ ^ value) * 0x9e3779b97f4a7c15ULL;
    fingerprint_ ^= fingerprint_ >> 29;
  }

  FramePool frames_;  // first member: processes destroyed below still give their frames back
  EventQueue queue_;
  Time now_{};
  std::uint64_t fingerprint_ = 0xcbf29ce484222325ULL;
  std::uint64_t events_ = 0;
  std::uint64_t heartbeat_every_ = 0;
  std::function<void()> heartbeat_;
  std::exception_ptr error_;
  bool stopped_ = false;
};

}  // namespace shardsim
