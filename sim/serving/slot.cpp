// SPDX-License-Identifier: Apache-2.0
#include "serving/slot.hpp"

namespace shardsim {

Slot::Seldom& Slot::seldom() {
  if (seldom_ == nullptr) seldom_ = new Seldom;
  return *seldom_;
}

void Slot::forget_seldom() { delete seldom_; }

Slot::Working Slot::run_crew(Step step, Server& server, Work work, std::vector<Crew::Op> ops, int threads) {
  const double factor = context_.varies(work) ? context_.jitter(work, activity_, step, draws_) : 1;
  std::vector<Crew::Op> varied;
  for (Crew::Op op : ops) {
    if (factor != 1) op.time = scaled(op.time, factor);
    if (op.time > Duration::zero()) varied.push_back(op);
    if (activity_.attempt > 0) server.note_repeated(op.time);
  }
  if (varied.empty() || withdrawn_) return Working(*this);
  seldom().crew.emplace(context_, activity_, step, server, work, std::move(varied));
  seldom_->threads = threads;
  waits_ = Waits::crew;
  return Working(*this);
}

Slot::Working Slot::detour(const Detour& start) {
  seldom().detour = start;
  seldom_->before_detour = std::exchange(waits_, Waits::detour);
  return Working(*this);
}

Slot::Working Slot::begin_alone(Step step, Server& server, Work work, Duration time, Bytes traffic) {
  if (context_.runs_to_completion()) {
    defer(step, server, work, time, traffic);
  } else {
    step_ = step;
    ::new (&job_) Server::Job(server, work, time, traffic);
    waits_ = Waits::work;
  }
  return Working(*this);
}

void Slot::defer(Step step, Server& server, Work work, Duration time, Bytes traffic) {
  std::optional<Visit>& visit = seldom().visit;
  if (!visit) visit.emplace(server);
  visit->add({work, static_cast<std::uint8_t>(step), time, traffic});
}

void Slot::begin_other(std::coroutine_handle<> h) {
  if (waits_ == Waits::detour) {
    waits_ = seldom_->before_detour;
    const Detour start = seldom_->detour;  // which may make the next one
    return start(h);
  }
  waiter_ = h;
  if (waits_ == Waits::work) return job_.await_suspend(h);
  if (waits_ == Waits::burst) return burst_.start(EventTarget(h));
  if (waits_ == Waits::visit) return seldom_->visit->start(EventTarget(h));
  seldom_->crew->start(seldom_->threads);
  seldom_->crew->all().await_suspend(h);
}

void Slot::end_burst() {
  waits_ = Waits::nothing;
  Spans& spans = *spans_;
  burst_.finish([&](Work work, Duration served) { spans.book(work, served); });
  spans.wait(burst_.server().host().number(), burst_.waited());
  if (context_.timeline() != nullptr) [[unlikely]]
    tell_burst();
}

// All pieces at the end of the last, each with the time of its own end.
void Slot::tell_burst() const {
  Time at = context_.simulation().now();
  for (std::size_t i = 0; i < burst_.size(); ++i) at -= burst_.booking(i).waited + burst_.booking(i).served;
  for (std::size_t i = 0; i < burst_.size(); ++i) {
    const Server::Booking booking = burst_.booking(i);
    at += booking.waited + booking.served;
    context_.timeline()->on_piece({activity_, static_cast<Step>(burst_.step(i)), burst_.server(), booking, at});
  }
}

void Slot::end_other() {
  if (waits_ == Waits::burst) return end_burst();
  const Waits ended = std::exchange(waits_, Waits::nothing);
  if (ended == Waits::work) {
    const Server::Booking booking = job_.await_resume();
    *spans_ += booking;
    if (context_.timeline() != nullptr) tell(booking);
  }
  if (ended != Waits::crew) return;
  Join<Spans>& threads = seldom_->crew->all();
  spans_->join(threads.last(), threads.work());
}

void Slot::end_visit() {
  std::optional<Visit>& visit = seldom_->visit;
  if (std::exchange(waits_, Waits::nothing) != Waits::visit) return visit.reset();  // withdrawn
  Time at = context_.simulation().now();
  Duration waited = visit->finish();
  for (const Visit::Piece& piece : visit->pieces()) at -= piece.time;
  for (const Visit::Piece& piece : visit->pieces()) {
    const Server::Booking booking{piece.work, visit->server().host().number(), waited, piece.time};
    waited = Duration::zero();
    *spans_ += booking;
    at += piece.time;
    if (Timeline* timeline = context_.timeline())
      timeline->on_piece({activity_, static_cast<Step>(piece.step), visit->server(), booking, at});
  }
  visit.reset();
}

void Slot::tell(const Server::Booking& booking) const {
  context_.timeline()->on_piece({activity_, step_, job_.server(), booking, context_.simulation().now()});
}

void Slot::tell(const Network::Transit& transit) const {
  context_.timeline()->on_message({activity_, step_, context_.network(), sending_.path(), transit, sending_.own_times(),
                                   sending_.bytes(), context_.simulation().now()});
}

void Slot::withdraw() {
  withdrawn_ = true;
  const bool left = (waits_ == Waits::work && job_.withdraw()) ||
                    (waits_ == Waits::visit && seldom_->visit->withdraw()) ||
                    (waits_ == Waits::worker && line_.workers->withdraw(*line_.place));
  if (waits_ == Waits::crew) seldom_->crew->withdraw();
  if (!left) return;
  waits_ = Waits::nothing;
  context_.simulation().at(context_.simulation().now(), waiter_);
}

}  // namespace shardsim
