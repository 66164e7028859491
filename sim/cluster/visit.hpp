// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/container/small_vector.hpp>

#include "cluster/host.hpp"

namespace shardsim {

/// Several pieces of work that one core does without a break, as a thread that runs to completion: one wait, then all
/// pieces one after the other. One event, and more only where memory bandwidth is shared.
class Visit final : private Timer, private Station::Customer {
 public:
  struct Piece {
    Work work;
    std::uint8_t step;  ///< the caller's affair
    Duration time;      ///< more than 0; from the end of the visit on, what it took
    Bytes traffic;      ///< memory moved meanwhile
  };
  using Pieces = boost::container::small_vector<Piece, 4>;

  explicit Visit(Server& server) : server_(server), host_(server.host_) {}

  Server& server() { return server_; }
  void add(const Piece& piece);

  /// Waits for a core, and does `on_done` at the end of the last piece.
  void start(EventTarget on_done);
  /// Takes it back while it waits for a core. False: it does not wait (any more).
  bool withdraw() {
    if (!host_.cores().withdraw(*this)) return false;
    --server_.in_hand_;
    return true;
  }
  /// At its end: gives the core back, and books the work. Returns how long it waited; pieces() are as they went.
  Duration finish();
  const Pieces& pieces() const { return pieces_; }

 private:
  void fire() override;
  bool shares_memory(const Piece& piece) const { return host_.memory().can_run_out() && piece.traffic.count > 0; }

  Server& server_;
  Host& host_;
  Pieces pieces_;
  EventTarget on_done_;
  std::size_t next_ = 0;  // where memory is shared: the piece that is gathering, or is to be begun
  bool gathers_ = false;
  double slowdown_ = 1;
  Time gather_began_{};
  SharedRate::Job transfer_;
};

}  // namespace shardsim
