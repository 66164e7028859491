// SPDX-License-Identifier: Apache-2.0
// What a request waits for: work on a server and messages. A run passes here for each of its events, from few places:
// always_inline, as GCC else makes calls of it, 5 % of all instructions.
#pragma once

#include "cluster/burst.hpp"
#include "cluster/visit.hpp"
#include "serving/crew.hpp"
#include "serving/detour.hpp"

namespace shardsim {

/// The one place in a coroutine's frame for whatever it waits for now: a piece of work or a message, which is for an
/// activity, and whose time is added to spans. A slot waits for one thing at a time.
class Slot {
 public:
  class Working;
  class Leaving;
  class Entering;
  class Sent;
  /// A place in the line for a worker: in the order of ranks where they have one, all of a line or none.
  struct InLine : Station::Customer {
    std::optional<double> rank;
  };

  /// All that is named must outlive what is waited for.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what is waited for is not yet
  Slot(Context& context, const Activity& activity, Spans& spans)
      : context_(context), activity_(activity), spans_(&spans) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  [[gnu::always_inline]] ~Slot() {
    if (seldom_ != nullptr) [[unlikely]]
      forget_seldom();
  }

  /// From now on it may be withdrawn.
  void allow_withdrawal() { may_be_withdrawn_ = true; }
  /// What is waited for in the line of a core is not waited for any more, and nothing is begun from now on: waiting for
  /// it takes no time. What is on a core or on its way is finished. Precondition: allow_withdrawal().
  void withdraw();

  Context& context() { return context_; }
  Simulation& simulation() { return context_.simulation(); }
  bool withdrawn() const { return withdrawn_; }
  Spans& spans() { return *spans_; }
  const Activity& activity() const { return activity_; }
  /// From now on adds to these.
  void book_to(Spans& spans) { spans_ = &spans; }

  /// `co_await slot.run(...)`: a piece of work that takes a core `time` but for jitter. It is done when leave() is.
  Working run(Step step, Server& server, Work work, Duration time);
  /// The same for gathering: sparse work that also moves `traffic` bytes of memory.
  Working gather(Server& server, Duration time, Bytes traffic);
  /// `co_await slot.run_crew(...)`: operators of one step, on up to `threads` cores at once.
  Working run_crew(Step step, Server& server, Work work, std::vector<Crew::Op> ops, int threads);
  /// `co_await slot.detour(start)`: until a process that uses this slot meanwhile, which start(h) begins, resumes h.
  Working detour(const Detour& start);
  /// `co_await slot.leave()`: before a wait begins: until all work since the last time is done, and no core is held.
  Leaving leave();
  /// `bool entered = co_await slot.enter(...)`: waits for a worker of a server that has only so many; its place in the
  /// line must live until it leaves. False: was withdrawn meanwhile.
  Entering enter(Station& workers, InLine& worker);
  /// `bool lost = co_await slot.send(...)`: a message.
  Sent send(Step step, Ends ends, Bytes size);

 private:
  using Sending = decltype(std::declval<Network&>().send(Ends{}, Bytes{}, std::declval<LinkTimes&>()));

  // What is waited for, if anything.
  struct Line {
    Station* workers;
    InLine* place;
  };
  enum class Waits : std::uint8_t { nothing, burst_to_come, burst, work, message, crew, visit, worker, detour };

  struct Seldom {
    std::optional<Crew> crew;
    int threads = 1;  // of the crew
    std::optional<Visit> visit;
    Detour detour;
    Waits before_detour = Waits::nothing;
  };

  Working begin(Step step, Server& server, Work work, Duration time, Bytes traffic);
  bool works_in_bursts(Server& server) const {
    return !may_be_withdrawn_ && context_.works_in_bursts() && !server.host().memory().can_run_out();
  }
  Working begin_alone(Step step, Server& server, Work work, Duration time, Bytes traffic);
  void defer(Step step, Server& server, Work work, Duration time, Bytes traffic);
  Seldom& seldom();
  void forget_seldom();
  void begin_other(std::coroutine_handle<> h);
  void end_burst();
  void tell_burst() const;
  void end_other();
  void end_visit();
  void tell(const Server::Booking& booking) const;
  void tell(const Network::Transit& transit) const;

  Context& context_;
  const Activity& activity_;
  Spans* spans_;
  [[no_unique_address]] StepDraws draws_;  // what follows fits behind it
  Step step_{};
  Waits waits_ = Waits::nothing;
  bool may_be_withdrawn_ = false;
  bool withdrawn_ = false;
  std::coroutine_handle<> waiter_;
  Seldom* seldom_ = nullptr;  // made when it is needed
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what is waited for
  union {
    Server::Job job_;
    Burst burst_;
    Sending sending_;
    Line line_;
  };
};

class Slot::Working {
 public:
  explicit Working(Slot& slot) : slot_(slot) {}
  [[gnu::always_inline]] bool await_ready() const noexcept { return slot_.waits_ <= Waits::burst_to_come; }
  void await_suspend(std::coroutine_handle<> h) { slot_.begin_other(h); }
  [[gnu::always_inline]] void await_resume() {
    if (slot_.waits_ > Waits::burst_to_come) slot_.end_other();
  }

 private:
  Slot& slot_;
};

class Slot::Leaving {
 public:
  explicit Leaving(Slot& slot) : slot_(slot) {}
  [[gnu::always_inline]] bool await_ready() const noexcept {
    return slot_.waits_ != Waits::burst_to_come && (slot_.seldom_ == nullptr || !slot_.seldom_->visit);
  }
  [[gnu::always_inline]] void await_suspend(std::coroutine_handle<> h) {
    if (slot_.waits_ == Waits::burst_to_come) {
      slot_.waits_ = Waits::burst;
      return slot_.burst_.start(EventTarget(h));
    }
    slot_.waits_ = Waits::visit;
    slot_.begin_other(h);
  }
  [[gnu::always_inline]] void await_resume() {
    if (slot_.waits_ == Waits::burst) return slot_.end_burst();
    if (slot_.seldom_ != nullptr) [[unlikely]]
      slot_.end_visit();
  }

 private:
  Slot& slot_;
};

class Slot::Entering {
 public:
  explicit Entering(Slot& slot) : slot_(slot) {}
  bool await_ready() const noexcept { return slot_.withdrawn_; }
  void await_suspend(std::coroutine_handle<> h) {
    slot_.waiter_ = h;
    slot_.line_.place->on_served = EventTarget(h);
    slot_.waits_ = Waits::worker;
    enter(*slot_.line_.workers, *slot_.line_.place);
  }
  bool await_resume() {
    if (std::exchange(slot_.waits_, Waits::nothing) != Waits::worker) return false;
    const Duration waited = slot_.line_.place->started - slot_.line_.place->arrived;
    if (waited > Duration::zero()) (*slot_.spans_)[Span::worker_wait] += waited;
    return true;
  }

 private:
  static void enter(Station& workers, InLine& worker) {
    if (!worker.rank) return workers.enter(worker);
    workers.enter_sorted(worker, [](const Station::Customer& a, const Station::Customer& b) {
      return static_cast<const InLine&>(a).rank < static_cast<const InLine&>(b).rank;
    });
  }
  Slot& slot_;
};

class Slot::Sent {
 public:
  explicit Sent(Slot& slot) : slot_(slot) {}
  [[gnu::always_inline]] bool await_ready() const noexcept {
    return slot_.waits_ == Waits::nothing || slot_.sending_.await_ready();
  }
  [[gnu::always_inline]] void await_suspend(std::coroutine_handle<> h) { slot_.sending_.await_suspend(h); }
  [[gnu::always_inline]] bool await_resume() {
    if (slot_.waits_ == Waits::nothing) return false;
    slot_.waits_ = Waits::nothing;
    const Network::Transit transit = slot_.sending_.await_resume();
    *slot_.spans_ += transit;
    if (slot_.context_.timeline() != nullptr) [[unlikely]]
      slot_.tell(transit);
    return transit.lost;
  }

 private:
  Slot& slot_;
};

[[gnu::always_inline]] inline Slot::Working Slot::begin(Step step, Server& server, Work work, Duration time,
                                                        Bytes traffic) {
  if (time == Duration::zero() || withdrawn_) return Working(*this);
  if (context_.varies(work)) {
    time = scaled(time, context_.jitter(work, activity_, step, draws_));
    if (time == Duration::zero()) return Working(*this);
  }
  if (activity_.attempt > 0) [[unlikely]]
    server.note_repeated(time);
  if (waits_ != Waits::burst_to_come) {
    if (!works_in_bursts(server)) [[unlikely]]
      return begin_alone(step, server, work, time, traffic);
    ::new (&burst_) Burst(server);
    waits_ = Waits::burst_to_come;
  }
  burst_.add(work, static_cast<std::uint8_t>(step), time);
  if (burst_.full()) waits_ = Waits::burst;
  return Working(*this);
}
[[gnu::always_inline]] inline Slot::Working Slot::run(Step step, Server& server, Work work, Duration time) {
  return begin(step, server, work, time, Bytes{});
}
[[gnu::always_inline]] inline Slot::Working Slot::gather(Server& server, Duration time, Bytes traffic) {
  return begin(Step::gather, server, Work::sparse, time, traffic);
}
inline Slot::Leaving Slot::leave() { return Leaving(*this); }
inline Slot::Entering Slot::enter(Station& workers, InLine& worker) {
  worker.told = Station::Told::at_start;
  line_ = {&workers, &worker};
  return Entering(*this);
}
[[gnu::always_inline]] inline Slot::Sent Slot::send(Step step, Ends ends, Bytes size) {
  if (withdrawn_) [[unlikely]]
    return Sent(*this);
  step_ = step;
  ::new (&sending_) Sending(context_.network().send(ends, size, spans_->links()));
  if (activity_.attempt > 0) [[unlikely]]
    context_.note_repeated(sending_.path(), size);
  waits_ = Waits::message;
  return Sent(*this);
}

}  // namespace shardsim
