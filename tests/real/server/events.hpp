// SPDX-License-Identifier: Apache-2.0
// gRPC's completion queue as something that coroutines wait for. As many threads as the server may use cores serve one
// queue; each takes the next event and runs what waited for it until it waits again. Nothing waits while it holds a
// thread, so that this is first come, first served on so many cores.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <coroutine>
#include <exception>

namespace shardsim::real {

/// A coroutine that nobody waits for. It runs until its first wait and frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

/// One event of a completion queue: `bool ok = co_await event.after([&](void* tag) { call.Finish(..., tag); })`.
class Event {
 public:
  template <class Start>
  auto after(Start start) {
    struct Awaiter {
      Event& event;
      Start start;
      bool await_ready() const noexcept { return false; }
      // Another thread may run the coroutine on, and end it, before start() is back.
      void await_suspend(std::coroutine_handle<> h) {
        event.waiter_ = h;
        start(static_cast<void*>(&event));
      }
      bool await_resume() const noexcept { return event.ok_; }
    };
    return Awaiter{*this, std::move(start)};
  }

  /// Serves the queue until it is shut down and empty.
  static void serve(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
      auto& event = *static_cast<Event*>(tag);
      event.ok_ = ok;
      event.waiter_.resume();
    }
  }

 private:
  std::coroutine_handle<> waiter_;
  bool ok_ = false;
};

/// `co_await turn.of(queue)`: until a thread comes to it, behind the events that are there.
class Turn {
 public:
  auto of(grpc::CompletionQueue& queue) {
    return event_.after([this, &queue](void* tag) { alarm_.Set(&queue, gpr_now(GPR_CLOCK_MONOTONIC), tag); });
  }

 private:
  Event event_;
  grpc::Alarm alarm_;
};

/// Waits for branches: `fork()` before each begins, `done()` at its end, `co_await join`.
class Join {
 public:
  void fork() { left_.fetch_add(1, std::memory_order_relaxed); }
  void done() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) waiter_.resume();
  }
  bool await_ready() const noexcept { return left_.load(std::memory_order_acquire) == 1; }
  bool await_suspend(std::coroutine_handle<> h) {
    waiter_ = h;
    return left_.fetch_sub(1, std::memory_order_acq_rel) != 1;
  }
  void await_resume() const noexcept {}

 private:
  std::atomic<int> left_{1};  // the waiter counts as one
  std::coroutine_handle<> waiter_;
};

}  // namespace shardsim::real
