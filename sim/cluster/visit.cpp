// SPDX-License-Identifier: Apache-2.0
#include "cluster/visit.hpp"

namespace shardsim {

void Visit::add(const Piece& piece) {
  pieces_.push_back(piece);
  work += piece.time;
}

void Visit::start(EventTarget on_done) {
  on_done_ = on_done;
  on_served = on_done;
  for (const Piece& piece : pieces_)
    if (shares_memory(piece)) {
      host_.memory().ask(piece.traffic);
      on_served = EventTarget(*this);
      told = Station::Told::at_start;
    }
  ++server_.in_hand_;
  host_.cores().enter(*this);
}

// A core was granted, or a gather is done, or what comes before one: on with the next.
void Visit::fire() {
  Simulation& sim = host_.cores().simulation();
  if (gathers_) {
    pieces_[next_++].time = sim.now() - gather_began_;
    gathers_ = false;
  }
  Duration before{};
  const auto slowed = [this](Duration time) { return slowdown_ == 1 ? time : scaled(time, slowdown_); };
  if (next_ == 0) slowdown_ = host_.cores().slowdown();
  for (; next_ < pieces_.size() && !shares_memory(pieces_[next_]); ++next_) {
    pieces_[next_].time = slowed(pieces_[next_].time);
    before += pieces_[next_].time;
  }
  if (next_ == pieces_.size()) return sim.at(sim.now() + before, on_done_);
  if (before > Duration::zero()) return sim.at(sim.now() + before, *this);
  gathers_ = true;
  gather_began_ = sim.now();
  transfer_ = {};
  transfer_.on_done = EventTarget(*this);
  host_.memory().move(transfer_, pieces_[next_].traffic, slowed(pieces_[next_].time));
}

Duration Visit::finish() {
  --server_.in_hand_;
  const Station::Visit went = host_.cores().leave(*this);
  Duration sum{};
  for (const Piece& piece : pieces_) sum += piece.time;
  Duration left = went.served;
  for (Piece& piece : pieces_) {
    if (sum != went.served)  // on a slow host
      piece.time = &piece == &pieces_.back() ? left : scaled(piece.time, to_seconds(went.served) / to_seconds(sum));
    left -= piece.time;
    server_.cpu_times_[static_cast<std::size_t>(piece.work)] += piece.time;
  }
  return went.waited;
}

}  // namespace shardsim
