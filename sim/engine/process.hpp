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
  class promise_type {
   public:
    template <class Context, class... Rest>
    explicit promise_type(Context& context, Rest&&...) : simulation_(context.simulation()) {}
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;

    Process get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { simulation_.fail(std::current_exception()); }

    template <class Context, class... Rest>
    static void* operator new(std::size_t size, Context& context, Rest&&...) {
      return context.simulation().frames().allocate(size);
    }
    static void operator delete(void* frame, std::size_t size) { FramePool::release(frame, size); }

   private:
    Simulation& simulation_;
  };
};

}  // namespace shardsim
