// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "serving/slot.hpp"

namespace shardsim {

/// One attempt at an RPC whose caller may lose patience. Who waits, who answers, and the timer hold it until they are
/// done with it; the object is used again then.
class Attempt final : private Timer {
 public:
  /// `co_await attempt.within(patience, sim)`: until there is an answer, or patience is over; once.
  auto within(Duration patience, Simulation& sim);
  /// Called by the one who waited, once, at the end: whether it was in time. Then `spans` go on with the answer's; else
  /// the work for it is taken back where `withdraw` says so, wherever it is: what waits for a core leaves the line,
  /// what is on a core or on its way is finished, and no more is begun.
  bool close(Spans& spans, bool withdraw) {
    const bool in_time = answered_;
    if (in_time)
      spans += spans_;
    else if (withdraw && work_ != nullptr)
      work_->withdraw();
    release();
    return in_time;
  }

  /// Called by the one who answers: what it waits for now, by which it can be withdrawn.
  void worked_at(Slot& work) {
    work.allow_withdrawal();
    work_ = &work;
  }
  /// Called by the one who answers: here it is, or there will be none.
  void answer(const Spans& spans, Simulation& sim) {
    answered_ = true;
    spans_ = spans;
    if (waiter_) sim.at(sim.now(), std::exchange(waiter_, nullptr));
    lose();
  }
  void lose() {
    work_ = nullptr;
    release();
  }

 private:
  friend class AttemptPool;
  void release() {
    if (--holders_ == 0) free_->push_back(this);
  }
  void fire() override {  // patience is over
    if (waiter_) std::exchange(waiter_, nullptr).resume();
    release();
  }

  std::vector<Attempt*>* free_ = nullptr;
  std::coroutine_handle<> waiter_;
  Slot* work_ = nullptr;
  Spans spans_;
  bool answered_ = false;
  int holders_ = 0;
};

/// Attempts under way.
class AttemptPool {
 public:
  /// One that is held by who waits and by who answers.
  Attempt& take() {
    if (free_.empty()) free_.push_back(&all_.emplace_back());
    Attempt& attempt = *free_.back();
    free_.pop_back();
    attempt.free_ = &free_;
    attempt.spans_ = Spans{};
    attempt.answered_ = false;
    attempt.holders_ = 2;
    return attempt;
  }

 private:
  std::deque<Attempt> all_;
  std::vector<Attempt*> free_;
};

inline auto Attempt::within(Duration patience, Simulation& sim) {
  struct Awaiter {
    Attempt& attempt;
    Duration patience;
    Simulation& sim;
    bool await_ready() const {
      ++attempt.holders_;
      sim.at(sim.now() + patience, static_cast<Timer&>(attempt));
      return attempt.answered_;
    }
    void await_suspend(std::coroutine_handle<> h) const { attempt.waiter_ = h; }
    void await_resume() const {}
  };
  return Awaiter{*this, patience, sim};
}

}  // namespace shardsim
