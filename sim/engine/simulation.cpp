// SPDX-License-Identifier: Apache-2.0
#include "engine/simulation.hpp"

#include <utility>

namespace shardsim {
namespace {

// Frames that are more than this do not stay in a core's own caches.
constexpr std::size_t kManyFrames = std::size_t{1} << 23;

// What the next event is about comes out of memory while this one happens.
void prefetch(std::uintptr_t target) {
  constexpr std::uintptr_t kLine = 64;
  for (std::uintptr_t line = 0; line < 4; ++line)
    __builtin_prefetch(reinterpret_cast<const void*>(target + line * kLine));
}

}  // namespace

Simulation::~Simulation() {
  frames_.for_each_in_use([](void* frame) { std::coroutine_handle<>::from_address(frame).destroy(); });
}

void Simulation::fail(std::exception_ptr error) {
  if (!error_) error_ = std::move(error);
  stop();
}

void Simulation::on_heartbeat(std::uint64_t every, std::function<void()> call) {
  heartbeat_every_ = every;
  heartbeat_ = std::move(call);
}

void Simulation::run() {
  std::uint64_t next_heartbeat = heartbeat_every_ == 0 ? UINT64_MAX : events_ + heartbeat_every_;
  while (!stopped_ && !queue_.empty()) {
    const EventQueue::Event event = queue_.pop();
    if (frames_.bytes() > kManyFrames) prefetch(queue_.likely_next());
    now_ = event.time;
    mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
    EventTarget::happen(event.target);
    if (++events_ == next_heartbeat) {
      next_heartbeat += heartbeat_every_;
      heartbeat_();
    }
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace shardsim
