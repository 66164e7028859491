// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/host.hpp"
#include "engine/series.hpp"

namespace shardsim {

/// The pieces of work that a request has a server do between two waits, each of which waits for a core by itself. Not
/// for a host whose gathers share memory bandwidth.
class Burst {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a run makes one for most of its waits
  explicit Burst(Server& server) : server_(server), series_(server.host_.cores()) {}

  Server& server() const { return server_; }
  bool full() const { return series_.full(); }
  /// Precondition: not full(), and not started yet. `step` is the caller's affair.
  void add(Work work, std::uint8_t step, Duration time) {
    const std::size_t i = series_.size();
    works_[i] = work;
    steps_[i] = step;
    series_.add(time);
  }

  /// Begins with the first; does `on_done` at the end of the last.
  void start(EventTarget on_done) {
    ++server_.in_hand_;
    series_.start(on_done);
  }
  /// At the end: gives the core back, books the work, and tells `of(work, time)` of each piece.
  template <class OfPiece>
  void finish(const OfPiece& of) {
    --server_.in_hand_;
    series_.finish();
    for (std::size_t i = 0; i < size(); ++i) {
      const Duration served = series_.visit(i).served;
      server_.cpu_times_[static_cast<std::size_t>(works_[i])] += served;
      of(works_[i], served);
    }
  }

  std::size_t size() const { return series_.size(); }
  std::uint8_t step(std::size_t i) const { return steps_[i]; }
  /// Once finished.
  Duration waited() const { return series_.waited(); }
  Server::Booking booking(std::size_t i) const {
    const Station::Visit visit = series_.visit(i);
    return {works_[i], server_.host_.number(), visit.waited, visit.served};
  }

 private:
  Server& server_;
  Series series_;
  std::array<Work, Series::kMost> works_;
  std::array<std::uint8_t, Series::kMost> steps_;
};

}  // namespace shardsim
