// SPDX-License-Identifier: Apache-2.0
#include "network/linux/window.hpp"

namespace shardsim {

void LinuxWindow::leave_state(std::int64_t first) {
  if (state_ == State::open) return;
  if (state_ == State::reducing ? first <= until_ : first < until_) return;
  if (is_shrinking()) window_.packets = window_.threshold;
  state_ = State::open;
}

void LinuxWindow::begin_reduction(int threshold, std::int64_t next) {
  before_ = window_.packets;
  acknowledged_ = sent_ = 0;
  window_.threshold = threshold;
  window_.count_anew();
  until_ = next;
}

void LinuxWindow::meet_loss(std::int64_t next) {
  if (state_ == State::recovery || state_ == State::loss) return;
  if (state_ != State::reducing) begin_reduction(congestion_->after_loss(window_), next);
  state_ = State::recovery;
}

void LinuxWindow::meet_mark(std::int64_t next) {
  if (state_ != State::open) return;
  begin_reduction(congestion_->after_marks(window_), next);
  state_ = State::reducing;
}

void LinuxWindow::meet_timeout(std::int64_t first, std::int64_t next, int in_flight, bool news) {
  const bool answered = state_ == State::loss ? !news : is_shrinking();
  if (!answered || until_ <= first) window_.threshold = congestion_->after_loss(window_);
  window_.packets = in_flight + 1;
  window_.count_anew();
  congestion_->timed_out();
  state_ = State::loss;
  until_ = next;
}

void LinuxWindow::meet_repaired_loss() {
  if (state_ != State::open) return;
  begin_reduction(congestion_->after_loss(window_), until_);
  window_.packets = window_.threshold;
}

void LinuxWindow::progress(const Progress& p) {
  if (is_shrinking())
    reduce(p);
  else if (p.advanced && was_in_use())
    congestion_->grow(window_, p.acknowledged, p.now);
}

// tcp_cwnd_reduction
void LinuxWindow::reduce(const Progress& p) {
  if (p.acknowledged <= 0 || before_ == 0) return;
  acknowledged_ += p.acknowledged;
  const int room = window_.threshold - p.in_flight;
  std::int64_t allowed = 0;
  if (room < 0) {
    allowed = (std::int64_t{window_.threshold} * acknowledged_ + before_ - 1) / before_ - sent_;
  } else {
    allowed = std::max(acknowledged_ - sent_, p.acknowledged);
    if (p.advanced && p.lost == 0) ++allowed;
    allowed = std::min<std::int64_t>(room, allowed);
  }
  allowed = std::max<std::int64_t>(allowed, sent_ > 0 ? 0 : 1);
  window_.packets = p.in_flight + static_cast<int>(allowed);
}

bool LinuxWindow::was_in_use() const { return filled_ || (window_.in_slow_start() && window_.packets < 2 * most_out_); }

void LinuxWindow::validate(const Use& use) {
  if (use.first >= use_until_ || use.filled || (!filled_ && use.out > most_out_)) {
    filled_ = use.filled;
    most_out_ = use.out;
    use_until_ = use.next;
  }
  if (filled_ || was_in_use()) {
    used_ = 0;
    used_since_ = use.now;
    return;
  }
  used_ = std::max(used_, use.out);
  if (use.now - used_since_ < use.timeout) return;
  // tcp_cwnd_application_limited
  if (state_ == State::open) {
    const int enough = std::max(used_, initial_);
    if (enough < window_.packets) {
      keep_threshold();
      window_.packets = (window_.packets + enough) / 2;
    }
    used_ = 0;
  }
  used_since_ = use.now;
}

void LinuxWindow::resume(Time now, Time last, Duration timeout) {
  Duration pause = now - last;
  congestion_->resume(now, pause);
  if (pause <= timeout) return;
  keep_threshold();
  const int least = std::min(initial_, window_.packets);
  while ((pause -= timeout) > Duration::zero() && window_.packets > least) window_.packets /= 2;
  window_.packets = std::max(window_.packets, least);
  used_ = 0;
  used_since_ = now;
}

}  // namespace shardsim
