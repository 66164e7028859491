// SPDX-License-Identifier: Apache-2.0
#include "serving/slot.hpp"

namespace shardsim {

Slot::Working Slot::run_crew(Step step, Server& server, Work work, std::vector<Crew::Op> ops, int threads) {
  const double factor = context_.factor(work, activity_, step);
  std::vector<Crew::Op> varied;
  for (Crew::Op op : ops) {
    if (factor != 1) op.time = scaled(op.time, factor);
    if (op.time > Duration::zero()) varied.push_back(op);
    if (activity_.attempt > 0) server.note_repeated(op.time);
  }
  if (varied.empty() || withdrawn_) return Working(*this);
  crew_ = std::make_unique<Crew>(context_, activity_, step, server, work, std::move(varied));
  threads_ = threads;
  waits_ = Waits::crew;
  return Working(*this);
}

void Slot::defer(Step step, Server& server, Work work, Duration time, Bytes traffic) {
  if (visit_ == nullptr) visit_ = std::make_unique<Visit>(server);
  visit_->add({work, static_cast<std::uint8_t>(step), time, traffic});
}

void Slot::begin_other(std::coroutine_handle<> h) {
  waiter_ = h;
  if (waits_ == Waits::visit) return visit_->start(EventTarget(h));
  crew_->start(threads_);
  crew_->all().await_suspend(h);
}

void Slot::end_crew() {
  if (std::exchange(waits_, Waits::nothing) == Waits::crew) spans_->join(crew_->all().last(), crew_->all().work());
}

void Slot::end_visit() {
  if (std::exchange(waits_, Waits::nothing) != Waits::visit) return visit_.reset();  // withdrawn
  Time at = context_.simulation().now();
  Duration waited = visit_->finish();
  for (const Visit::Piece& piece : visit_->pieces()) at -= piece.time;
  for (const Visit::Piece& piece : visit_->pieces()) {
    const Server::Booking booking{piece.work, visit_->server().host().number(), waited, piece.time};
    waited = Duration::zero();
    *spans_ += booking;
    at += piece.time;
    if (Timeline* timeline = context_.timeline())
      timeline->on_piece({activity_, static_cast<Step>(piece.step), visit_->server(), booking, at});
  }
  visit_.reset();
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
  const bool left = (waits_ == Waits::work && job_.withdraw()) || (waits_ == Waits::visit && visit_->withdraw()) ||
                    (waits_ == Waits::worker && line_.workers->withdraw(*line_.place));
  if (waits_ == Waits::crew) crew_->withdraw();
  if (!left) return;
  waits_ = Waits::nothing;
  context_.simulation().at(context_.simulation().now(), waiter_);
}

}  // namespace shardsim
