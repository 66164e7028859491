// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>

#include "engine/simulation.hpp"

namespace shardsim {

/// Return type of a simulated process: a coroutine that starts at once, runs until its first wait, and frees itself at
/// its end. Its first argument (for a member function: its object) must offer `Simulation& simulation()`; the frame
/// lives in that simulation's slab, and is destroyed with the simulation if it is still waiting then.
///
///     Process customer(Simulation& sim, Station& till) {
///       co_await till.run(service_time);
///     }
class Process {
 public:
  class promise_type : public ProcessNode {
   public:
    template <class Context, class... Rest>
    explicit promise_type(Context& context, Rest&&...) : simulation_(context.simulation()) {
      handle = std::coroutine_handle<promise_type>::from_promise(*this);
      simulation_.adopt(*this);
    }
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;
    ~promise_type() { Simulation::forget(*this); }

    Process get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { simulation_.fail(std::current_exception()); }

    template <class Context, class... Rest>
    static void* operator new(std::size_t size, Context& context, Rest&&...) {
      FramePool& pool = context.simulation().frames();
      auto* header = static_cast<Header*>(pool.allocate(size + sizeof(Header)));
      header->pool = &pool;
      return header + 1;
    }
    static void operator delete(void* frame, std::size_t size) {
      Header* header = static_cast<Header*>(frame) - 1;
      header->pool->release(header, size + sizeof(Header));
    }

   private:
    // The pool is found from the frame alone, so that no global is needed to free it.
    struct alignas(std::max_align_t) Header {
      FramePool* pool;
    };
    Simulation& simulation_;
  };
};

}  // namespace shardsim
