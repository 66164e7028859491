// SPDX-License-Identifier: Apache-2.0
// What Serving waits for: work on a server and messages, each with what it is for. A run passes here for each of its
// events, from few places: always_inline, as GCC else makes calls of it, 5 % of all instructions.
#pragma once

#include "serving/serving.hpp"

namespace shardsim {

class Serving::Piece {
 public:
  Piece(Serving& serving, const Activity& activity, Step step, Server& server, Work work, Duration time, Spans& spans)
      : serving_(serving), activity_(activity), step_(step), spans_(spans), job_(server.run(work, time)) {}
  Piece(Serving& serving, const Activity& activity, Step step, Server& server, Duration time, Bytes traffic,
        Spans& spans)
      : serving_(serving), activity_(activity), step_(step), spans_(spans), job_(server.gather(time, traffic)) {}

  [[gnu::always_inline]] bool await_ready() const noexcept { return job_.await_ready(); }
  [[gnu::always_inline]] void await_suspend(std::coroutine_handle<> h) { job_.await_suspend(h); }
  [[gnu::always_inline]] void await_resume() {
    if (job_.await_ready()) return;
    const Server::Booking booking = job_.await_resume();
    spans_ += booking;
    if (serving_.timeline_ != nullptr) [[unlikely]]
      tell(booking);
  }

 private:
  [[gnu::noinline]] void tell(const Server::Booking& booking) const {
    serving_.timeline_->on_piece({activity_, step_, job_.server(), booking, serving_.sim_.now()});
  }

  Serving& serving_;
  const Activity& activity_;
  Step step_;
  Spans& spans_;
  Server::Job job_;
};

class Serving::Message {
  using Sending =
      decltype(std::declval<Network&>().send(std::declval<const Route&>(), Bytes{}, std::declval<LinkTimes&>()));

 public:
  Message(Serving& serving, const Activity& activity, Step step, const Route& route, Bytes size, Spans& spans)
      : serving_(serving),
        activity_(activity),
        step_(step),
        route_(route),
        size_(size),
        spans_(spans),
        sending_(serving.network_.send(route, size, spans.links())) {}

  bool await_ready() const noexcept { return sending_.await_ready(); }
  void await_suspend(std::coroutine_handle<> h) { sending_.await_suspend(h); }
  [[gnu::always_inline]] bool await_resume() {
    const Network::Transit transit = sending_.await_resume();
    spans_ += transit;
    if (serving_.timeline_ != nullptr) [[unlikely]]
      tell(transit);
    return transit.lost;
  }

 private:
  [[gnu::noinline]] void tell(const Network::Transit& transit) const {
    serving_.timeline_->on_message(
        {activity_, step_, serving_.network_, route_, transit, sending_.own_times(), size_, serving_.sim_.now()});
  }

  Serving& serving_;
  const Activity& activity_;
  Step step_;
  const Route& route_;
  Bytes size_;
  Spans& spans_;
  Sending sending_;
};

[[gnu::always_inline]] inline Serving::Piece Serving::run(const Activity& activity, Step step, Server& server,
                                                          Work work, Duration time, Spans& spans) {
  const Duration varied = with_jitter(work, time, activity, step);
  if (activity.attempt > 0) [[unlikely]]
    server.note_repeated(varied);
  return {*this, activity, step, server, work, varied, spans};
}
inline Serving::Piece Serving::gather(const Activity& activity, Server& server, double time_ps, Bytes traffic,
                                      Spans& spans) {
  const Duration time = with_jitter(Work::sparse, from_picoseconds(time_ps), activity, Step::gather);
  if (activity.attempt > 0) [[unlikely]]
    server.note_repeated(time);
  return {*this, activity, Step::gather, server, time, traffic, spans};
}
inline Serving::Message Serving::send(const Activity& activity, Step step, const Route& route, Bytes size,
                                      Spans& spans) {
  if (activity.attempt > 0) [[unlikely]]
    note_repeated(route, size);
  return {*this, activity, step, route, size, spans};
}

}  // namespace shardsim
