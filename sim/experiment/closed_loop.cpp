// SPDX-License-Identifier: Apache-2.0
// Clients who send a query, wait for its answer, think, and send the next.
#include "experiment/runner.hpp"

namespace shardsim {

void Runner::start_clients() {
  const bool think_first = loop_->thinks() && !loop_->starts_at_once;
  for (int i = 0; i < loop_->clients; ++i) {
    if (think_first)
      thinking_.push(sim_.now() + think(static_cast<std::uint64_t>(i), kFirstThought));
    else
      next_of_client(Duration::zero());
  }
  claim_next();
}

Duration Runner::think(std::uint64_t id, std::uint64_t kind) const {
  if (!loop_->thinks()) return Duration::zero();
  RandomStream random(scenario_.seed, scenario_.replication, Purpose::think, id, kind);
  return loop_->think(random);
}

bool Runner::all_claimed() {
  if (!no_more_ && promised_ == target_ && !more_wanted()) no_more_ = true;
  return no_more_;
}

// A client that thinks claims a query when it is the next of all to send one. Claimed when its last query was answered,
// it would be sent late, after other clients have found none left, so that ever fewer would be at work as the end comes
// near. As a client sends what it has claimed, no event is in vain: a replay of the run is the same run. Without a
// pause a query is claimed at once, and yet starts by an event: an answer comes from within the process that just ends.
void Runner::next_of_client(Duration thought) {
  if (loop_->thinks()) {
    thinking_.push(sim_.now() + thought);
    return claim_next();
  }
  if (!all_claimed()) client_asks_at(sim_.now());
}

void Runner::claim_next() {
  if (thinking_.empty() || (!claimed_.empty() && claimed_.top() <= thinking_.top()) || all_claimed()) return;
  claimed_.push(thinking_.top());
  client_asks_at(thinking_.top());
  thinking_.pop();
}

void Runner::client_asks_at(Time time) {
  ++promised_;
  sim_.at(time, *idle_.back());
  idle_.pop_back();
}

void Runner::client_asks(Client& client) {
  idle_.push_back(&client);
  submit({sim_.now()});
  if (!loop_->thinks()) return;
  claimed_.pop();
  claim_next();
}

}  // namespace shardsim
