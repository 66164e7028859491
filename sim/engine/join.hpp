// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

#include "engine/units.hpp"

namespace shardsim {

/// Waits for branches that run at the same time, and keeps what the last one to finish handed in: the critical path.
/// Where payloads tell their work (`Duration work() const`), that of all branches is added up.
///
///     Join<Spans> rpcs;
///     for (...) { rpcs.fork(); call(..., rpcs); }      // each call ends with rpcs.finish(its spans)
///     co_await rpcs;                                    // rpcs.last() belongs to the slowest call
template <class Payload>
class Join {
 public:
  void fork() { ++outstanding_, ++forked_; }
  void finish(const Payload& payload) {
    if constexpr (requires { payload.work(); }) work_ += payload.work();
    if (--outstanding_ > 0) return;
    last_ = payload;
    if (waiter_) waiter_.resume();
  }

  /// Instead of finish(): the branch came to nothing.
  void fail(const Payload& payload) {
    failed_ = true;
    finish(payload);
  }
  /// Whether any branch failed.
  bool failed() const { return failed_; }

  /// Number of branches ever forked.
  int forked() const { return forked_; }
  /// Payload of the branch that finished last, once all have; value-initialised when nothing was forked.
  const Payload& last() const { return last_; }
  /// Work of all branches that finished.
  Duration work() const { return work_; }

  bool await_ready() const noexcept { return outstanding_ == 0; }
  void await_suspend(std::coroutine_handle<> h) noexcept { waiter_ = h; }
  void await_resume() const noexcept {}

 private:
  int outstanding_ = 0;
  int forked_ = 0;
  bool failed_ = false;
  Duration work_{};
  std::coroutine_handle<> waiter_;
  Payload last_{};
};

}  // namespace shardsim
