// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "serving/spans.hpp"

namespace shardsim {

class AnswerPool;

/// The answer to one RPC, and its caller's patience. Three parties hold it until they are done: the one who answers,
/// the one who waits, and the timer.
class Answer final : private Timer {
 public:
  /// `bool in_time = co_await answer.within(d, sim)`; may be called once. When in time, spans() are the answer's.
  auto within(Duration patience, Simulation& sim);
  const Spans& spans() const { return spans_; }

  /// Called by the one who answers: here it is, or it was lost on the way.
  void give(const Spans& spans, Simulation& sim) {
    given_ = true;
    spans_ = spans;
    if (waiter_) sim.at(sim.now(), std::exchange(waiter_, nullptr));
    release();
  }
  void lose() { release(); }

 private:
  friend class AnswerPool;
  void fire() override {  // patience is over
    if (waiter_) std::exchange(waiter_, nullptr).resume();
    release();
  }
  void release();

  AnswerPool* pool_ = nullptr;
  std::coroutine_handle<> waiter_;
  Spans spans_;
  bool given_ = false;
  int holders_ = 0;
};

/// Answers under way.
class AnswerPool {
 public:
  Answer& take() {
    if (free_.empty()) free_.push_back(&all_.emplace_back());
    Answer& answer = *free_.back();
    free_.pop_back();
    answer.pool_ = this;
    answer.spans_ = Spans{};
    answer.given_ = false;
    answer.holders_ = 3;
    return answer;
  }

 private:
  friend class Answer;
  std::deque<Answer> all_;
  std::vector<Answer*> free_;
};

inline void Answer::release() {
  if (--holders_ == 0) pool_->free_.push_back(this);
}

inline auto Answer::within(Duration patience, Simulation& sim) {
  struct Awaiter {
    Answer& answer;
    Duration patience;
    Simulation& sim;
    bool await_ready() const {
      sim.at(sim.now() + patience, static_cast<Timer&>(answer));
      return answer.given_;
    }
    void await_suspend(std::coroutine_handle<> h) const { answer.waiter_ = h; }
    bool await_resume() const {
      const bool given = answer.given_;
      answer.release();
      return given;
    }
  };
  return Awaiter{*this, patience, sim};
}

}  // namespace shardsim
