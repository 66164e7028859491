// SPDX-License-Identifier: Apache-2.0
#include "engine/series.hpp"

namespace shardsim {

void Station::go_on(Customer& series) { static_cast<Series&>(series).granted(); }

void Station::note_in_stretch(Customer& series) {
  series.in_line = &stretches_;
  series.next = stretches_;
  if (stretches_ != nullptr) stretches_->in_line = &series.next;
  stretches_ = &series;
}

void Station::interrupt_stretches() {
  while (stretches_ != nullptr) {
    Series& series = static_cast<Series&>(*stretches_);
    unlink(series);
    series.interrupt();
  }
}

void Series::start(EventTarget on_done) {
  on_served = on_done;
  told = size_ == 1 ? Station::Told::at_end : Station::Told::as_series;
  work = times_[0];
  station_.enter(*this);
}

// A server was granted for the visit at now_at_. Where nobody waits, it is kept for all that is left.
void Series::granted() {
  waits_[now_at_] = started - arrived;
  due_ = started + (station_.slowdown_ == 1 ? times_[now_at_] : scaled(times_[now_at_], station_.slowdown_));
  all_the_rest_ = now_at_ + 1 < size_ && station_.head_ == nullptr && station_.keeps_pace_;
  if (all_the_rest_) {
    for (std::size_t i = now_at_ + 1; i < size_; ++i) due_ += times_[i];
    station_.note_in_stretch(*this);
  }
  station_.started_ += due_ - started;
  wake_at(due_);
}

// Somebody has to wait: only the visit that is under way now is left of the stretch.
void Series::interrupt() {
  const Time now = station_.sim_.now();
  Time end = started + times_[now_at_];
  for (; end <= now && now_at_ + 1 < size_; end += times_[now_at_]) {
    station_.book({started - arrived, end - started}, 1);
    arrived = started = end;
    waits_[++now_at_] = Duration::zero();
  }
  station_.started_ -= due_ - end;
  all_the_rest_ = false;
  due_ = end;
  wake_at(due_);
}

// There are two events to come at the most: one is always at the last end that was foreseen, which can only be put off.
void Series::wake_at(Time time) {
  if (wake_ <= time) return;
  if (wake_ == kNever) wake_ = time;
  station_.sim_.at(time, static_cast<Timer&>(*this));
}

void Series::fire() {
  const Time now = station_.sim_.now();
  if (now == wake_) wake_ = kNever;
  if (now != due_) {
    if (due_ != kNever) wake_at(due_);
    return;
  }
  if (all_the_rest_ || now_at_ + 1 == size_) return on_served.happen();
  times_[now_at_] = now - started;
  due_ = kNever;
  station_.leave(*this);
  work = times_[++now_at_];
  station_.enter(*this);
}

void Series::finish_several() {
  if (!all_the_rest_) {
    times_[now_at_] = station_.leave(*this).served;
    return;
  }
  Station::unlink(*this);
  station_.leave(*this, size_ - now_at_);
}

}  // namespace shardsim
