// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

namespace shardsim {

/// Waits for branches that run at the same time, and keeps what the last one to finish handed in: the critical path.
///
///     Join<Spans> rpcs;
///     for (...) { rpcs.fork(); call(..., rpcs); }      // each call ends with rpcs.finish(its spans)
///     co_await rpcs;                                    // rpcs.last() belongs to the slowest call
template <class Payload>
class Join {
 public:
  void fork() { ++outstanding_, ++forked_; }
  void finish(const Payload& payload) {
    last_ = payload;
    if (--outstanding_ == 0 && waiter_) waiter_.resume();
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
  /// Payload of the branch that finished last; value-initialised when nothing was forked.
  const Payload& last() const { return last_; }

  bool await_ready() const noexcept { return outstanding_ == 0; }
  void await_suspend(std::coroutine_handle<> h) noexcept { waiter_ = h; }
  void await_resume() const noexcept {}

 private:
  int outstanding_ = 0;
  int forked_ = 0;
  bool failed_ = false;
  std::coroutine_handle<> waiter_;
  Payload last_{};
};

}  // namespace shardsim
