// SPDX-License-Identifier: Apache-2.0
#include "serving/crew.hpp"

namespace shardsim {

void Crew::start(int threads) {
  const std::size_t many = std::min(static_cast<std::size_t>(threads), ops_.size());
  for (std::size_t i = 0; i < many; ++i) all_.fork();
  for (std::size_t i = 0; i < many; ++i) work_off(*this);
}

Process Crew::work_off(Crew& crew) {
  Spans spans;
  while (crew.next_ < crew.ops_.size()) {
    const Op op = crew.ops_[crew.next_++];
    const Server::Booking booking = co_await Server::Job(crew.server_, crew.work_, op.time, op.traffic);
    spans += booking;
    if (Timeline* timeline = crew.context_.timeline())
      timeline->on_piece({crew.activity_, crew.step_, crew.server_, booking, crew.simulation().now()});
  }
  crew.all_.finish(spans);
}

}  // namespace shardsim
